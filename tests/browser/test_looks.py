import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import (
    box,
    close_notice,
    open_sheet,
    reach,
    replies,
    say,
    sayings,
    stop,
    tool,
    wait_for_end,
)
from tests.server import AppServer

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HOSTILE = (
    '<script>window.broken = 1</script><img src="http://evil.example/a.png" onerror="window.broken = 1">'
    "![x](http://evil.example/b.png) [x](javascript:window.broken=1)"
    '<form action="http://evil.example"><button>x</button></form><START> &lt;b&gt;'
)


def width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_hostile_text_is_only_text(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    for name in ("character-name", "your-name", "greeting", "scenario"):
        reach(page, f"#{name}").locator("input, textarea").fill(HOSTILE)
    reach(page, "#persona textarea").fill(HOSTILE)
    say(page, HOSTILE)
    expect(sayings(page).first).to_have_text(HOSTILE)
    expect(replies(page).first).to_have_text(HOSTILE)
    wait_for_end(page)
    reach(page, "#new-chat").click()
    expect(sayings(page)).to_have_count(0)
    assert page.evaluate("window.broken") is None
    expect(page.locator("#chat").locator("img, script, form, iframe, a")).to_have_count(0)


def test_hostile_text_stays_text_while_it_is_edited(visit: Open) -> None:
    page = visit().page
    say(page, HOSTILE)
    stop(page)
    tool(page, "edit", sayings(page).first).click()
    expect(page.locator("#chat .editor")).to_have_text(HOSTILE)
    page.keyboard.type(" <b>x</b>")
    page.keyboard.press("Enter")
    expect(sayings(page).first).to_have_text(f"{HOSTILE} <b>x</b>")
    assert page.evaluate("window.broken") is None
    expect(page.locator("#chat").locator("img, script, form, iframe, a, b")).to_have_count(0)


def test_what_no_button_says_changes_nothing(visit: Open) -> None:
    page = visit().page
    for told in ("{name: 'delete', place: 99}", "{name: 'delete', place: '0'}", "{name: '__class__', place: 0}", "{}"):
        page.evaluate(f"document.dispatchEvent(new CustomEvent('page:act', {{detail: {told}}}))")
        expect(page.locator(".toast-body")).to_be_visible()
        close_notice(page)
    expect(replies(page)).to_have_count(1)


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_notice_covers_no_control(visit: Open, options: dict[str, Any]) -> None:
    page = visit(**options).page
    page.evaluate("document.dispatchEvent(new CustomEvent('page:act', {detail: {}}))")
    expect(page.locator(".toast-body")).to_be_in_viewport(ratio=1)
    covered = """() => {
      const notice = document.querySelector('.toast-body').getBoundingClientRect();
      const isUnder = (box) => box.width && box.bottom > notice.top && box.top < notice.bottom
        && box.right > notice.left && box.left < notice.right;
      return [...document.querySelectorAll('#shell :is(button, input, textarea)')]
        .filter((each) => each.checkVisibility({ visibilityProperty: true }) && isUnder(each.getBoundingClientRect()))
        .map((each) => each.id || each.className);
    }"""
    assert page.evaluate(covered) == []
    close_notice(page)


def test_the_browser_is_told_to_ask_no_other_server(visit: Open, slow_server: AppServer) -> None:
    visited = visit()
    page = visited.page
    with urllib.request.urlopen(slow_server.url) as answer:
        assert "form-action 'self'" in answer.headers["content-security-policy"]
    blocked = """() => new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
      new Image().src = "http://evil.example/a.png";
    })"""
    assert page.evaluate(blocked) == "img-src"
    visited.foreign_requests.clear()  # asked for, and not let through


def test_the_page_speaks_the_visitors_language(visit: Open) -> None:
    page = visit(locale="zh-CN").page
    expect(page.locator("#undo")).to_have_text("撤销")
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="编辑角色", exact=True)).to_be_visible()
    expect(replies(page).first.locator("[name=edit]")).to_have_attribute("title", "编辑")
    page.evaluate("document.dispatchEvent(new CustomEvent('page:act', {detail: {}}))")
    expect(page.locator(".toast-title")).to_have_text("注意")
    expect(page.locator(".toast-close")).to_have_accessible_name("关闭")


def test_replies_carry_the_portrait_of_who_speaks(visit: Open) -> None:
    page = visit().page
    shown = """() => document.querySelector("#who .face").getAttribute("src") ===
      getComputedStyle(document.getElementById("stage")).getPropertyValue("--face").match(/url\\("(.*)"\\)/)[1]"""
    faces = []
    for name in ("Juno", "Old Thistle"):
        page.locator("#starters .starter", has_text=name).first.click()
        expect(page.locator("#who h2")).to_contain_text(name.split()[0])
        for before in faces:  # the name may be drawn before the portrait
            expect(page.locator("#who .face")).not_to_have_attribute("src", before)
        page.wait_for_function(shown)
        faces.append(page.locator("#who .face").get_attribute("src"))
    assert len(set(faces)) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_colour_scheme(visit: Open, scheme: str) -> None:
    page = visit(color_scheme=scheme).page
    background = page.evaluate("getComputedStyle(document.querySelector('gradio-app')).backgroundColor")
    brightness = sum(map(int, background.removeprefix("rgb(").removesuffix(")").split(",")))
    assert (brightness > 600) == (scheme == "light")


CONTROLS = """() => [...document.querySelectorAll("button, input, textarea, select, a[href], summary")]
  .filter((each) => {
    const box = each.getBoundingClientRect();
    const isSeen = each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    return isSeen && box.width && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
  })
  .map((each) => each.id || each.name || each.title || each.className)"""
"""What a visitor can click or type into without opening anything."""


@pytest.mark.parametrize(("options", "most"), [({}, 18), (PHONE, 12)], ids=["desktop", "phone"])
def test_the_first_sight_has_few_controls(visit: Open, options: dict[str, Any], most: int) -> None:
    page = visit(**options).page
    page.mouse.move(0, 0)
    controls = page.evaluate(CONTROLS)
    assert len(controls) <= most, controls


def test_at_twice_the_size_the_chat_has_more_than_half_of_the_height(visit: Open) -> None:
    page = visit(viewport={"width": 640, "height": 400}).page
    chat = page.locator("#chat").bounding_box()
    assert chat is not None
    assert chat["height"] > 200


def test_on_a_desktop_the_columns_stand_side_by_side(visit: Open) -> None:
    page = visit().page
    expect(page.locator("#tuning")).to_be_hidden()
    reach(page, "#preset input")
    boxes = [page.locator(f"#{name}").bounding_box() for name in ("rail", "chat", "tuning")]
    left, chat, right = (box for box in boxes if box is not None)
    assert left["x"] + left["width"] <= chat["x"]
    assert chat["x"] + chat["width"] <= right["x"]
    assert width(page) == 1280
    expect(page.locator("#bar")).to_be_hidden()
    for name in ("rail", "tuning"):
        page.locator(f"[data-panel={name}]:visible").click()
        expect(page.locator(f"#{name}")).to_be_hidden()
        expect(page.locator(f"[data-panel={name}]:visible")).to_be_focused()
    page.locator("[data-panel=rail]:visible").press("Enter")
    expect(page.locator("#rail")).to_be_visible()


def test_on_a_phone_the_chat_comes_first_and_the_panels_are_drawers(visit: Open) -> None:
    page = visit(**PHONE).page
    assert width(page) == 390
    expect(page.locator("#persona")).to_be_hidden()
    say(page, "Hello!")
    wait_for_end(page)
    message = box(page).bounding_box()
    assert message is not None
    assert message["y"] + message["height"] < 844

    opener = page.get_by_role("button", name="Edit character", exact=True)
    opener.click()
    expect(page.locator("#persona")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#persona")).to_be_hidden()
    expect(opener).to_be_focused()
    tuning = page.get_by_role("button", name="Tuning", exact=True)
    tuning.click()
    expect(tuning).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text("Reply length", exact=True)).to_be_in_viewport(ratio=0.1)
    page.get_by_role("button", name="Chat", exact=True).click()
    expect(page.get_by_text("Reply length", exact=True)).to_be_hidden()


def test_a_drawer_closes_for_what_was_opened_in_it(visit: Open) -> None:
    page = visit(**PHONE).page
    tile = open_sheet(page, "gallery").locator(".tile-open").nth(1)
    name = tile.get_attribute("title") or ""
    tile.click()
    expect(page.locator("#gallery")).to_be_hidden()
    expect(page.locator("#who h2")).to_contain_text(name)
    say(page, "Hello!")
    wait_for_end(page)
    page.get_by_role("button", name="Chats", exact=True).click()
    page.locator("[data-act=open]").first.click()
    expect(page.locator("#history-chats")).to_be_hidden()
    persona = reach(page, "#persona textarea").bounding_box()
    assert persona is not None
    assert persona["height"] > 120  # twelve lines, though the text came while it was hidden


def test_nothing_moves_once_the_page_is_painted(visit: Open) -> None:
    page = visit().page
    shifts = page.evaluate(
        """() => new Promise((resolve) => {
          const shifts = [];
          const whose = ({ node }) => (node?.closest ? node : node?.parentElement)?.closest("[id]")?.id;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shifts.push([entry.value, entry.sources.map(whose)]);
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(shifts), 300);
        })"""
    )
    assert sum(value for value, _ in shifts) < 0.05, shifts


def test_the_chat_follows_its_end_unless_the_reader_scrolls_up(visit: Open) -> None:
    page = visit(viewport={"width": 1280, "height": 420}).page
    for text in ("One.", "Two.", "Three."):
        say(page, text)
        wait_for_end(page)
    gap = "(() => { const box = document.querySelector('#chat .bubble-wrap'); return %s; })()"
    assert page.evaluate(gap % "box.scrollHeight - box.scrollTop - box.clientHeight") < 4
    say(page, "Four.")
    page.evaluate(gap % "box.scrollTop = 0")
    wait_for_end(page)
    assert page.evaluate(gap % "box.scrollTop") == 0

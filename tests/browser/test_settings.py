"""Settings last: through a reload, for a character, on another device; theme, language and panels too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import box, reach, say, sayings, set_number, tool, wait_for_end
from tests.server import SLOW_APP, running_app

pytestmark = [pytest.mark.browser, pytest.mark.server]

UNKNOWN = (
    "token", "seed", "logit", "checkpoint", "bf16", "sampl", "top-", "temperature", "penalt", "preset", "quanti",
    "inference", "prompt", "parameter", "context", "mirostat", "8-bit",
)  # fmt: skip
"""Beginnings of words."""
TEMPERATURE = "#sampling-temperature input[type=number]"


def ready(page: Page) -> None:
    page.wait_for_selector("body[data-ready]")


def reload(page: Page) -> None:
    page.reload()
    ready(page)


def unfolded(page: Page, *folds: str) -> None:
    """These folds of the tuning are open."""
    reach(page, "#mood")
    for fold in folds:
        heading = page.locator(f"#{fold} .label-wrap").first
        if "open" not in (heading.get_attribute("class") or ""):
            heading.click()


def chosen(page: Page, radio: str) -> str:
    return page.locator(f"#{radio} label:has(input:checked)").inner_text().strip()


def test_settings_mood_panels_and_folds_last_and_can_be_tied_to_a_character(visit: Open) -> None:
    page = visit().page
    unfolded(page, "advanced", "group_sampling")
    page.locator("#mood").get_by_text("Wild").click()
    expect(page.locator(TEMPERATURE)).to_have_value("1.1")
    page.locator("#length").get_by_text("Long").click()
    set_number(page, "temperature", "0.77")
    expect(page.locator("#mood label:has(input:checked)")).to_have_text("Custom")
    page.locator("#rail [data-panel=rail]:visible").first.click()
    expect(page.locator("#rail")).to_be_hidden()
    reload(page)
    expect(page.locator("#rail")).to_be_hidden()
    expect(page.locator(TEMPERATURE)).to_have_value("0.77")
    assert (chosen(page, "mood"), chosen(page, "length")) == ("Custom", "Long")
    page.locator("#remember-for-character").click()
    expect(page.locator("#remembered")).to_contain_text("These settings are for Brannock.")
    page.locator("#mood").get_by_text("Calm").click()
    expect(page.locator(TEMPERATURE)).to_have_value("0.5")  # what is drawn is kept
    page.goto(f"{page.url}?character=Juno")
    ready(page)
    expect(page.locator(TEMPERATURE)).to_have_value("0.77")
    page.goto(page.url.replace("Juno", "Brannock"))
    ready(page)
    expect(page.locator(TEMPERATURE)).to_have_value("0.5")
    page.locator("#remember-usual").click()
    expect(page.locator(TEMPERATURE)).to_have_value("0.77")
    expect(page.locator("#remembered")).to_contain_text("usual")


def test_first_sight_holds_no_word_that_a_newcomer_cannot_know_and_actions_have_tooltips(visit: Open) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"]).page
    reach(page, "#mood")
    seen = page.locator("body").inner_text().lower()
    assert "calm" in seen
    assert [word for word in UNKNOWN if re.search(rf"\b{word}", seen)] == []

    say(page, "I *wave* **slowly**.")
    wait_for_end(page)
    for selector, title in {
        "#message .submit-button": "(Enter)", ".tool[name=another]": "(Ctrl Enter)", "#undo": "Undo",
    }.items():  # fmt: skip
        expect(page.locator(selector).last).to_have_attribute("title", re.compile(re.escape(title)))
    box(page).press("Tab")
    expect(page.locator("#tip")).to_have_text("Send (Enter)")
    tool(page, "info", sayings(page).last).click()
    expect(page.locator("#tip")).to_be_hidden()
    expect(sayings(page).last.locator(".facts")).to_have_attribute("data-said", re.compile(r"20\d\d, \d+:\d\d"))
    copy = tool(page, "copy", sayings(page).last)
    copy.click()
    expect(copy).to_have_attribute("title", "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "I *wave* **slowly**."
    box(page).press("ArrowUp")
    expect(page.locator("#chat .editor")).to_be_focused()
    page.keyboard.type(" Twice.")
    page.keyboard.press("Enter")
    expect(sayings(page)).to_have_text(["I wave slowly. Twice."], use_inner_text=True)


def signed_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(url)
    page.locator("input").nth(0).fill("alice")
    page.locator("input").nth(1).fill("secret")
    page.keyboard.press("Enter")
    ready(page)
    return page


def ground(page: Page) -> list[int]:
    """The colour of the page's ground."""
    colour = page.evaluate("getComputedStyle(document.querySelector('gradio-app')).backgroundColor")
    return [int(float(part)) for part in str(colour).strip("rgba()").split(",")[:3]]


def test_theme_language_and_settings_follow_who_signs_in_elsewhere(chromium: Browser, tmp_path: Path) -> None:
    login = ("--login", "alice:secret")
    with running_app(tmp_path / "app.log", login, program=SLOW_APP, wait_for="/health") as server:
        here, there = (chromium.new_context(color_scheme=scheme) for scheme in ("light", "dark"))
        page = signed_in(here, server.url)
        assert min(ground(page)) > 200
        expect(reach(page, "#account .sign-out")).to_have_text("Sign out")
        expect(page.locator("#account strong")).to_have_text("alice")
        page.locator("#account [data-setting=theme]").select_option("dark")
        expect(page.locator("body")).to_have_class("dark")
        assert max(ground(page)) < 60
        with page.expect_navigation():
            page.locator("#account [data-setting=language]").select_option("de")
        ready(page)
        assert max(ground(page)) < 60
        expect(page.locator("#message textarea")).to_have_attribute("placeholder", "Sag etwas. *Handle* in Sternchen.")
        reach(page, "#mood").get_by_text("Wild").click()
        expect(page.locator("#mood label:has(input:checked)")).to_have_text("Wild")
        page.locator("#length").get_by_text("Kurz").click()
        other = signed_in(there, server.url)
        for _ in range(20):  # until what was chosen here is kept
            if (chosen(other, "mood"), chosen(other, "length")) == ("Wild", "Kurz"):
                break
            other.reload()
            ready(other)
        assert (chosen(other, "mood"), chosen(other, "length")) == ("Wild", "Kurz")
        expect(other.locator("#message textarea")).to_have_attribute("placeholder", "Sag etwas. *Handle* in Sternchen.")
        reach(other, "#mood")
        reach(other, "#account [data-setting=theme]").select_option("light")
        expect(other.locator("body")).not_to_have_class("dark")
        other.locator("#account .sign-out").click()
        expect(other.locator("input[type=password]")).to_be_visible()
        for context in (here, there):
            context.close()

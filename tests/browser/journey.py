"""What a visitor does and sees, in the words of the journeys."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


def replies(page: Page) -> Locator:
    """The character's messages."""
    return page.locator("#chat [data-testid=bot]")


def sayings(page: Page) -> Locator:
    """The person's messages."""
    return page.locator("#chat [data-testid=user]")


def box(page: Page) -> Locator:
    """The message box."""
    return page.locator("#message textarea")


def say(page: Page, text: str) -> None:
    """Type a message and press Enter; wait until it stands in the chat."""
    number = sayings(page).count()
    reach(page, "#message textarea").fill(text)
    box(page).press("Enter")
    expect(sayings(page)).to_have_count(number + 1)


def wait_for_end(page: Page) -> None:
    """Wait until the reply on its way has ended."""
    expect(page.locator("#message .submit-button")).to_be_visible(timeout=60_000)
    expect(page.locator("#note .dots")).to_have_count(0)


def _escape(page: Page) -> None:
    page.keyboard.press("Escape")
    wait_for_end(page)


_BEGUN = """() => {
  const last = [...document.querySelectorAll("#chat .message-row")].at(-1);
  const written = [...last.querySelectorAll(".live")];
  return last.matches(".bot-row") && (!written.length || written.some((each) => each.textContent.trim()));
}"""


def stop(page: Page) -> None:
    """Stop the reply to what was said last, once something of it is there. If it has ended, Escape does nothing."""
    page.wait_for_function(_BEGUN)
    _escape(page)


def write_again(page: Page, key: str = "Control+Enter") -> None:
    """Have another version of the last reply written by a key, and stop it once something of it is there."""
    expect(page.locator("#regenerate")).to_be_enabled()
    before = replies(page).last.locator(".count").get_attribute("title")
    page.keyboard.press(key)
    page.wait_for_function(
        """(before) => {
          const last = [...document.querySelectorAll("#chat .message-row")].at(-1);
          const live = last.querySelector(".live");
          return live ? live.textContent.trim() : last.querySelector(".count")?.title !== before;
        }""",
        arg=before,
    )
    _escape(page)


def tool(page: Page, name: str, message: Locator) -> Locator:
    """A button at a message, over which the mouse is, or which a finger has tapped: some show only then."""
    message.hover()
    found = message.locator(f"[name={name}]")
    if not found.is_visible():
        message.click(position={"x": 10, "y": 10})
    return found


_WHERE = """(selector) => {
  const found = document.querySelector(selector);
  const sheet = found.closest(".sheet"), menu = found.closest(".menu"), panel = found.closest("#rail, #tuning");
  const isVisible = found.checkVisibility({ visibilityProperty: true });
  return { sheet: sheet?.id ?? null, menu: menu?.id ?? null, panel: panel?.id ?? null, isVisible };
}"""
"""The sheet, the menu and the side panel that an element stands in."""
_TABS = {
    "examples": ("#example-dialogue",),
    "greetings": ("#greeting", "#alternate-greetings"),
    "lorebook": ("#entry", "#lorebook", "-lorebook", "-entry", "#bring-in-lorebooks"),
    "note": ("#note-text", "#note-depth"),
    "picture": ("-portrait", "-backdrop", "#rename-character", "#duplicate-character", "#export-"),
}
"""For each of the editor's tabs but the first, parts of the selectors of what is in it only once it was shown."""


def reach(page: Page, selector: str) -> Locator:
    """The first element of that selector, in the sheet, menu or side panel that is opened for it."""
    if selector.startswith(("#sampling-", "#preset", "#reset-")) and not page.locator(selector).count():
        if page.locator(".sheet.is-open").count():
            leave(page)
        _unfold_to(panel(page, "tuning"), selector)
    tab = next((tab for tab, parts in _TABS.items() if any(part in selector for part in parts)), None)
    if tab is not None:
        open_sheet(page, "editor")
        open_editor_tab(page, tab)
    page.locator(selector).first.wait_for(state="attached")
    where = page.evaluate(_WHERE, selector)
    if (opened := page.locator(".sheet.is-open")).count() and opened.get_attribute("id") != where["sheet"]:
        leave(page)
    if not where["panel"]:
        close_drawers(page)
    if where["sheet"]:
        open_sheet(page, where["sheet"])
        if where["sheet"] == "editor" and tab is None and not page.locator(selector).first.is_visible():
            open_editor_tab(page, "persona")
    elif not where["isVisible"] and where["panel"]:
        panel(page, where["panel"])
    elif not where["isVisible"] and where["menu"]:
        page.locator(f"[data-menu={where['menu']}]").click()
    return page.locator(selector).first


def open_editor_tab(page: Page, name: str) -> None:
    """Select a tab of the editor, which Gradio puts into a menu where there is no room."""
    tab = page.locator(f"#tab-{name}-button")
    if tab.count() and tab.is_visible():
        return tab.click()
    menu = page.locator("#editor .overflow-menu")
    menu.locator(":scope > button").click()
    menu.get_by_role("button", name=name).click()
    return None


def close_drawers(page: Page) -> None:
    """Go back to the chat, where a panel lies over it."""
    if page.locator("#shell.has-drawer").count():
        page.keyboard.press("Escape")
        expect(page.locator("#shell.has-drawer")).to_have_count(0)


def panel(page: Page, id: str) -> Locator:
    """A side panel, opened where it is closed."""
    found = page.locator(f"#{id}")
    if not found.is_visible():
        page.locator(f"[data-panel={id}]:visible").first.click()
        expect(found).to_be_visible()
    return found


def open_sheet(page: Page, id: str) -> Locator:
    """A sheet, opened as a visitor does."""
    found = page.locator(f"#{id}")
    if "is-open" not in (found.get_attribute("class") or ""):
        if page.locator(".sheet.is-open").count():
            leave(page)
        close_drawers(page)
        opener = f"[data-sheet={id}]"
        if not page.locator(f"{opener}:visible").count():
            page.locator(f"[data-menu]:has(+ .menu {opener}), [data-menu=page-menu]").first.click()
        page.locator(f"{opener}:visible").first.click()
    expect(found).to_be_visible()
    return found


def leave(page: Page) -> None:
    """Close the sheet that is open."""
    page.locator(".sheet.is-open .close-sheet").click()
    expect(page.locator(".sheet.is-open")).to_have_count(0)


def close_notice(page: Page) -> None:
    """Close the notice that shows, unless its time is over already."""
    page.evaluate("document.querySelector('.toast-close')?.click()")
    expect(page.locator(".toast-close")).to_have_count(0)


_DROP = """([selector, files]) => {
  const target = document.querySelector(selector), dataTransfer = new DataTransfer();
  for (const { name, data } of files) {
    dataTransfer.items.add(new File([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))], name));
  }
  const tell = (kind) => {
    const event = new DragEvent(kind, { bubbles: true, cancelable: true, composed: true, dataTransfer });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  const isTaken = tell("dragenter") && tell("dragover");
  const isHinted = document.querySelector(".drop-hint").checkVisibility();
  return isTaken && isHinted && tell("drop");
}"""


def drop(page: Page, selector: str, *paths: Path) -> bool:
    """Drag files over an element and drop them. Returns whether the page showed where, and took them."""
    files = [{"name": path.name, "data": base64.b64encode(path.read_bytes()).decode()} for path in paths]
    return bool(page.evaluate(_DROP, [selector, files]))


def tile_act(page: Page, name: str, act: str) -> None:
    """Choose an entry of a character's menu in the gallery."""
    tile = open_sheet(page, "gallery").locator(".tile", has_text=name).first
    tile.locator("summary").click()
    tile.locator(f".tile-acts [data-act={act}]").click()


def set_number(page: Page, parameter: str, value: str) -> None:
    """Type a sampling parameter's value."""
    number = reach(page, f"#sampling-{parameter} input[type=number]")
    number.fill(value)
    number.press("Tab")


def choose(page: Page, dropdown: str, option: str) -> None:
    """Choose an option of a dropdown."""
    reach(page, f"#{dropdown} input").click()
    page.get_by_role("option", name=option, exact=True).click()


_FOLDED = ".label-wrap:not(.open):visible"
_UNFOLD = """async (found) => {
  const folded = () => [...found.querySelectorAll(".label-wrap:not(.open)")].find((label) => label.checkVisibility());
  const isDrawn = (label) => !label.isConnected || label.classList.contains("open")
    && label.nextElementSibling.querySelector(".block, .form, .prose, button, input, textarea");
  for (let label = folded(), clicks = 0; label; label = folded()) {
    if (++clicks > 100) throw new Error(`This stays folded: ${label.textContent}`);
    label.click();
    // The page draws what is in it a moment after. Some hold nothing yet.
    for (let i = 0; i < 50 && !isDrawn(label); i++) await new Promise((wake) => setTimeout(wake, 20));
  }
}"""


def unfold(found: Locator) -> None:
    """Open every accordion of a panel, also those inside others."""
    found.evaluate(_UNFOLD)


def _unfold_to(found: Locator, selector: str) -> None:
    """Open a panel's accordions until the selector finds something in it: what is folded is not there."""
    wanted = found.locator(selector)
    for _ in range(100):
        if wanted.count():
            return
        wanted.or_(found.locator(_FOLDED)).first.wait_for(state="attached")
        unfold(found)
    raise AssertionError(f"No accordion holds {selector}.")

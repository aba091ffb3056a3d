"""What a visitor does and sees, in the words of the journeys."""

from __future__ import annotations

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
    box(page).fill(text)
    box(page).press("Enter")
    expect(sayings(page)).to_have_count(number + 1)


def wait_for_end(page: Page) -> None:
    """Wait until the reply on its way has ended."""
    expect(page.locator("#message .submit-button")).to_be_visible(timeout=60_000)
    expect(page.locator("#note .dots")).to_have_count(0)


def stop(page: Page) -> None:
    """Stop the reply on its way, unless it has ended already: then Escape does nothing."""
    page.wait_for_timeout(200)
    page.keyboard.press("Escape")
    wait_for_end(page)


def tool(page: Page, name: str, message: Locator) -> Locator:
    """A button at a message; the mouse is over the message, for those that show only then."""
    message.hover()
    return message.locator(f"[name={name}]")


def set_number(page: Page, parameter: str, value: str) -> None:
    """Type a sampling parameter's value."""
    number = page.locator(f"#sampling-{parameter} input[type=number]")
    number.fill(value)
    number.press("Tab")


def choose(page: Page, dropdown: str, option: str) -> None:
    """Choose an option of a dropdown."""
    page.locator(f"#{dropdown} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def panel(page: Page, name: str, tab: str) -> Locator:
    """The panel at a side, opened where it is a drawer, at one of its tabs."""
    found = page.locator(f"#{name}")
    opener = page.locator(f".drawer-button[aria-controls={name}]")
    if opener.is_visible() and opener.get_attribute("aria-expanded") != "true":
        opener.click()
    found.get_by_role("tab", name=tab, exact=True).click()
    return found


def unfold(found: Locator) -> None:
    """Open every accordion of a panel, also those inside others."""
    closed = found.locator(".label-wrap:not(.open):visible")
    while closed.count():
        closed.first.click()

"""Who reads Japanese is shown no English, whichever panel they open."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import panel, say, stop, unfold

pytestmark = pytest.mark.browser

# Two words one after the other are a phrase. What characters say and are called is theirs, and so are proper names.
PHRASES = """(theirs) => {
  const said = [], names = /Pygmalion UI|Hugging Face/g, phrase = /[A-Za-z]{2,} [a-z]{2,}/;
  const look = (text) => { if (phrase.test(text.replace(names, ''))) said.push(text.trim()); };
  for (const element of document.body.querySelectorAll('*')) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(theirs)) continue;
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) look(node.data);
    for (const name of ['title', 'aria-label', 'placeholder']) look(element.getAttribute(name) ?? '');
  }
  return [...new Set(said)];
}"""
THEIRS = ", ".join(
    ("#chat", "#starters", ".gallery", ".prompt-parts", ".history .open", ".upload-container", "script", "style")
    # What the engine declares of its samplers, and the presets' notes, are in English.
    + (".sampling-group", "#preset-note", "#reset-sampling", ".lens-stages", ".lens-tokens")
)


def phrases(page: Page) -> list[str]:
    """The English in sight."""
    page.wait_for_timeout(300)
    found: list[str] = page.evaluate(PHRASES, THEIRS)
    return found


def test_no_english_is_left_in_another_language(visit: Open) -> None:
    page = visit(locale="ja-JP").page
    assert phrases(page) == [], "a first visit"
    say(page, "Hello!")
    stop(page)
    unfold(panel(page, "settings-panel", 0))
    expect(page.locator(".lens-tokens")).to_be_visible()
    assert phrases(page) == [], "sampling, with the lens"
    panel(page, "settings-panel", 1)
    expect(page.locator("#machine table")).to_be_visible()
    assert phrases(page) == [], "the model"
    unfold(panel(page, "character-panel", 0))
    page.locator("#add-entry").click()
    page.locator("#remove-entry").click()
    expect(page.locator("#restore-entry")).to_be_visible()
    assert phrases(page) == [], "the character"
    panel(page, "character-panel", 1)
    page.locator("#history-trash .label-wrap").click()
    assert phrases(page) == [], "the chats"
    page.locator(".tools-button").click()
    for index in range(3):
        page.locator("#tools").get_by_role("tab").nth(index).click()
        assert phrases(page) == [], f"tool {index}"
    page.keyboard.press("Escape")
    page.locator(".help-button").click()
    assert phrases(page) == [], "the help"
    page.keyboard.press("Escape")
    page.evaluate("document.dispatchEvent(new CustomEvent('page:act', {detail: {name: 'edit', place: 99}}))")
    expect(page.locator(".toast-body")).to_be_visible()
    assert phrases(page) == [], "a notice"

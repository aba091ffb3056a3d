from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import choose, open_sheet, reach, replies, say, wait_for_end
from tests.server import running_app

pytestmark = pytest.mark.browser


def remark(page: Page, index: int) -> Locator:
    return replies(page).nth(index).locator(".remark")


def test_switching_between_the_demo_models(visit: Open, tmp_path: Path) -> None:
    # A server of its own: the others talk to the shared one's model. Its page opens while the model still loads.
    with running_app(tmp_path / "app.log", wait_for="/health") as server:
        page = visit(server.url).page
        say(page, "Hello, are you there?")
        expect(replies(page)).to_have_count(2, timeout=60_000)
        wait_for_end(page)
        expect(page.locator("#badge")).to_contain_text("demo-neo ·")

        open_sheet(page, "model-sheet")
        expect(page.locator("#machine")).to_contain_text("Pygmalion 6B")
        choose(page, "model-source", "Demo (GPT-J)")
        reach(page, "#load-model").click()
        expect(page.locator("#model-status")).to_contain_text("GPT-J", timeout=60_000)
        expect(page.locator("#badge")).to_contain_text("demo-j ·")
        say(page, "And now?")
        wait_for_end(page)
        expect(replies(page).nth(2).locator(".remark")).to_have_attribute("title", "demo-j · tiny demo model")
        expect(replies(page).nth(1).locator(".remark")).to_have_attribute("title", "demo-neo · tiny demo model")

        reach(page, "#unload-model").click()
        expect(page.locator("#badge")).to_contain_text("No model loaded")

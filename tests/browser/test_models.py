from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import choose, leave, open_sheet, reach, replies, say, unfold, wait_for_end
from tests.checkpoints import tiny_model
from tests.engine.hub_server import HubServer, serving
from tests.engine.layouts import write_layout
from tests.server import running_app

pytestmark = pytest.mark.browser

DOOR_APP = ("-m", "tests.browser.door_app")
GET = "[data-get=pygmalion-6b]"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    """A hub with a tiny model in the place of the 6B."""
    files = write_layout(tmp_path / "repository", tiny_model("gptj", vocab_size=8000, context=4096), num_shards=2)
    with serving(files) as server:
        server.repository = "PygmalionAI/pygmalion-6b"
        yield server


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

        unfold(open_sheet(page, "model-sheet"))
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


def test_the_demos_chip_is_a_door_to_a_pygmalion(visit: Open, hub: HubServer, tmp_path: Path) -> None:
    environment = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "hub"), "HF_HUB_DISABLE_XET": "1"}
    with running_app(tmp_path / "app.log", environment=environment, program=DOOR_APP) as server:
        page = visit(server.url).page
        say(page, "Hello, are you there?")
        wait_for_end(page)
        page.locator("#badge button").click()
        door, status = page.locator("#model-door"), page.locator("#model-status")
        expect(door).to_contain_text("3.4M parameters")
        expect(door).to_contain_text("16.3 GB to download")
        expect(door).to_contain_text("words a second here", timeout=60_000)  # once it was measured

        hub.repository = "somebody/else"
        door.locator(GET).click()
        expect(status.locator(".problem")).to_contain_text("The hub has no model", timeout=60_000)
        other = visit(server.url).page
        expect(other.locator("#badge")).to_contain_text("demo-neo ·")
        expect(other.locator("#badge .is-missing")).to_have_count(0)
        other.close()

        hub.repository, hub.trickles_in = "PygmalionAI/pygmalion-6b", "model-00001-of-00002.safetensors"
        door.locator(GET).press("Enter")
        expect(page.locator("#cancel-load")).to_be_focused()
        expect(status).to_contain_text("Downloading PygmalionAI/pygmalion-6b", timeout=60_000)
        page.locator("#cancel-load").click()
        expect(page.locator("#cancel-load")).to_be_hidden(timeout=60_000)

        hub.trickles_in = None
        door.locator(GET).click()
        expect(page.locator("#badge")).to_contain_text("Pygmalion 6B", timeout=60_000)
        expect(door).to_contain_text("Pygmalion 6B speaks here.")
        expect(door.locator(GET)).to_have_count(0)
        leave(page)
        say(page, "And now?")
        wait_for_end(page)
        expect(replies(page)).to_have_count(3)
        open_sheet(page, "model-sheet")
        expect(door).to_contain_text("Measured: its last reply")

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.ui.theme.theme import launch_options
from tests.ui.building import page_for


def find(page: gr.Blocks, elem_id: str) -> Any:
    return next(block for block in page.blocks.values() if getattr(block, "elem_id", None) == elem_id)


@pytest.fixture(scope="module")
def blocks() -> gr.Blocks:
    return page_for(Character("Bob", greeting="Hi."))


def test_the_fixed_ids_are_there(blocks: gr.Blocks) -> None:
    ids = {getattr(block, "elem_id", None): type(block) for block in blocks.blocks.values()}
    assert ids["chat"] is gr.Chatbot
    assert ids["message"] is gr.Textbox
    assert {"character-name", "persona", "your-name", "scenario", "greeting", "example-dialogue"} <= ids.keys()
    assert {f"sampling-{declared.name.replace('_', '-')}" for declared in EVERY_DECLARATION} <= ids.keys()


def test_no_handler_is_a_public_endpoint(blocks: gr.Blocks) -> None:
    public = [fn.api_name for fn in blocks.fns.values() if fn.api_visibility != "private"]
    assert public == ["chat", "complete"]


def test_no_event_waits_for_another(blocks: gr.Blocks) -> None:
    assert {fn.concurrency_limit for fn in blocks.fns.values() if fn.fn is not None} == {None}


def test_a_call_of_the_server_tells_no_component_how_far_it_is(blocks: gr.Blocks) -> None:
    called = [fn for fn in blocks.fns.values() if fn.fn is not None and fn.api_visibility == "private"]
    assert len(called) > 100
    assert [fn.api_name for fn in called if fn.get_config()["show_progress_on"] != []] == []


def test_the_first_paint_shows_the_greeting(blocks: gr.Blocks) -> None:
    assert "Hi&#46;" in str(find(blocks, "chat").value)


def test_the_first_paint_says_nothing_of_a_model_that_may_load_later(blocks: gr.Blocks) -> None:
    assert not find(blocks, "badge").value
    assert not find(blocks, "model-status").value


def test_a_page_without_characters_starts_with_a_blank_one() -> None:
    assert find(page_for(), "character-name").value


def test_a_public_page_offers_no_other_places(blocks: gr.Blocks) -> None:
    assert "other" in dict(map(reversed, find(blocks, "model-source").choices))
    assert "other" not in dict(map(reversed, find(page_for(is_public=True), "model-source").choices))


def test_the_looks_come_from_files_and_ask_no_other_server() -> None:
    options = launch_options()
    assert Path(options["favicon_path"]).is_file()
    assert "http" not in options["css"].replace("http://www.w3.org", "")
    assert options["theme"]._stylesheets == []


def test_the_hubs_sign_in_is_there_where_a_space_provides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("authlib", "itsdangerous"):
        pytest.importorskip(name, reason="Spaces install gradio[oauth].")
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "alice/chat")
    page = page_for(Character("Bob"), has_hub_login=True)
    assert isinstance(find(page, "hub-login"), gr.LoginButton)
    assert page.expects_oauth


def test_only_a_public_page_says_how_much_it_keeps() -> None:
    def is_said(page: gr.Blocks) -> bool:
        return any(block.elem_id == "kept-in-public" for block in page.blocks.values())

    assert is_said(page_for(is_public=True))
    assert not is_said(page_for())

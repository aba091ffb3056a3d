import asyncio
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.free_text.handlers import FreeTextHandlers
from pyg_ui.ui.tools.free_text.view import FreeTextState, FreeTextView
from tests.fakes import FakeEngine
from tests.ui.sampling.test_lens import serving

FIELDS = {declared.name: declared.default for declared in EVERY_DECLARATION}

SESSION = Session.open(Chat.start(Character("Bob")))


def written(handlers: FreeTextHandlers, state: FreeTextState, text: str, **changes: Any) -> list[FreeTextView]:
    async def collect() -> list[FreeTextView]:
        return [view async for view in handlers.write(SESSION, state, text, **(FIELDS | changes))]

    return asyncio.run(collect())


def test_the_model_writes_on_and_undo_goes_back() -> None:
    handlers, state = FreeTextHandlers(serving(FakeEngine(lambda prompt: " there was")), Pace(0)), FreeTextState()
    views = written(handlers, state, "Once")
    assert views[-1].text == "Once there was"
    assert "10 tokens" in views[-1].note
    assert views[-1].undo["interactive"] is True
    assert written(handlers, state, "Once there was!")[-1].text == "Once there was! there was"
    assert handlers.undo(state).text == "Once there was!"
    back = handlers.undo(state)
    assert (back.text, back.undo["interactive"]) == ("Once", False)


def test_nothing_is_lost_where_nothing_can_be_written() -> None:
    handlers, state = FreeTextHandlers(serving(FakeEngine()), Pace(0)), FreeTextState()
    with pytest.warns(UserWarning, match="Write the beginning"):
        views = written(handlers, state, "")
    assert "value" not in views[-1].text
    assert state.past == []
    assert views[-1].write["interactive"] is True

"""A reply of a model on another server that dies in the middle is kept, and goes on once the server is back."""

from __future__ import annotations

import asyncio
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.remote.connecting import connect
from pyg_ui.errors import RemoteError
from pyg_ui.service.replies import ChatService, ReplyUpdates
from tests.engine.remote.fake_server import FakeServer, Lines, serving, told

SHORT = SamplingParameters(max_new_tokens=40)


async def last_chat(updates: ReplyUpdates) -> tuple[Chat, str]:
    """The chat of the last update, and the error that came after it."""
    chat = None
    try:
        async for update in updates:
            chat = update.chat
    except RemoteError as error:
        assert chat is not None
        return chat, str(error)
    assert chat is not None
    return chat, ""


def test_what_was_written_is_kept_and_continued() -> None:
    def complete(body: dict[str, Any]) -> Lines:
        if len(server.bodies) == 2:
            yield {"choices": [{"text": " Once upon", "finish_reason": None}]}
            yield None
        yield from told([" a time."])

    looks = {"/v1/models": (200, {"data": [{"id": "some-model"}]})}
    with serving(server := FakeServer(complete, looks)):
        models = ModelManager(lambda choice, report: connect(choice, report, key_of=lambda address: ""))
        models.start_loading(ModelChoice(server.url))
        assert models.wait(20).is_ready
        service = ChatService(models)
        chat, problem = asyncio.run(last_chat(service.reply(Chat.start(Character("Bob")), "Hi", SHORT)))
        assert chat.turns[-1].text == "Once upon"
        assert "go on" in problem
        chat, problem = asyncio.run(last_chat(service.continue_reply(chat, SHORT)))
        assert (chat.turns[-1].text, problem) == ("Once upon a time.", "")
        assert server.bodies[-1]["prompt"].endswith("Bob: Once upon")
        models.close()

"""What the endpoints do: the character answers, or a text is continued. They call the same code as the page."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Role
from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import PygmalionError
from pyg_ui.service.free_text import write_on
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.endpoints.fields import Description, HistoryMessage, read_chat, read_parameters, read_text, refusal

ENDPOINTS = ("chat", "complete")
"""The names by which programs call them; each is a method of `Endpoints`."""
Refusal = Callable[[Any], str | None]
"""Says why a request may not use the endpoints; None if it may."""


@dataclass(frozen=True)
class Endpoints:
    """The handlers, and what they need. Each yields a text as it grows; closing it stops the generation."""

    service: ChatService
    models: ModelManager
    refusal_of: Refusal

    async def chat(
        self,
        request: gr.Request,
        message: str,
        history: list[HistoryMessage] | None = None,
        character: str | Description | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> AsyncGenerator[str, None]:
        """A character's reply to `message`, which streams: each text is the reply so far.

        `history` holds the messages before it, oldest first. `character` is the name of a character that comes with
        the server, or describes one by name, persona, scenario, greeting and example_dialogue, or is a character card.
        `parameters` are the page's sampling parameters by name; absent ones take the page's defaults. Where the
        server has keys, send one in the header Authorization.
        """
        with self._checked(request):
            chat = read_chat(history, character, self.service.characters)
            updates = self.service.reply(chat, read_text("message", message), read_parameters(parameters))
            async with aclosing(updates):
                async for update in updates:
                    if update.drafts:
                        yield chat.display_text(Role.CHARACTER, update.drafts[0].text)

    async def complete(
        self, request: gr.Request, prompt: str, parameters: dict[str, Any] | None = None
    ) -> AsyncGenerator[str, None]:
        """What the model writes after `prompt`, which streams: each text is all that it has written so far.

        The prompt is used as it is. `parameters` are the page's sampling parameters by name; absent ones take the
        page's defaults. Where the server has keys, send one in the header Authorization.
        """
        with self._checked(request):
            text, wanted = read_text("prompt", prompt), read_parameters(parameters)
            engine = await self.models.wait_for_engine()
            room = engine.model.context_length - await asyncio.to_thread(engine.count_tokens, text)
            if room < 1:
                raise refusal(
                    f"The prompt has {engine.model.context_length - room:,} tokens; this model holds "
                    f"{engine.model.context_length:,}, prompt and reply together. Shorten the prompt."
                )
            async with aclosing(write_on(engine, text, wanted.with_at_most(room))) as updates:
                async for update in updates:
                    yield update.text[len(text) :]

    @contextmanager
    def _checked(self, request: gr.Request) -> Iterator[None]:
        """Refuse a request that may not pass, and say what goes wrong in the block."""
        if message := self.refusal_of(request.request):
            raise refusal(message)
        try:
            yield
        except PygmalionError as error:
            raise refusal(str(error)) from None

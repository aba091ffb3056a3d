"""Replies of the model that serves, as growing chats."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin, Role, Turn, Version
from pyg_ui.dialogue.prompt import NEXT_REPLY
from pyg_ui.engine.declarations import completed
from pyg_ui.engine.engine import Finish, FinishReason, ModelInfo
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import TRANSFORMERS_ORDER, SamplingParameters
from pyg_ui.errors import EngineError, InputError, NoModelError
from pyg_ui.service.drafts import grow_together, start_drafts
from pyg_ui.service.planning import plan_reply
from pyg_ui.service.side_by_side import with_own_seed

MAX_CANDIDATES = 8
"""How many replies may be written side by side."""

_ChatWith = Callable[[Sequence[Version]], Chat]
"""Returns the chat with the texts that were written."""


@dataclass(frozen=True, slots=True)
class ReplyUpdate:
    """How far a reply has come. Keep the chat of the latest update, however the reply ends."""

    state: Chat | Callable[[], Chat]
    """The chat, or what makes it: of most updates nobody wants a whole chat."""
    model: ModelInfo | None = None
    """The model that writes; None in the first update, which does not wait for a load."""
    finish: Finish | None = None
    """How the reply ended, the first one of several; only in the last update."""
    num_dropped_turns: int = 0
    """How many of the oldest turns are not in the prompt."""
    drafts: tuple[Version, ...] = ()
    """All texts that are being written, in a fixed order. Blank ones are included; the chat leaves them out."""

    @property
    def chat(self) -> Chat:
        """The chat with the reply as far as it has come."""
        return self.state() if callable(self.state) else self.state


ReplyUpdates = AsyncGenerator[ReplyUpdate, None]


class ChatService:
    """Replies of the model that serves.

    Replies are async generators: closing one, or cancelling the task that reads it, cancels the generation within a
    step. The first update comes at once, before anything is written. They raise NoModelError (no model serves or is
    being loaded), PromptTooLongError, EngineBusyError, EngineStoppedError, or EngineError if the model wrote nothing.
    """

    def __init__(self, models: ModelManager, characters: Sequence[Character] = ()) -> None:
        self._models = models
        self.characters = {character.name: character for character in characters}
        """The bundled characters, by name."""

    def reply(
        self,
        chat: Chat,
        text: str,
        parameters: SamplingParameters,
        num_candidates: int = 1,
        origin: Origin | None = None,
    ) -> ReplyUpdates:
        """The person says `text` and the character answers; a blank text is sent as `...`.

        The first update has the person's message (with its `origin` if the model wrote it). The others have a growing
        reply, in several versions if there are several candidates. After an error before the first word, `regenerate`
        tries again. Raises InputError for too many candidates.
        """
        return self._answer(chat.say(text, origin, datetime.now(UTC)), parameters, num_candidates)

    def regenerate(self, chat: Chat, parameters: SamplingParameters, num_candidates: int = 1) -> ReplyUpdates:
        """The character answers the person's last message again. Every reply is a further version of the turn.

        Raises InputError if the person has said nothing, and for too many candidates.
        """
        if not chat.is_begun:
            raise InputError("There is no reply to write anew yet. Say something first.")
        return self._answer(chat, parameters, num_candidates)

    def continue_reply(self, chat: Chat, parameters: SamplingParameters) -> ReplyUpdates:
        """The last reply is continued. Raises InputError if the chat ends with no reply."""
        if not chat.is_answered:
            raise InputError("There is no reply to continue yet. Say something first.")

        def continued(versions: Sequence[Version]) -> Chat:
            return chat.with_continuation(versions[0].text, versions[0].origin)

        begun = Turn.of(Role.CHARACTER, chat.turns[-1].text)
        return self._write(chat, parameters, continued, begun=begun)

    def rewrite(self, chat: Chat, begun: str, parameters: SamplingParameters) -> ReplyUpdates:
        """A further version of the last reply is written, which begins with `begun`.

        Raises InputError if the chat ends with no reply.
        """
        if not chat.is_answered:
            raise InputError("There is no reply to rewrite yet. Say something first.")
        return self._write(chat, parameters, chat.with_replies, begun=Turn.of(Role.CHARACTER, begun))

    def impersonate(self, chat: Chat, begun: str, parameters: SamplingParameters) -> ReplyUpdates:
        """The model writes the person's next message, which begins with `begun`, into the update's only draft.

        The chat does not change: the person decides whether to send the message.
        """
        return self._write(chat, parameters, lambda _: chat, begun=Turn.of(Role.PERSON, begun))

    async def repeat(self, chat: Chat) -> ReplyUpdates:
        """Write the last reply again, with its recorded model, parameters and seed.

        If the new text is the same, the chat in the last update is unchanged; otherwise it has a further version. The
        text differs if the chat or the character has changed since, or through other rounding. Raises InputError if the
        reply has no record, and NoModelError if another model serves.
        """
        if not chat.is_answered or (origin := chat.turns[-1].version.origin) is None:
            raise InputError("Nobody knows how this message was written: it was typed, edited or imported.")
        yield ReplyUpdate(chat)
        serving = (await self._models.wait_for_engine()).model.id
        if serving != origin.model_id:
            raise NoModelError(
                "{writer} wrote this reply, but {serving} is loaded. Load the other first.",
                writer=origin.model_id,
                serving=serving,
            )
        original = chat.turns[-1].text
        begun = Turn.of(Role.CHARACTER, original[: origin.num_given])
        updates = self._write(chat, _recorded(origin), chat.with_replies, begun=begun)
        async with aclosing(updates):
            async for update in updates:
                is_same = update.finish is not None and update.chat.turns[-1].text == original
                yield replace(update, state=chat) if is_same else update

    def _answer(self, chat: Chat, parameters: SamplingParameters, num_candidates: int) -> ReplyUpdates:
        """Further replies to the person's last message in `chat`."""
        if not 1 <= num_candidates <= MAX_CANDIDATES:
            raise InputError("Candidates must be from 1 to {number}.", number=MAX_CANDIDATES)
        return self._write(chat, parameters, chat.with_replies, num_candidates)

    async def _write(
        self,
        chat: Chat,
        parameters: SamplingParameters,
        chat_with: _ChatWith,
        number: int = 1,
        begun: Turn = NEXT_REPLY,
    ) -> ReplyUpdates:
        """Yield `chat` as it is, and then what `chat_with` makes of the growing texts.

        The prompt ends with the person's last message, or with the whole chat if the person's next one is written.
        """
        yield ReplyUpdate(chat)
        asked = chat if begun.role is Role.PERSON else chat.without_last_reply()
        engine = await self._models.wait_for_engine()
        planned = await plan_reply(engine, asked, parameters, begun=begun)
        drafts = start_drafts(engine, planned, [with_own_seed(parameters, index) for index in range(number)])

        def update(versions: Sequence[Version], finish: Finish | None = None) -> ReplyUpdate:
            num_dropped = planned.prompt.num_dropped_turns
            return ReplyUpdate(partial(chat_with, versions), engine.model, finish, num_dropped, tuple(versions))

        async with aclosing(grow_together(drafts)) as growing:
            async for versions in growing:
                yield update(versions)
        finish = drafts[0].generation.result
        if any(draft.has_text for draft in drafts):
            yield update([draft.version for draft in drafts], finish)
        elif finish is None or finish.reason is not FinishReason.CANCELLED:
            # An empty reply in the prompt would teach the model to say nothing.
            template = (
                "{name} had nothing to add. Try again, or write something else."
                if begun.text
                else "{name} said nothing. Try again, or write something else."
            )
            name = chat.character.name if begun.role is Role.CHARACTER else "The model"
            raise EngineError(template, name=name)


def _recorded(origin: Origin) -> SamplingParameters:
    """The parameters and the seed with which a text was written. Raises ParameterError for unknown parameters."""
    recorded = dict(origin.parameters) | {"seed": origin.seed}
    if "sampler_order" in recorded:  # of an earlier version it may lack samplers, which were neutral then
        recorded["sampler_order"] = completed(recorded["sampler_order"], TRANSFORMERS_ORDER)
    return SamplingParameters().with_changes(recorded)

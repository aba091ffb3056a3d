"""Replies from whichever model serves, as growing chats."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin, Role, Turn, Version
from pyg_ui.dialogue.prompt import NEXT_REPLY
from pyg_ui.engine.engine import Finish, FinishReason, ModelInfo
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineError, InputError, NoModelError
from pyg_ui.service.drafts import cancel, grow_together, start_drafts
from pyg_ui.service.messages import Message, chat_of
from pyg_ui.service.planning import plan_reply
from pyg_ui.service.side_by_side import with_own_seed

MAX_CANDIDATES = 8
"""How many replies may be written side by side."""

_Use = Callable[[Sequence[Version]], Chat]
"""What becomes of the chat with these texts."""


@dataclass(frozen=True, slots=True)
class ReplyUpdate:
    """How far a reply has come. The chat of the latest update is the one to keep, however the reply ends."""

    chat: Chat
    model: ModelInfo | None = None
    """Who writes; None in the first update, which does not wait for a model that is being loaded."""
    finish: Finish | None = None
    """How the reply ended, the first of several; in the last update only."""
    num_dropped_turns: int = 0
    """How many of the oldest turns the prompt left out."""
    drafts: tuple[Version, ...] = ()
    """All that is being written, in a fixed order, the blank ones included, which the chat leaves out."""


class ChatService:
    """Replies from whichever model serves.

    Replies are async generators: closing one, or cancelling the task that reads it, cancels the generation within a
    step. The first update comes at once; in it, nothing is lost and nothing written yet. While a reply is under way
    they raise NoModelError (none is loaded, and none is being loaded), PromptTooLongError, EngineBusyError,
    EngineStoppedError, or EngineError where the model wrote nothing at all.
    """

    def __init__(self, models: ModelManager, characters: Sequence[Character] = ()) -> None:
        self._models = models
        self._characters = {character.name: character for character in characters}

    def chat_of(self, messages: Sequence[Message], default_name: str, character_name: str = "") -> Chat:
        """The chat that these messages make, oldest first.

        What the narrator says is the character's persona; it may name a character that has no name of its own. Where
        the service knows, it is that one's, with its greeting in front unless the character speaks first anyway.
        Raises InputError for an unknown character, CharacterError for a name without a visible character.
        """
        return chat_of(messages, self._characters, default_name, character_name)

    def reply(
        self,
        chat: Chat,
        text: str,
        parameters: SamplingParameters,
        num_candidates: int = 1,
        origin: Origin | None = None,
    ) -> AsyncGenerator[ReplyUpdate, None]:
        """The person says `text` and the character answers; a blank text is sent as `...`.

        The first update holds what the person said (`origin` tells where the model wrote that); the others hold a
        growing reply to it, in several versions where several candidates are asked for. After an error before the
        first word, `regenerate` tries again. Raises InputError for too many candidates.
        """
        return self._answer(chat.say(text, origin, datetime.now(UTC)), parameters, num_candidates)

    def regenerate(
        self, chat: Chat, parameters: SamplingParameters, num_candidates: int = 1
    ) -> AsyncGenerator[ReplyUpdate, None]:
        """The character answers anew what the person said last; every reply is a further version of the turn.

        Raises InputError where the person has not spoken, and for too many candidates.
        """
        if not chat.is_begun:
            raise InputError("There is no reply to write anew yet. Say something first.")
        return self._answer(chat, parameters, num_candidates)

    def continue_reply(self, chat: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
        """The last reply goes on from where it ends. Raises InputError where the chat ends with none."""
        if not chat.is_answered:
            raise InputError("There is no reply to continue yet. Say something first.")

        def use(versions: Sequence[Version]) -> Chat:
            return chat.with_continuation(versions[0].text, versions[0].origin)

        begun = Turn.of(Role.CHARACTER, chat.turns[-1].text)
        return self._write(chat, chat.without_last_reply(), parameters, use, begun=begun)

    def rewrite(self, chat: Chat, begun: str, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
        """The last reply takes another turn: a further version of it that goes on from `begun`, which it begins with.

        Raises InputError where the chat ends with no reply.
        """
        if not chat.is_answered:
            raise InputError("There is no reply to rewrite yet. Say something first.")
        start = Turn.of(Role.CHARACTER, begun)
        return self._write(chat, chat.without_last_reply(), parameters, chat.with_replies, begun=start)

    def impersonate(self, chat: Chat, begun: str, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
        """The model writes the person's next line, from what they have `begun`; it stands in the update's one draft.

        The chat stays as it is: whether to say it is the person's decision.
        """
        return self._write(chat, chat, parameters, lambda _: chat, begun=Turn.of(Role.PERSON, begun))

    async def repeat(self, chat: Chat) -> AsyncGenerator[ReplyUpdate, None]:
        """The last reply again, from the record of how it came to be.

        In the last update the chat is as it was where the two are the same, and else holds a further version: what
        was said or who says it has changed since, or sums were rounded otherwise. Raises InputError where the
        reply has no such record, NoModelError where another model serves than the one that wrote it.
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
        updates = self._write(chat, chat.without_last_reply(), _recorded(origin), chat.with_replies, begun=begun)
        async with aclosing(updates):
            async for update in updates:
                is_same = update.finish is not None and update.chat.turns[-1].text == original
                yield replace(update, chat=chat) if is_same else update

    def _answer(
        self, chat: Chat, parameters: SamplingParameters, num_candidates: int
    ) -> AsyncGenerator[ReplyUpdate, None]:
        """Replies to what the person said last in `chat`, beside those that stand there."""
        if not 1 <= num_candidates <= MAX_CANDIDATES:
            raise InputError("Candidates must be from 1 to {number}.", number=MAX_CANDIDATES)
        return self._write(chat, chat.without_last_reply(), parameters, chat.with_replies, num_candidates)

    async def _write(
        self,
        chat: Chat,
        asked: Chat,
        parameters: SamplingParameters,
        use: _Use,
        number: int = 1,
        begun: Turn = NEXT_REPLY,
    ) -> AsyncGenerator[ReplyUpdate, None]:
        """`chat` as it is, then what `use` makes of growing answers to `asked`, none of them without any text."""
        yield ReplyUpdate(chat)
        engine = await self._models.wait_for_engine()
        planned = await plan_reply(engine, asked, parameters, begun=begun)
        drafts = start_drafts(engine, planned, [with_own_seed(parameters, index) for index in range(number)])

        def update(versions: Sequence[Version], finish: Finish | None = None) -> ReplyUpdate:
            num_dropped = planned.prompt.num_dropped_turns
            return ReplyUpdate(use(versions), engine.model, finish, num_dropped, tuple(versions))

        try:
            async with aclosing(grow_together(drafts)) as growing:
                async for versions in growing:
                    yield update(versions)
            finish = drafts[0].finish
            if any(draft.has_text for draft in drafts):
                yield update([draft.version for draft in drafts], finish)
            elif finish is None or finish.reason is not FinishReason.CANCELLED:
                # An empty reply in the prompt would teach the model to say nothing.
                template = (
                    "{name} had nothing to add. Try again, or write something else."
                    if begun.text
                    else "{name} said nothing. Try again, or write something else."
                )
                raise EngineError(template, name=_speaker(asked, begun))
        finally:
            cancel(drafts)


def _recorded(origin: Origin) -> SamplingParameters:
    """The parameters with which a text was written, its seed included. Raises ParameterError for unknown ones."""
    recorded = dict(origin.parameters) | {"seed": origin.seed}
    if "sampler_order" in recorded:
        recorded["sampler_order"] = tuple(recorded["sampler_order"])
    return SamplingParameters().with_changes(recorded)


def _speaker(chat: Chat, turn: Turn) -> str:
    return chat.character.name if turn.role is Role.CHARACTER else "The model"

"""A chat: a character, a person and the turns between them.

Chats are immutable: every transition returns a new one. A turn's text is kept as it was typed or generated, with its
macros. The chat's seed and the turn's time decide what they stand for, on the screen, in the prompt and in a file.
Macros in the person's text are never expanded. A regenerated reply is a further version of its turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.dialogue.macros.expansion import Macros
from pyg_ui.errors import InputError


class Role(StrEnum):
    """Who speaks."""

    PERSON = "person"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Origin:
    """How a text was generated."""

    model_id: str
    parameters: Mapping[str, Any] = field(hash=False)
    """The requested sampling parameters, by name."""
    seed: int
    """The seed that was used, even if the parameters left it open."""
    num_prompt_tokens: int
    num_new_tokens: int
    first_token_s: float
    """Seconds from the request to the first token."""
    tokens_per_s: float  # after the first token; 0 for one token or none
    created_at: datetime
    num_given: int = 0
    """How many characters at the beginning of the text were not generated but continued."""
    has_looped: bool = False
    """Whether it was ended where it began to repeat itself."""
    is_stopped: bool = False
    """Whether it was stopped before its end."""


@dataclass(frozen=True, slots=True)
class Version:
    """One text of a turn."""

    text: str
    origin: Origin | None = None
    """None if it was typed, or if its origin is unknown."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the person or the character, in at least one version."""

    role: Role
    versions: tuple[Version, ...]
    """Oldest first. Only the chosen version enters a prompt."""
    index: int = 0
    """The index of the chosen version."""
    sent_at: datetime | None = None
    """When it was sent; None if that is unknown. It has a time zone only if that is known."""

    def __post_init__(self) -> None:
        if not 0 <= self.index < len(self.versions):
            raise InputError("This message has no version {number}.", number=self.index + 1)

    @classmethod
    def of(cls, role: Role, text: str, origin: Origin | None = None, sent_at: datetime | None = None) -> Self:
        """A turn of one version."""
        return cls(role, (Version(text, origin),), sent_at=sent_at)

    @property
    def version(self) -> Version:
        """The chosen version."""
        return self.versions[self.index]

    @property
    def text(self) -> str:
        """The text of the chosen version."""
        return self.version.text

    def with_version(self, version: Version) -> Self:
        """The turn with its chosen version replaced."""
        return replace(self, versions=(*self.versions[: self.index], version, *self.versions[self.index + 1 :]))


@dataclass(frozen=True, slots=True)
class AuthorsNote:
    """A direction to the model, inserted between the turns."""

    text: str
    depth: int = 3
    """How many of the newest turns follow it."""
    interval: int = 1
    """It enters with every so many messages of the person; with 0, never."""

    def is_due(self, num_messages: int) -> bool:
        """Whether it enters after that many messages of the person. With every message, it also enters before any."""
        if self.interval <= 1:
            return self.interval == 1
        return num_messages > 0 and num_messages % self.interval == 0


@dataclass(frozen=True, slots=True)
class Direction:
    """A line in brackets at one place of the conversation, which is no turn. It is dropped with the turns around it."""

    label: str
    text: str
    depth: int
    """How many of the newest turns follow it."""


@dataclass(frozen=True, slots=True)
class KeptLorebook:
    """A lorebook that its owner keeps for any chat, in the state that a chat knows."""

    id: str
    """Its id in the store. The chat keeps its copy if there is no such lorebook any more."""
    book: Lorebook


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation, oldest turn first. The character's greeting, if any, is its first turn.

    A transition that takes the index of a turn raises InputError for an index without a turn.
    """

    character: Character
    person_name: str = "You"
    """The person's name on the screen; a blank one becomes `You`. In the prompt the name is always `You`."""
    turns: tuple[Turn, ...] = ()
    person_description: str = ""
    """Who the person is, for the model."""
    note: AuthorsNote | None = None
    lorebooks: tuple[Lorebook, ...] = ()
    """Notes about the world of this chat. The first is the character's, and becomes part of its card."""
    kept_lorebooks: tuple[KeptLorebook, ...] = ()
    """Lorebooks of the person's own that are switched on for this chat."""
    directions: tuple[Direction, ...] = ()
    """What a client of the API says between the turns, in its order. The page makes none."""
    seed: int | None = None
    """Decides what macros such as `{{pick}}` draw. None until somebody gives it one; then it counts as 0."""
    character_id: str = ""
    person_id: str = ""
    """The ids of the character's card and of the person's persona in the store. The chat has copies of their texts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "person_name", one_line(self.person_name) or "You")

    @classmethod
    def start(cls, character: Character, person_name: str = "You", alternate_greetings: Sequence[str] = ()) -> Self:
        """A new chat with the greeting only. The alternate greetings are further versions of it."""
        chat = cls(character, person_name)
        texts = (character.greeting, *alternate_greetings)
        greetings = tuple(Version(text) for text in texts if chat.display_text(Role.CHARACTER, text).strip())
        return replace(chat, turns=(Turn(Role.CHARACTER, greetings),) if greetings else ())

    def begun_at(self, moment: datetime, seed: int) -> Self:
        """The new chat with the time of its greeting and a seed, if it has none yet."""
        if self.seed is not None:
            return self
        first = tuple(turn if turn.sent_at else replace(turn, sent_at=moment) for turn in self.turns[:1])
        return replace(self, turns=self.turns if self.is_begun or len(self.turns) > 1 else first, seed=seed)

    # -- questions ----------------------------------------------------------------------------------------------

    @property
    def all_lorebooks(self) -> tuple[Lorebook, ...]:
        """Every lorebook whose entries may enter the prompt."""
        return (*self.lorebooks, *(kept.book for kept in self.kept_lorebooks))

    @property
    def is_begun(self) -> bool:
        """Whether the person has said anything."""
        return any(turn.role is Role.PERSON for turn in self.turns)

    @property
    def is_answered(self) -> bool:
        """Whether the chat ends with a reply. A greeting is not a reply."""
        return self.is_begun and self.turns[-1].role is Role.CHARACTER

    def display_text(self, role: Role, text: str, sent_at: datetime | None = None) -> str:
        """What was said, as the screen shows it: plain text. Macros are expanded only in what the character says."""
        return text if role is Role.PERSON else self.macros(self.person_name, sent_at).expand_message(text)

    def lasting_text(self, turn: Turn, version: Version) -> str:
        """What was said, for a program that expands macros for the two names only."""
        if turn.role is Role.PERSON:
            return version.text
        return replace(self.macros("{{user}}", turn.sent_at), char="{{char}}").expand_message(version.text)

    def macros(self, user: str, now: datetime | None) -> Macros:
        """What macros stand for. `user` is the name of the person, and `now` the time that they tell."""
        # Tavern's cards keep the end of the persona in a field of its own.
        before, mark, personality = f"\n{self.character.persona}".rpartition("\nPersonality: ")
        texts = {
            "description": before if mark else self.character.persona,
            "personality": personality if mark else "",
            "scenario": self.character.scenario,
            "mesexamples": self.character.example_dialogue,
            "greeting": self.character.greeting,
            "persona": self.person_description,
        }
        return Macros(self.character.name, user, self.seed or 0, now=now, texts=texts)

    # -- what is said -------------------------------------------------------------------------------------------

    def say(self, text: str, origin: Origin | None = None, sent_at: datetime | None = None) -> Self:
        """The person speaks. A blank text becomes `...`."""
        said = clean_text(text) if text.strip() else "..."
        return replace(self, turns=(*self.turns, Turn.of(Role.PERSON, said, origin, sent_at)))

    def with_reply(self, text: str, origin: Origin | None = None) -> Self:
        """The character answers; see `with_replies`."""
        return self.with_replies([Version(text, origin)])

    def with_replies(self, versions: Sequence[Version]) -> Self:
        """The character answers in one or more versions, the first of which is chosen. Blank ones are left out.

        If the chat ends with a reply, they are further versions of it. Raises InputError if the person has said
        nothing yet.
        """
        if not self.is_begun:
            raise InputError("There is nothing to reply to yet. Say something first.")
        written = tuple(replace(each, text=clean_text(each.text)) for each in versions if each.text.strip())
        if not written:
            return self
        if self.is_answered:
            reply = self.turns[-1]
            more = replace(reply, versions=(*reply.versions, *written), index=len(reply.versions))
            return self._with_turn(-1, more)
        sent_at = written[0].origin.created_at if written[0].origin else None
        return replace(self, turns=(*self.turns, Turn(Role.CHARACTER, written, sent_at=sent_at)))

    def with_continuation(self, text: str, origin: Origin | None = None) -> Self:
        """The last reply continued: `text` is the whole reply. Raises InputError if the chat ends with no reply."""
        if not self.is_answered:
            raise InputError("There is no reply to continue yet. Say something first.")
        return self._with_turn(-1, self.turns[-1].with_version(Version(clean_text(text), origin)))

    def without_last_reply(self) -> Self:
        """The chat up to the person's last message; unchanged if no reply follows it."""
        return replace(self, turns=self.turns[:-1]) if self.is_answered else self

    # -- what is changed afterwards -----------------------------------------------------------------------------

    def choose_version(self, index: int, version: int) -> Self:
        """The chat with another version of a turn chosen. Raises InputError if there is no such version."""
        return self._with_turn(index, replace(self._turn(index), index=version))

    def edit(self, index: int, text: str) -> Self:
        """The chat with another text of a turn. Raises InputError for a blank text."""
        turn, edited = self._turn(index), clean_text(text)
        if not edited.strip():
            raise InputError("A message cannot be empty. Delete it instead.")
        return self if edited == turn.text else self._with_turn(index, turn.with_version(Version(edited)))

    def delete(self, index: int) -> Self:
        """The chat without a turn."""
        self._turn(index)
        return replace(self, turns=(*self.turns[:index], *self.turns[index + 1 :]))

    def branch(self, index: int) -> Self:
        """The chat up to a turn and including it."""
        self._turn(index)
        return replace(self, turns=self.turns[: index + 1])

    def with_character(self, character: Character, person_name: str) -> Self:
        """The chat with edited fields. An edited greeting replaces the old one until the person has said something."""
        before = self.character.greeting
        edited = replace(self, character=character, person_name=person_name)
        if self.is_begun or character.greeting == before:
            return edited
        return edited.greet([each.text for turn in self.turns for each in turn.versions if each.text != before])

    def greet(self, alternate_greetings: Sequence[str]) -> Self:
        """The chat with these greetings beside the character's own, and without any other turn."""
        sent_at = self.turns[0].sent_at if self.turns else None
        greeting = type(self).start(self.character, alternate_greetings=alternate_greetings).turns
        return replace(self, turns=tuple(replace(turn, sent_at=sent_at) for turn in greeting))

    def _turn(self, index: int) -> Turn:
        if not 0 <= index < len(self.turns):
            raise InputError("This message is no longer there.")
        return self.turns[index]

    def _with_turn(self, index: int, turn: Turn) -> Self:
        turns = list(self.turns)
        turns[index] = turn
        return replace(self, turns=tuple(turns))

"""A chat: a character, a person and the turns between them.

Chats are immutable: every transition returns a new one. A turn's text is kept as it was typed or generated, macros
included; what a person types is never expanded, neither here nor in the prompt. Refuses to know prompts and models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.dialogue.macros import expand

SILENCE = "..."
"""What a person says who sends a blank message."""


class Role(StrEnum):
    """Who speaks."""

    PERSON = "person"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one of the two said, uninterrupted."""

    role: Role
    text: str
    """The version that counts."""
    earlier: tuple[str, ...] = ()
    """Versions before it; none of them enters a prompt."""
    later: tuple[str, ...] = ()
    """Versions after it."""
    sent_at: datetime | None = None
    """When it was said, without a time zone where none was told; None where nobody knows."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version of the text, in the order in which they came."""
        return (*self.earlier, self.text, *self.later)

    @property
    def index(self) -> int:
        """Which of the versions counts."""
        return len(self.earlier)

    def choose(self, index: int) -> Self:
        """The turn with another of its versions. Raises IndexError where there is none."""
        if not 0 <= index < len(self.versions):
            raise IndexError(f"there is no version {index}")
        earlier, later = self.versions[:index], self.versions[index + 1 :]
        return replace(self, text=self.versions[index], earlier=earlier, later=later)


@dataclass(frozen=True, slots=True)
class AuthorsNote:
    """A direction to the model, set between the turns."""

    text: str
    depth: int = 3
    """How many of the newest turns follow it."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation so far, oldest turn first. The character's greeting, if any, is its first turn."""

    character: Character
    person_name: str = "You"
    """How the person is called on screen; a blank one becomes `You`. The prompt always says `You`."""
    turns: tuple[Turn, ...] = ()
    person_description: str = ""
    """Who the person is, for the model to know."""
    note: AuthorsNote | None = None
    lorebooks: tuple[Lorebook, ...] = ()
    """Notes about the world of this chat, beside the character's own."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "person_name", one_line(self.person_name) or "You")

    @classmethod
    def start(cls, character: Character, person_name: str = "You", alternate_greetings: Sequence[str] = ()) -> Self:
        """A new chat, in which only the greeting has been said; the other greetings are its later versions."""
        greeting, *others = [text for text in (character.greeting, *alternate_greetings) if text.strip()] or [""]
        return cls(character, person_name, (Turn(Role.CHARACTER, greeting, later=tuple(others)),) if greeting else ())

    @property
    def can_undo(self) -> bool:
        """Whether the person has said anything."""
        return any(turn.role is Role.PERSON for turn in self.turns)

    @property
    def can_regenerate(self) -> bool:
        """Whether the chat ends with something the person said, or with a reply to it."""
        return any(turn.role is Role.PERSON for turn in self.turns[-2:])

    def say(self, text: str) -> Self:
        """The person speaks. A blank text becomes `...`."""
        said = clean_text(text) if text.strip() else SILENCE
        return replace(self, turns=(*self.turns, Turn(Role.PERSON, said)))

    def with_reply(self, text: str) -> Self:
        """The character answers: adds a turn after the person's, or replaces the reply that stands there.

        Raises ValueError where there is nothing to reply to: a greeting is never replaced.
        """
        if not self.can_regenerate:
            raise ValueError("there is nothing to reply to")
        asked = self.without_last_reply()
        return replace(asked, turns=(*asked.turns, Turn(Role.CHARACTER, clean_text(text))))

    def without_last_reply(self) -> Self:
        """The chat up to what the person said last; unchanged where no reply follows it."""
        is_reply = self.can_regenerate and self.turns[-1].role is Role.CHARACTER
        return replace(self, turns=self.turns[:-1]) if is_reply else self

    def undo(self) -> tuple[Self, str]:
        """The chat before the person last spoke, and what they said then. Raises ValueError unless `can_undo`."""
        if not self.can_undo:
            raise ValueError("there is nothing to undo")
        last = max(i for i, turn in enumerate(self.turns) if turn.role is Role.PERSON)
        return replace(self, turns=self.turns[:last]), self.turns[last].text

    def with_character(self, character: Character, person_name: str) -> Self:
        """The chat with edited fields. Where the person has not spoken yet, it starts with a new greeting."""
        keeps_turns = self.can_undo or character.greeting == self.character.greeting
        turns = self.turns if keeps_turns else type(self).start(character).turns
        return replace(self, character=character, person_name=person_name, turns=turns)

    def display_text(self, turn: Turn) -> str:
        """What the screen shows of a turn, as plain text: macros resolved in the character's turns only."""
        if turn.role is Role.PERSON:
            return turn.text
        return expand(turn.text, char=self.character.name, user=self.person_name)

"""A card: a character with everything else that card formats keep.

Every format is read into this model and written from it. The model knows no file formats. Fields that we do not know
stay in `rest` and `beside`, so that a card that is read and written again loses nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import CharacterError

TEXTS = {
    "name": "name",
    "description": "description",
    "personality": "personality",
    "scenario": "scenario",
    "first_mes": "greeting",
    "mes_example": "example_dialogue",
}
"""The six texts of Tavern's first version, and the fields of Card that hold them."""

_ENVELOPE_KEYS = ("spec", "spec_version", "data")


@dataclass(frozen=True, slots=True)
class Card:
    """Texts are as their author wrote them, with "\\n" as line end. Raises CharacterError without a visible name."""

    name: str
    description: str = ""
    personality: str = ""
    """A summary of the description; many cards have none."""
    scenario: str = ""
    greeting: str = ""
    example_dialogue: str = ""
    alternate_greetings: tuple[str, ...] = ()
    group_only_greetings: tuple[str, ...] = ()
    nickname: str = ""
    """What the character is called in conversation, where that is not the name."""
    system_prompt: str = ""
    post_history_instructions: str = ""
    creator: str = ""
    creator_notes: str = ""
    character_version: str = ""
    tags: tuple[str, ...] = ()
    book: Lorebook | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    """What other programs keep in the card, by program."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the card's `data`, such as assets, sources and dates."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """Fields at the top of the file, outside the card's `data`. Copies of the card's own texts are dropped."""
    picture: bytes | None = field(default=None, repr=False)
    """The portrait: a PNG without the card's own chunks."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, str):
                object.__setattr__(self, each.name, clean_text(value))
            elif isinstance(value, tuple):
                object.__setattr__(self, each.name, tuple(map(clean_text, value)))
        object.__setattr__(self, "name", one_line(self.name))
        object.__setattr__(self, "nickname", one_line(self.nickname))
        beside = {key: value for key, value in self.beside.items() if not self._is_redundant(key, value)}
        object.__setattr__(self, "beside", beside)
        if not self.name:
            raise CharacterError("The card has no name. Give the character one: replies begin with it.")

    def _is_redundant(self, key: str, value: object) -> bool:
        """Whether the field is written anyway, because it is Tavern's envelope or a copy of a text."""
        if key not in TEXTS:
            return key in _ENVELOPE_KEYS
        own = getattr(self, TEXTS[key])
        return value is None or (isinstance(value, str) and clean_text(value).strip() == own.strip())

    @classmethod
    def of(cls, character: Character) -> Self:
        """A new card of a character."""
        texts = asdict(character)
        return cls(description=texts.pop("persona"), **texts)

    @property
    def character(self) -> Character:
        """What the model reads. The nickname, if any, is the name; description and personality are the persona."""
        parts = [self.description, f"Personality: {self.personality}" if self.personality.strip() else ""]
        persona = "\n".join(part for part in parts if part.strip()) if parts[1] else self.description
        return Character(self.nickname or self.name, persona, self.scenario, self.greeting, self.example_dialogue)

    def with_character(self, edited: Character) -> Self:
        """The card with an edited character. The other fields stay as they are."""
        before, texts = self.character, ("scenario", "greeting", "example_dialogue")
        card = replace(self, **{name: getattr(edited, name) for name in texts})
        if edited.persona != before.persona:
            card = replace(card, description=edited.persona, personality="")
        if edited.name == before.name:
            return card
        return replace(card, nickname=edited.name) if self.nickname else replace(card, name=edited.name)

"""A character: who the model is asked to be.

Texts are kept as they were written, with their macros. Only line ends become "\\n", and unpaired surrogates become
U+FFFD, so that every text can be encoded. Knows neither prompts nor file formats.
"""

import unicodedata
from dataclasses import dataclass, fields

from pyg_ui.errors import CharacterError


@dataclass(frozen=True, slots=True)
class Character:
    """A name and four optional texts. Raises CharacterError for a name without a visible character."""

    name: str
    """One line; runs of white space, line breaks and control characters in it become one space."""
    persona: str = ""
    """Who the character is."""
    scenario: str = ""
    """Where and when the conversation takes place."""
    greeting: str = ""
    """What the character says first; never generated."""
    example_dialogue: str = ""
    """Lines that show how the character talks; blocks may begin with a line `<START>`."""

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, clean_text(getattr(self, field.name)))
        object.__setattr__(self, "name", one_line(self.name))
        if not self.name:
            raise CharacterError("The character has no name. Give it one: replies begin with it.")


def clean_text(text: str) -> str:
    """The text with "\\n" as its only line end and without unpaired surrogates."""
    if not text.isascii():
        # JSON can contain half a character, which can be neither tokenized nor written to a file.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """The text as a name: one line, single spaces, no control characters; "" if nothing in it is visible."""
    spaced = "".join(" " if unicodedata.category(character) == "Cc" else character for character in clean_text(text))
    folded = " ".join(spaced.split())
    is_visible = any(character.isprintable() and not character.isspace() for character in folded)
    return folded if is_visible else ""

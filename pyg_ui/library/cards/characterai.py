"""CharacterAI's dumps of characters: `{"character": {...}}`, also inside the dump of a chat."""

import re

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import others, section, text

_KEYS = {"name", "participant__name", "description", "greeting", "definition"}
_MARKS = ("greeting", "definition", "participant__name", "external_id")
_SPEAKER = re.compile(r"^(?:\{\{[^{}\n]+\}\}|<USER>|<BOT>|[^:\n]{1,40}):", re.MULTILINE)
_END_OF_DIALOG = re.compile(r"^[ \t]*END_OF_DIALOG(?:UE)?[ \t]*$", re.MULTILINE)


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    character = document.values.get("character")
    if not isinstance(character, dict) or "first_mes" in character:
        return ""
    return "characterai" if any(key in character for key in _MARKS) else ""


def read(document: Document) -> Card:
    """The card. Raises UnreadableError, or CharacterError for a name without a visible character."""
    character = section(document.values, "character")
    name = name_in(character, ("name", "participant__name"), document.name)
    definition, examples = _split_definition(text(character, "definition"))
    return Card(
        name,
        description="\n".join(part for part in (text(character, "description").strip(), definition) if part),
        greeting=text(character, "greeting"),
        example_dialogue=examples,
        beside={**others(document.values, {"character"}), **others(character, _KEYS)},
    )


def _split_definition(definition: str) -> tuple[str, str]:
    """The description in the definition, and the example dialogue: all lines from the first speaker's label on."""
    definition = definition.replace("\r\n", "\n").strip()
    speaker = _SPEAKER.search(definition)
    if speaker is None or not re.search(r"\{\{(?:user|char|random_user_\d+)\}\}:", definition):
        return definition, ""
    dialogue = _END_OF_DIALOG.sub("<START>", definition[speaker.start() :]).strip()
    return definition[: speaker.start()].strip(), dialogue.removesuffix("<START>").strip()

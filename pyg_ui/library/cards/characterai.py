"""CharacterAI's dumps of characters: `{"character": {...}}`, also beside a chat's histories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.fields import others, section, text

_KEYS = {"name", "participant__name", "description", "greeting", "definition"}
_SPEAKER = re.compile(r"^(?:\{\{[^{}\n]+\}\}|<USER>|<BOT>|[^:\n]{1,40}):", re.MULTILINE)
_END_OF_DIALOG = re.compile(r"^[ \t]*END_OF_DIALOG(?:UE)?[ \t]*$", re.MULTILINE)


def is_characterai(values: Mapping[str, Any]) -> bool:
    """Whether the object is a dump of a character."""
    return isinstance(values.get("character"), dict)


def parse_characterai(values: Mapping[str, Any]) -> Card:
    """The card in the object. Raises UnreadableError, or CharacterError where it has no name."""
    character = section(values, "character")
    name = (text(character, "name") or text(character, "participant__name")).strip()
    if not name:
        raise UnreadableError("cannot be used: its name is empty. Give the character a name.")
    definition, examples = _split_definition(text(character, "definition"))
    return Card(
        name,
        description="\n".join(part for part in (text(character, "description").strip(), definition) if part),
        greeting=text(character, "greeting"),
        example_dialogue=examples,
        beside={**others(values, {"character"}), **others(character, _KEYS)},
    )


def _split_definition(definition: str) -> tuple[str, str]:
    """What the definition tells, and the dialogue it shows: from its first speaker's label on."""
    definition = definition.replace("\r\n", "\n").strip()
    speaker = _SPEAKER.search(definition)
    if speaker is None or not re.search(r"\{\{(?:user|char|random_user_\d+)\}\}:", definition):
        return definition, ""
    dialogue = _END_OF_DIALOG.sub("<START>", definition[speaker.start() :]).strip()
    return definition[: speaker.start()].strip(), dialogue.removesuffix("<START>").strip()

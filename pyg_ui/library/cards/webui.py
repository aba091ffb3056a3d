"""text-generation-webui's characters: YAML or JSON with a name, a greeting and one `context`.

The context is the whole beginning of a prompt. It is taken apart along the lines that its authors write: a
`{name}'s Persona:` label, a `Scenario:` line, and dialogue from `<START>` or the first speaker's label on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.fields import label, others, text

NAME_KEYS = ("name", "bot", "<|bot|>", "char_name")
_TEXT_KEYS = ("greeting", "context", "example_dialogue")
_START = re.compile(r"^[ \t]*<START>[ \t]*\n?", re.MULTILINE | re.IGNORECASE)


def is_webui(values: Mapping[str, Any]) -> bool:
    """Whether the object is a character of text-generation-webui."""
    is_named = any(key in values for key in NAME_KEYS)
    return is_named and "first_mes" not in values and ("context" in values or "greeting" in values)


def parse_webui(values: Mapping[str, Any]) -> Card:
    """The card in the object. Raises UnreadableError, or CharacterError where it has no name."""
    name = next((found for key in NAME_KEYS if (found := label(values, key).strip())), "")
    if not name:
        raise UnreadableError("cannot be used: its name is empty. Give the character a name.")
    persona, scenario, dialogue = split_context(text(values, "context"), name)
    examples = "\n".join(part for part in (dialogue, text(values, "example_dialogue").strip()) if part)
    rest = others(values, {*NAME_KEYS, *_TEXT_KEYS})
    return Card(name, persona, "", scenario, text(values, "greeting"), examples, beside=rest)


def split_context(context: str, name: str) -> tuple[str, str, str]:
    """Persona, scenario and example dialogue in the beginning of a prompt."""
    context = context.replace("\r\n", "\n").strip()
    speakers = "|".join(map(re.escape, ("You", name, "{{user}}", "{{char}}", "<USER>", "<BOT>")))
    begin = re.search(rf"^(?:[ \t]*<START>|(?:{speakers}):)", context, re.MULTILINE)
    definition, dialogue = (context[: begin.start()], context[begin.start() :]) if begin else (context, "")
    dialogue = dialogue.strip()
    if len(_START.findall(dialogue)) == 1:
        dialogue = _START.sub("", dialogue).strip()
    persona: list[str] = []
    scenario: list[str] = []
    lines = persona
    for line in definition.strip().split("\n"):
        if match := re.match(r"(?:Scenario|World scenario):[ \t]*(.*)", line, re.IGNORECASE):
            lines, line = scenario, match[1]
        elif match := re.match(rf"(?:{re.escape(name)}|{{{{char}}}}|<BOT>)'s Persona:[ \t]*(.*)", line, re.IGNORECASE):
            lines, line = persona, match[1]
        lines.append(line)
    return "\n".join(persona).strip(), "\n".join(scenario).strip(), dialogue

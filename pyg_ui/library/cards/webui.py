"""text-generation-webui's characters: YAML or JSON with a name, a greeting and one `context`.

The context is the beginning of a prompt. It is split at the lines that its authors usually write: a `{name}'s
Persona:` label, a `Scenario:` line, and dialogue from `<START>` or the first speaker's label on.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import others, text

NAME_KEYS = ("name", "bot", "<|bot|>", "char_name")
_TEXT_KEYS = ("greeting", "context", "example_dialogue")
_OWN = ("context", "greeting")
_KNOWN = {*NAME_KEYS, *_TEXT_KEYS, "your_name", "user", "<|user|>", "turn_template", "system_message"}
_START = re.compile(r"^[ \t]*<START>[ \t]*\n?", re.MULTILINE | re.IGNORECASE)


def recognise(document: Document) -> str:
    """The format's name; "" for other documents. Few keys are its own, so others may stand beside two of them only."""
    values = document.values
    is_named = any(key in values for key in NAME_KEYS) and "first_mes" not in values
    has_both, has_one = all(map(_has_text(values), _OWN)), any(map(_has_text(values), _OWN))
    return "webui" if is_named and (has_both or (has_one and values.keys() <= _KNOWN)) else ""


def read(document: Document) -> Card:
    """The card. Raises UnreadableError, or CharacterError for a name without a visible character."""
    values = document.values
    name = name_in(values, NAME_KEYS, document.name)
    persona, scenario, dialogue = split_context(text(values, "context"), name)
    examples = "\n".join(part for part in (dialogue, text(values, "example_dialogue").strip()) if part)
    rest = others(values, {*NAME_KEYS, *_TEXT_KEYS})
    return Card(name, persona, "", scenario, text(values, "greeting"), examples, beside=rest)


def _has_text(values: Mapping[str, Any]) -> Callable[[str], bool]:
    return lambda key: key in values and (values[key] is None or isinstance(values[key], str))


def split_context(context: str, name: str) -> tuple[str, str, str]:
    """The persona, the scenario and the example dialogue in a context."""
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

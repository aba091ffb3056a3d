"""Kobold's stories: a prompt and actions, beside memory, author's note and world info.

A story told in labelled lines (`You: ...`) is a chat. In any other, lines that begin with `>` are the person's, and
everything else is the narrator's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pyg_ui.dialogue.character import Character, clean_text
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.library.cards.webui import split_context
from pyg_ui.library.containers.fields import sections, text, texts
from pyg_ui.library.containers.outside import Container
from pyg_ui.library.lorebooks.books import parse_world_info
from pyg_ui.library.transcripts.speakers import PERSON, labels_in, split_turns

_INFO = "worldinfo"


def is_kobold(container: Container) -> bool:
    """Whether the container holds a story."""
    values = container.values
    return "actions" in values and any(key in values for key in ("gamestarted", "prompt", "memory"))


def parse_kobold(container: Container, name: str) -> Chat:
    """The chat in the story; `name` is the character's where no label tells it. Raises UnreadableError."""
    values = container.values
    parts = [clean_text(part) for part in (text(values, "prompt"), *texts(values, "actions"))]
    labels = labels_in("\n".join(parts))
    others = Counter(label for label in labels if label != PERSON)
    is_chat = PERSON in labels and bool(others)
    name = others.most_common(1)[0][0] if is_chat else name
    persona, scenario, examples = split_context(clean_text(text(values, "memory")), name)
    note, entries = clean_text(text(values, "authorsnote")), sections(values, _INFO)
    return Chat(
        Character(name, persona, scenario, example_dialogue=examples),
        turns=tuple(split_turns("\n".join(parts), name) if is_chat else _story(parts)),
        note=AuthorsNote(note) if note.strip() else None,
        lorebooks=(parse_world_info({"entries": entries}),) if entries else (),
    )


def _story(parts: Sequence[str]) -> list[Turn]:
    stripped = [part.strip() for part in parts if part.strip()]
    return [
        Turn.of(Role.PERSON, part[1:].strip()) if part.startswith(">") else Turn.of(Role.CHARACTER, part)
        for part in stripped
    ]

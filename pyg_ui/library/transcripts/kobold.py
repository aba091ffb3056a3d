"""Kobold's stories: a prompt and actions, with memory, author's note and world info.

A story whose lines have speakers' labels (`You: ...`) is a chat. In other stories, parts that begin with `>` are the
person's, and all others are the narrator's.
"""

from collections.abc import Sequence

from pyg_ui.dialogue.character import Character, clean_text
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.library.cards.webui import split_context
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import clean, sections, text, texts
from pyg_ui.library.lorebooks.world_info import parse_world_info
from pyg_ui.library.transcripts.speakers import PERSON, labels_in, most_frequent, split_turns
from pyg_ui.library.transcripts.transcript import Transcript

_INFO = "worldinfo"


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values = document.values
    is_story = "actions" in values and any(key in values for key in ("gamestarted", "prompt", "memory"))
    return "kobold" if is_story else ""


def read(document: Document) -> Transcript:
    """The chat in the story. The character is named after the file where no label names it. Raises UnreadableError."""
    values = document.values
    parts = [clean_text(part) for part in (text(values, "prompt"), *texts(values, "actions"))]
    labels = labels_in("\n".join(parts))
    name = most_frequent(labels, ignored=(PERSON,)) if PERSON in labels else ""
    is_chat, name = bool(name), name or document.name
    persona, scenario, examples = split_context(clean(values, "memory"), name)
    note, entries = clean(values, "authorsnote"), sections(values, _INFO)
    chat = Chat(
        Character(name, persona, scenario, example_dialogue=examples),
        turns=tuple(split_turns("\n".join(parts), name) if is_chat else _story(parts)),
        note=AuthorsNote(note) if note.strip() else None,
        lorebooks=(parse_world_info({"entries": entries}),) if entries else (),
    )
    return Transcript((chat,))


def _story(parts: Sequence[str]) -> list[Turn]:
    return [
        Turn.of(Role.PERSON, part[1:].strip()) if part.startswith(">") else Turn.of(Role.CHARACTER, part)
        for part in filter(None, map(str.strip, parts))
    ]

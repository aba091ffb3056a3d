"""Kobold's stories: a prompt and actions, with memory, author's note and world info.

KoboldAI's older stories list their actions, and those of KoboldAI United number them. Kobold Lite writes the older
kind, with settings that say how the text is divided and who speaks. Its older shared stories have shorter keys.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.chat import AuthorsNote, Chat
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import Message
from pyg_ui.library.cards.webui import split_context
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import clean, flag, section, sections, text, whole_number
from pyg_ui.library.lorebooks import kobold as lorebooks
from pyg_ui.library.lorebooks.world_info import parse_kobold_entries
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import label_of
from pyg_ui.library.transcripts.stories import PLACEHOLDERS, Mode, Story, split
from pyg_ui.library.transcripts.transcript import Transcript

_SHARED = {"ga": "actions", "cm": "memory", "ca": "authorsnote", "cwi": "worldinfo", "ss": "savedsettings"}
"""The keys of Kobold Lite's older shared stories, and those of its other stories."""
MAX_STORY_MIB = 3
MAX_LINES = 60_000
"""Of a longer story, the end is kept. Any line of it may be a message."""
_SEPARATOR = "||$||"
"""What stands between the names of several characters."""
_PICTURE = re.compile(r"\[<\|([A-Za-z0-9])\|")
"""How a picture begins. It ends with the same letter."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values = document.values
    if isinstance(values.get("ga"), list) and any(key in values for key in ("cm", "ca", "cwi", "savedsettings")):
        return "kobold"
    is_started = "gamestarted" in values or ("prompt" in values and "memory" in values)
    is_story = "actions" in values and isinstance(values["actions"], list | dict | None)
    is_told = "prompt" in values and any(isinstance(each, str) for each in _actions(values.get("actions")))
    return "kobold" if is_story and (is_started or is_told) else ""


def read(document: Document) -> Transcript:
    """The chat in the story. The character is named after the file where neither settings nor labels name it."""
    values: Mapping[str, Any] = document.values
    if "ga" in values:
        values = {**values, **{ours: values[theirs] for theirs, ours in _SHARED.items() if theirs in values}}
    story = split(_story(values, _parts(values, Messages(document))))
    name = one_line(story.character) or document.name
    memory = re.sub("|".join(map(re.escape, PLACEHOLDERS.values())), "\n", clean(values, "memory")).strip()
    persona, scenario, examples = split_context(memory, name)
    persona = "\n".join(filter(None, (persona, story.system)))
    character = Character(name, persona, scenario, example_dialogue=examples)
    chat = Chat(character, one_line(story.person), tuple(Messages(document).newest(story.turns)))
    chat = replace(chat, note=_note(values), lorebooks=_lore(values))
    return Transcript((chat,))


def _parts(values: Mapping[str, Any], messages: Messages) -> list[str]:
    """The prompt and the actions, without the pictures that Kobold Lite keeps in them."""
    given = [*([values["prompt"]] if values.get("prompt") else []), *_actions(values.get("actions"))]
    parts: list[str] = []
    for part in messages.each_text(given):
        told = _without_pictures(part)
        if told != part:
            messages.miss_picture()
        is_in_line = not parts or parts[-1].endswith("\n") or not label_of(part)
        parts.append(("" if is_in_line else "\n") + told)
    messages.tell()
    return _end_of(parts, messages)


def _without_pictures(part: str) -> str:
    """The part without its pictures. One without an end is text."""
    told, position, endless = [], 0, set[str]()
    for match in _PICTURE.finditer(part):
        if match.start() < position or match[1] in endless:
            continue
        end = part.find(f"|{match[1]}|>]", match.end())
        if end < 0:
            endless.add(match[1])
            continue
        told.append(part[position : match.start()])
        position = end + len("|p|>]")
    return "".join([*told, part[position:]])


def _end_of(parts: list[str], messages: Messages) -> list[str]:
    """The newest parts, as far as a story may be long."""
    room, num_lines = MAX_STORY_MIB * 2**20, MAX_LINES
    if sum(map(len, parts)) <= room and sum(part.count("\n") for part in parts) <= num_lines:
        return parts
    sentence = "Only the end of the story was kept: it may have {limit} MiB and {number:,} lines."
    messages.document.left_out.add(Message(sentence, {"limit": MAX_STORY_MIB, "number": MAX_LINES}))
    kept: list[str] = []
    for part in reversed(parts):
        kept.append(_last_lines(part[-room:], num_lines))
        room, num_lines = room - len(part), num_lines - part.count("\n")
        if room <= 0 or num_lines <= 0:
            break
    return kept[::-1]


def _last_lines(text: str, number: int) -> str:
    start = len(text)
    for _ in range(number):
        start = text.rfind("\n", 0, start)
        if start < 0:
            return text
    return text[start + 1 :]


def _actions(actions: Any) -> Iterator[Any]:
    """The actions in their order. Newer stories have them by number, in an object that has their number too."""
    if isinstance(actions, dict) and isinstance(actions.get("actions"), dict | list):
        actions = actions["actions"]
    if isinstance(actions, dict):
        actions = [actions[key] for key in sorted(actions, key=lambda key: (not key.isdecimal(), key.zfill(20)))]
    for action in actions if isinstance(actions, list) else []:
        yield action.get("Selected Text", action) if isinstance(action, dict) else action


def _story(values: Mapping[str, Any], parts: list[str]) -> Story:
    settings = section(values, "savedsettings")
    if not settings:
        is_chat = flag(values, "chatmode") or whole_number(values, "storymode") == 2
        is_adventure = flag(values, "adventure") or whole_number(values, "storymode") == 1
        mode = Mode.CHAT if is_chat else Mode.ADVENTURE if is_adventure else None
        return Story(parts, mode, text(values, "chatname"), tuple(filter(None, [text(values, "botname")])))
    number, characters = whole_number(settings, "opmode"), text(settings, "chatopponent").split(_SEPARATOR)
    mode = Mode(number) if number in {mode.value for mode in Mode} else None
    return Story(parts, mode, text(settings, "chatname"), tuple(filter(None, map(str.strip, characters))), settings)


def _note(values: Mapping[str, Any]) -> AuthorsNote | None:
    note = clean(values, "authorsnote") or clean(values, "authornote")
    depth = whole_number(values, "andepth")
    if not note.strip():
        return None
    return AuthorsNote(note) if depth is None else AuthorsNote(note, max(depth, 0))


def _lore(values: Mapping[str, Any]) -> tuple[Lorebook, ...]:
    """The world info. KoboldAI United repeats the newer kind in the older one."""
    newer = section(values, "worldinfo_v2")
    if newer.get("entries"):
        return (lorebooks.read(Document("json", newer)),)
    entries = sections(values, "worldinfo")
    return (parse_kobold_entries(entries),) if entries else ()

"""Splits the text of a story into turns, as Kobold Lite shows it in each of its modes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pyg_ui.dialogue.chat import Role, Turn
from pyg_ui.library.transcripts.speakers import PERSON, label_of, labelled, labels_in, most_frequent, split_at_labels

PLACEHOLDERS = {
    "instruct_starttag": "{{[INPUT]}}",
    "instruct_endtag": "{{[OUTPUT]}}",
    "instruct_systag": "{{[SYSTEM]}}",
}
"""What stands for each tag of instructions, whichever the settings name."""

_USUAL_TAGS = {
    "instruct_starttag": "### Instruction:",
    "instruct_endtag": "### Response:",
    "instruct_systag": "### System:",
}
"""What Kobold Lite sends where the settings name only a placeholder."""
_END_PLACEHOLDERS = ("{{[INPUT_END]}}", "{{[OUTPUT_END]}}", "{{[SYSTEM_END]}}")
_END_TOKEN = r"(?:<\|(?:im_end|eot_id|eom_id|end|end_of_text)\|>|</s>|<end_of_turn>)"
MAX_PARTS = 60_000
"""Of more parts between tags, the newest are kept. A file may not have as many messages."""
_ACTION = re.compile(r"^[^\S\n]*>[^\S\n]*(\S.*)$", re.MULTILINE)
_MACROS = ("{{user}}", "{{char}}")
_PEOPLE = (PERSON, "User")
"""The labels that a person has where no setting names them."""


class Mode(Enum):
    """What a story is, by Kobold Lite's numbers."""

    STORY = 1
    ADVENTURE = 2
    CHAT = 3
    INSTRUCT = 4


@dataclass(frozen=True, slots=True)
class Story:
    """A story's parts, and what its settings say about them."""

    parts: Sequence[str]
    """The prompt and the actions, which may end within a line."""
    mode: Mode | None = None
    """None if nothing says it; then the text shows it."""
    person: str = ""
    characters: tuple[str, ...] = ()
    settings: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class Split:
    """The turns of a story, and who speaks in it; "" for a name that neither a setting nor a label tells."""

    turns: tuple[Turn, ...]
    person: str = ""
    character: str = ""
    system: str = ""
    """What the system said before anybody else."""


def split(story: Story) -> Split:
    """The turns of the story. Its mode may turn out to be another one than the settings say."""
    mode = story.mode or _guess(story)
    if mode is Mode.INSTRUCT and (found := _split_instructions(story)):
        return found
    if mode in (Mode.CHAT, Mode.INSTRUCT) and (found := _split_chat(story)):
        return found
    character = story.characters[0] if story.characters else ""
    if mode is Mode.ADVENTURE:
        return Split(tuple(_split_adventure(story.text)), story.person, character)
    parts = re.split(r"\n\s*\n", story.text) if story.mode is Mode.STORY else story.parts
    told = filter(None, map(str.strip, parts))
    return Split(tuple(Turn.of(Role.CHARACTER, each) for each in told), story.person, character)


def _guess(story: Story) -> Mode:
    if any(placeholder in story.text for placeholder in PLACEHOLDERS.values()):
        return Mode.INSTRUCT
    if any(label in (story.person or PERSON, *_PEOPLE) for label in labels_in(story.text)):
        return Mode.CHAT
    return Mode.ADVENTURE if _ACTION.search(story.text) else Mode.STORY


def _split_adventure(text: str) -> list[Turn]:
    parts = _ACTION.split(text)
    roles = (Role.CHARACTER, Role.PERSON)
    return [Turn.of(roles[place % 2], part.strip()) for place, part in enumerate(parts) if part.strip()]


def _split_chat(story: Story) -> Split | None:
    """The turns, each of which begins with a label; None if no line begins with one."""
    labels = labels_in(story.text)
    present = {label.casefold() for label in labels}
    people = [name for name in (story.person, *_PEOPLE, _MACROS[0]) if name.casefold() in present]
    person = next((name for name in people if name != _MACROS[0]), story.person)
    characters = [name for name in story.characters if name.casefold() in present]
    if not characters and (guessed := most_frequent(labels, ignored=("", *people, *_MACROS))):
        characters = [guessed]
    if not people and not characters:
        return None
    spoken: list[tuple[str, Turn]] = []
    for name, said in split_at_labels(story.text, (person, *characters, *_MACROS)):
        is_person = name in (person, _MACROS[0]) and name != ""
        spoken.append(("" if is_person or name in _MACROS else name, Turn.of(_role(is_person), said)))
    character = next(iter((*characters, *story.characters)), "")
    return Split(labelled(spoken, character), person, character)


def _split_instructions(story: Story) -> Split | None:
    """The turns, each of which begins with a tag of instructions; None if there is no tag."""
    settings = story.settings or {}
    tags = {key: _variants(settings, key) for key in PLACEHOLDERS}
    ends = [*_END_PLACEHOLDERS, *(tag for key in PLACEHOLDERS for tag in _texts(settings, f"{key}_end"))]
    text = re.sub(_any_of(ends), "", story.text)
    roles = {tag: key for key, variants in tags.items() for tag in variants}
    parts = re.split(f"({_any_of(roles)})", text)
    if len(parts) < 3:
        return None
    if len(parts) > 2 * MAX_PARTS:
        parts = ["", *parts[-2 * MAX_PARTS :]]
    character = story.characters[0] if story.characters else ""
    spoken: list[tuple[str, Turn]] = []
    system: list[str] = []
    for tag, part in zip(("", *parts[1::2]), parts[::2], strict=True):
        said, key = re.sub(rf"{_END_TOKEN}\s*$", "", part).strip(), roles.get(tag, "")
        if said and key == "instruct_systag" and not spoken:
            system.append(said)
        elif said:
            is_person = key == "instruct_starttag"
            name, said = _without_name(said, (story.person,) if is_person else story.characters)
            name = "System" if key == "instruct_systag" else name
            spoken.append(("" if is_person else name, Turn.of(_role(is_person), said)))
    return Split(labelled(spoken, character), story.person, character, "\n".join(system))


def _role(is_person: bool) -> Role:
    return Role.PERSON if is_person else Role.CHARACTER


def _without_name(said: str, names: Sequence[str]) -> tuple[str, str]:
    """The name that the text begins with, where names are injected into instructions, and the rest."""
    label = label_of(said)
    name = next((each for each in names if each.casefold() == label.casefold()), "")
    return (name, said[len(label) + 1 :].strip()) if name else ("", said)


def _texts(settings: Mapping[str, Any], key: str) -> list[str]:
    """The setting's text, in which line ends may be written as `\\\\n`; nothing if it is blank."""
    value = settings.get(key)
    tag = value.replace("\\n", "\n").strip() if isinstance(value, str) else ""
    return [tag] if tag else []


def _variants(settings: Mapping[str, Any], key: str) -> list[str]:
    """Every spelling of a tag: its placeholder, the tag of the settings, and that tag without a token before it."""
    given = _texts(settings, key)
    if given in ([], [PLACEHOLDERS[key]]):
        given = [_USUAL_TAGS[key]]
    bare = [re.sub(rf"^{_END_TOKEN}\s*", "", tag) for tag in given]
    return [PLACEHOLDERS[key], *given, *filter(None, bare)]


def _any_of(texts: Sequence[str] | Mapping[str, Any]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))

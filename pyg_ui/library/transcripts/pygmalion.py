"""Pygmalion UI's chats, read and written: `{"chat": ["You: ...", "Name: ...", ...]}`.

We also write `char_name`, which Pygmalion UI ignores.
"""

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.fields import text
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import PERSON, label_of, most_frequent
from pyg_ui.library.transcripts.transcript import Transcript


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    items = document.values.get("chat")
    is_chat = isinstance(items, list) and (not items or any(isinstance(item, str) for item in items))
    return "pygmalion" if is_chat else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where neither a field nor a label names it."""
    messages = Messages(document)
    said = [item for item in messages.each_text(document.values["chat"]) if item.strip()]
    messages.tell()
    given = one_line(text(document.values, "char_name"))
    label = most_frequent(map(label_of, said), ignored=("", PERSON))
    is_said = any(item.startswith(f"{given}:") for item in said)
    name = (given if is_said else label or given) or document.name
    turns: list[Turn] = []
    for item in said:
        turns.append(_turn(item, name, follows=turns[-1].role if turns else Role.PERSON))
    return Transcript((Chat(Character(name), turns=tuple(turns)),))


def dump_pygmalion_chat(chat: Chat) -> str:
    """The chat's turns, each in its chosen version."""
    labels = {Role.PERSON: PERSON, Role.CHARACTER: chat.character.name}
    said = [f"{labels[turn.role]}: {chat.lasting_text(turn, turn.version)}" for turn in chat.turns]
    return dump_json({"char_name": chat.character.name, "chat": said})


def _turn(item: str, name: str, follows: Role) -> Turn:
    """The turn in an item. One without a label is by the speaker who did not speak last."""
    for role, label in ((Role.PERSON, f"{PERSON}:"), (Role.CHARACTER, f"{name}:")):
        if item.startswith(label):
            return Turn.of(role, item.removeprefix(label).removeprefix(" "))
    return Turn.of(Role.CHARACTER if follows is Role.PERSON else Role.PERSON, item)

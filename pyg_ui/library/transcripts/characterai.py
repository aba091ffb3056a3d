"""CharacterAI's dumps: a character, and every conversation with it.

Older ones have a list of `msgs`, each with its `text`, newer ones a list of `turns`, each with its `author` and
`candidates`. The service lists the newest turn first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, groupby, pairwise
from typing import Any, NamedTuple

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.cards import characterai as characters
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import flag, objects_in, section, text
from pyg_ui.library.transcripts.dates import parse_date
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import labelled, speaker_of
from pyg_ui.library.transcripts.transcript import Transcript

REDACTED = "[NAME_IN_MESSAGE_REDACTED]"
"""What dumps have in the place of the person's name."""


class _Said(NamedTuple):
    """A message of an older dump."""

    name: str
    turn: Turn
    is_alternative: bool


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    is_dump = isinstance(document.values.get("histories"), dict | list) or next(_histories(document), None) is not None
    return "characterai" if is_dump else ""


def read(document: Document) -> Transcript:
    """The chats that hold a message. A character that nothing names is named after the file. Raises UnreadableError."""
    messages = Messages(document)
    conversations = [_turns(history, messages) for history in _histories(document)]
    messages.tell()
    character = _character(document)
    name = speaker_of(chain.from_iterable(conversations), Role.CHARACTER, preferred=character.name)
    character = replace(character, name=name or character.name)
    return Transcript(tuple(_chat(character, spoken) for spoken in conversations if spoken))


def _histories(document: Document) -> Iterator[dict[str, Any]]:
    """The conversations, which are listed in one of several places."""
    values = document.values
    places = [values.get("histories"), values.get("chats"), [values], list(document.items)]
    if isinstance(places[0], dict):
        places[0] = places[0].get("histories", list(places[0].values()))
    for listed in places:
        if histories := [each for each in objects_in(listed) if _is_history(each)]:
            yield from histories
            return


def _is_history(values: Mapping[str, Any]) -> bool:
    has_turns = any("candidates" in each for each in objects_in(values.get("turns")))
    return has_turns or isinstance(values.get("msgs"), list)


def _character(document: Document) -> Character:
    """The character in the dump, which may have been renamed since. One without a name is named after the file."""
    values, info = document.values, section(document.values, "info")
    holder = next((each for each in (info, values) if isinstance(each.get("character"), dict)), {})
    if one_line(text(section(holder, "character"), "name")):
        return characters.read(replace(document, values=holder)).character
    return Character(document.name)


def _chat(character: Character, spoken: list[tuple[str, Turn]]) -> Chat:
    return Chat(character, speaker_of(spoken, Role.PERSON), labelled(spoken, character.name))


def _turns(history: Mapping[str, Any], messages: Messages) -> list[tuple[str, Turn]]:
    """The turns of a conversation, each with its speaker's name where the newer dumps have it."""
    if isinstance(history.get("msgs"), list):
        said = list(filter(None, (_message(each, messages) for each in messages.each(history["msgs"]))))
        has_alternatives = any(each.is_alternative for each in said)
        return list(_with_alternatives(said)) if has_alternatives else [(each.name, each.turn) for each in said]
    listed = history["turns"]
    dates = [parse_date(each.get("create_time")) for each in objects_in(listed)]
    known = [date for date in dates if date is not None]
    is_newest_first = len(known) > 1 and known[0].replace(tzinfo=None) > known[-1].replace(tzinfo=None)
    found = [pair for each in messages.each(listed) if (pair := _turn(each, messages))]
    return found[::-1] if is_newest_first else found


def _message(message: Mapping[str, Any], messages: Messages) -> _Said | None:
    source = message["src"] if isinstance(message.get("src"), dict) else {}
    is_human = flag(source, "is_human") or flag(message, "is_human") or flag(message, "src__is_human")
    said = messages.text(message.get("text"))
    if said is None:
        return None
    name = messages.name(source.get("name") or message.get("src__name"))
    said = said.replace(REDACTED, "You" if is_human else "{{user}}")
    role = Role.PERSON if is_human else Role.CHARACTER
    turn = messages.turn(role, said, sent_at=message.get("created"))
    name = "" if REDACTED in name else name
    return None if turn is None else _Said(name, turn, flag(message, "is_alternative"))


def _with_alternatives(said: Iterable[_Said]) -> Iterator[tuple[str, Turn]]:
    """The turns with names. Replies that are marked as alternatives are further versions of the reply beside them."""
    for is_person, group in groupby(said, key=lambda each: each.turn.role is Role.PERSON):
        found = list(group)
        replies = [place for place, each in enumerate(found) if not each.is_alternative or is_person] or [0]
        borders = [0, *replies[1:], len(found)]
        for place, (start, end) in zip(replies, pairwise(borders), strict=True):
            versions = tuple(each.turn.version for each in found[start:end])
            yield found[place].name, replace(found[place].turn, versions=versions, index=place - start)


def _turn(values: Mapping[str, Any], messages: Messages) -> tuple[str, Turn] | None:
    author = values["author"] if isinstance(values.get("author"), dict) else {}
    role = Role.PERSON if flag(author, "is_human") else Role.CHARACTER
    given = values.get("candidates")
    candidates = [each if isinstance(each, dict) else {} for each in given] if isinstance(given, list) else []
    versions = [each.get("raw_content") for each in candidates]
    ids = [each.get("candidate_id") for each in candidates]
    primary = values.get("primary_candidate_id")
    index = ids.index(primary) if primary in ids else 0
    turn = messages.turn(role, versions[index] if versions else None, versions, index, values.get("create_time"))
    return None if turn is None else (messages.name(author.get("name")), turn)

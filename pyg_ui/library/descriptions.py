"""Describes what a file holds as one JSON object for scripts: `{"kind", "format", "name", ...}`."""

from __future__ import annotations

from typing import Any

from pyg_ui.dialogue.chat import Chat, Turn
from pyg_ui.library.cards.files import CardFile
from pyg_ui.library.cards.tavern import V3, dump_tavern
from pyg_ui.library.lorebooks.character_book import dump_book
from pyg_ui.library.lorebooks.files import BookFile
from pyg_ui.library.recognition import Found
from pyg_ui.library.transcripts.transcript import Transcript


def describe(found: Found) -> dict[str, Any]:
    """Everything that was found, except pictures: `has_picture` says whether there is one."""
    match found:
        case CardFile():
            return _describe_card(found)
        case Transcript():
            return _describe_chats(found)
        case BookFile():
            book = dump_book(found.book)
            return {"kind": "lorebook", "format": found.format, "name": found.book.name, "book": book}


def _describe_card(found: CardFile) -> dict[str, Any]:
    card, character = found.card, found.card.character
    texts = {
        "persona": character.persona,
        "scenario": character.scenario,
        "greeting": character.greeting,
        "example_dialogue": character.example_dialogue,
    }
    return {
        "kind": "character",
        "format": found.format,
        "name": card.name,
        **texts,
        "has_picture": card.picture is not None,
        "card": dump_tavern(card, V3)["data"],
        "beside": card.beside,
    }


def _describe_chats(found: Transcript) -> dict[str, Any]:
    first, *others = found.chats
    further = {"further_chats": [_describe_chat(chat) for chat in others]} if others else {}
    kind = {"kind": "chat", "format": found.format, "name": first.character.name, "num_hidden": found.num_hidden}
    return {**kind, **_describe_chat(first), **further}


def _describe_chat(chat: Chat) -> dict[str, Any]:
    return {
        "person_name": chat.person_name,
        "num_turns": len(chat.turns),
        "turns": [_describe_turn(turn) for turn in chat.turns],
        "note": {"text": chat.note.text, "depth": chat.note.depth} if chat.note else None,
        "lorebooks": [dump_book(book) for book in chat.lorebooks],
    }


def _describe_turn(turn: Turn) -> dict[str, Any]:
    texts = [version.text for version in turn.versions]
    versions = {"versions": texts, "index": turn.index} if len(texts) > 1 else {}
    sent_at = {"sent_at": turn.sent_at.isoformat()} if turn.sent_at else {}
    return {"role": str(turn.role), "text": turn.text, **versions, **sent_at}

"""Describes what a file holds as one JSON object for scripts: `{"kind", "format", "name", ...}`."""

from dataclasses import asdict
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
    return {**_describe(found), "left_out": list(map(str, found.left_out))}


def _describe(found: Found) -> dict[str, Any]:
    match found:
        case CardFile(card, form):
            return {
                "kind": "character",
                "format": form,
                **asdict(card.character),
                "name": card.name,
                "has_picture": card.picture is not None,
                "card": dump_tavern(card, V3)["data"],
                "beside": card.beside,
            }
        case Transcript(chats, num_hidden, form):
            kind = {"kind": "chat", "format": form, "name": chats[0].character.name, "num_hidden": num_hidden}
            first, *others = map(_describe_chat, chats)
            return {**kind, **first, **({"further_chats": others} if others else {})}
        case BookFile(book, form):
            return {"kind": "lorebook", "format": form, "name": book.name, "book": dump_book(book)}


def _describe_chat(chat: Chat) -> dict[str, Any]:
    return {
        "person_name": chat.person_name,
        "num_turns": len(chat.turns),
        "turns": [_describe_turn(turn) for turn in chat.turns],
        "note": asdict(chat.note) if chat.note else None,
        "lorebooks": [dump_book(book) for book in chat.lorebooks],
    }


def _describe_turn(turn: Turn) -> dict[str, Any]:
    texts = [version.text for version in turn.versions]
    versions = {"versions": texts, "index": turn.index} if len(texts) > 1 else {}
    sent_at = {"sent_at": turn.sent_at.isoformat()} if turn.sent_at else {}
    return {"role": str(turn.role), "text": turn.text, **versions, **sent_at}

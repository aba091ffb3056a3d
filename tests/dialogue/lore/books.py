"""Calls of a book's entries in a chat, for the tests of their rules."""

from __future__ import annotations

from dataclasses import replace

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.lore.calling import call_lore
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.dialogue.macros.expansion import Macros

ODO = Character("Odo")


def chat_of(*turns: str, books: tuple[Lorebook, ...] = ()) -> Chat:
    """A chat of these messages. The last one is the person's, and those before are by turns the character's."""
    roles = [Role.PERSON if (len(turns) - i) % 2 else Role.CHARACTER for i in range(len(turns))]
    said = (Turn.of(role, text) for role, text in zip(roles, turns, strict=True))
    return replace(Chat(ODO, "Ann"), turns=tuple(said), lorebooks=books)


def called(book: Lorebook, *turns: str, room: int = 10_000) -> list[str]:
    """The texts that the messages call, in their order. A character counts as a token."""
    return [entry.content for entry in entered(chat_of(*turns, books=(book,)), room)]


def entered(chat: Chat, room: int = 10_000) -> tuple[LorebookEntry, ...]:
    """The entries that enter the chat's prompt."""
    return call_lore(chat, Macros(chat.character.name, "You"), len, room)


def is_called(entry: LorebookEntry, *turns: str) -> bool:
    """Whether the messages call the entry."""
    return called(Lorebook((entry,)), *turns) != []

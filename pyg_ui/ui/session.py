"""The session of one open page: the chat on the screen, and everything that the page must remember around it.

Gradio holds one Session for each open page, and changes are made in place. While a reply to the chat is on its way, the
session shows what the reply has reached, and does not change the chat. It knows no components; the panels draw it.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Version
from pyg_ui.dialogue.history import History, taken_back
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.engine.engine import Finish
from pyg_ui.errors import InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.chats import StoredChat
from pyg_ui.library.store.lorebooks import StoredLorebook
from pyg_ui.library.store.personas import StoredPersona
from pyg_ui.ui.chat_state.own_lorebooks import OwnLorebooks
from pyg_ui.ui.chat_state.record import ChatRecord
from pyg_ui.ui.chat_state.reply import Reply

NUM_DRAWN_TURNS = 40
"""More turns are drawn only on demand, because the beginning and the end of a reply draw all that is shown."""
_NUM_SEEDS = 2**31


@dataclass(slots=True, eq=False, weakref_slot=True)
class Session:
    """The state of one open page."""

    _history: History
    opened: Character
    """The character as it was opened. Changes since then make the chat worth saving."""
    num_opened: int = 1
    """How many chats this page has opened so far."""
    record: ChatRecord = field(default_factory=ChatRecord)
    """Where the chat on the screen is stored."""
    set_aside: tuple[History, ChatRecord, Reply | None] | None = None
    """The previous chat, which one click brings back, and the reply that was on its way in it."""
    finish: Finish | None = None
    """How the last reply ended; None if there was none, or if it was cut off."""
    num_dropped_turns: int = 0
    """How many of the oldest turns no longer fitted the context of the last reply."""
    is_stopped: bool = False
    """Whether the last reply was cut off."""
    returned_text: str = ""
    """Text that could not be sent and goes back into the message box."""
    failure: Exception | None = None
    """Why a reply failed, until the page is told."""
    is_same: bool | None = None
    """Whether the last reply came out the same when it was repeated; None if it was not repeated."""
    num_candidates: int = 0
    """How many of the last turn's newest versions are shown side by side to pick from."""
    editing: int | None = None
    """The index of the turn that is being edited."""
    found: int | None = None
    """The index of the turn that a search found. It is marked until something else is done."""
    removed_entry: tuple[Lorebook, int] | None = None
    """The lorebook before an entry was removed from it last, and that entry's place; None once it is back."""
    own_lorebooks: OwnLorebooks = field(default_factory=OwnLorebooks)
    default_person: StoredPersona | None = None
    """The persona that new chats begin with."""
    is_operator: bool = False
    """Whether this person operates the server: decides which model speaks, and is told what fails and where."""
    language: str = "en"
    """The page's language that the browser prefers."""
    suggestion: Version | None = None
    """The message that the model wrote for the person. If it is sent unchanged, its origin is stored with it."""
    suggested: str | None = None
    """The message that the model wrote for the person and that is not yet in the message box."""
    num_drawn_turns: int = NUM_DRAWN_TURNS
    writing: Reply | None = field(default=None, repr=False)
    """The reply on its way in the chat on the screen; a reply that is over until `settle` is called."""

    @classmethod
    def open(cls, chat: Chat) -> Self:
        """A session that begins with a new chat."""
        return cls(History(chat), chat.character)

    @property
    def history(self) -> History:
        """The chat on the screen with its history, as far as a reply on its way has come."""
        return self._history if self.writing is None else self.writing.history

    @property
    def chat(self) -> Chat:
        """The chat on the screen."""
        return self.history.chat

    @property
    def has_content(self) -> bool:
        """Whether the chat holds anything worth saving. One whose only message was deleted does."""
        is_changed = self.chat.character != self.opened or self._has_lost_words
        return self.chat.is_begun or is_changed or self.record.stored is not None

    @property
    def _has_lost_words(self) -> bool:
        """Whether undo brings back other words. Choosing another greeting changes none."""
        past = self.history.past
        return bool(past) and [turn.versions for turn in past[0]] != [turn.versions for turn in self.chat.turns]

    @property
    def candidates(self) -> tuple[Version, ...]:
        """The replies that are shown side by side to pick from."""
        return self.chat.turns[-1].versions[-self.num_candidates :] if self.num_candidates else ()

    @property
    def is_writing(self) -> bool:
        """Whether a reply is on its way in the chat on the screen."""
        return self.writing is not None and not self.writing.is_over

    @property
    def edited_lorebooks(self) -> tuple[Lorebook, ...]:
        """The lorebooks of which the page shows the entries of the first: the person's own one, or the chat's."""
        opened = self.own_lorebooks.opened
        return self.chat.lorebooks if opened is None else (opened.book,)

    @property
    def edited_id(self) -> str:
        """The id of the lorebook of the person's own whose entries the page shows; "" for the character's."""
        opened = self.own_lorebooks.opened
        return "" if opened is None else opened.id

    @property
    def owner(self) -> str:
        """The owner of everything that is saved on this page. Raises InputError while the owner is unknown."""
        if not self.record.owner:
            raise InputError("The page is still opening. Try again in a moment.")
        return self.record.owner

    def check_idle(self) -> None:
        """Raises InputError while a reply is on its way."""
        self.settle()
        if self.writing is not None:
            raise InputError("A reply is on its way. Stop it first.")

    def show(self, chat: Chat) -> None:
        """Put another state of the same chat on the screen. Raises InputError while a reply is on its way."""
        self.check_idle()
        self._show(self.history.step(chat))

    def edit_lorebook(self, stored: StoredLorebook | None) -> None:
        """Show the entries of a lorebook of the person's own; with None, those of the character's."""
        self.own_lorebooks.opened, self.own_lorebooks.is_naming, self.removed_entry = stored, False, None

    def undo(self) -> str:
        """Undo the last step. Returns what the person said in it. Raises InputError if there is none."""
        self.check_idle()
        after = self.chat
        self._show(self.history.undo())
        return taken_back(self.chat, after)

    def redo(self) -> None:
        """Redo the step that was undone last. Raises InputError if there is none."""
        self.check_idle()
        self._show(self.history.redo())

    def start(self, chat: Chat, stored: StoredChat | None = None) -> None:
        """Begin another chat, or continue a `stored` one. The present one is set aside if it holds anything.

        A reply on its way goes on, and is saved in its own chat.
        """
        self.settle()
        if self.has_content:
            self.set_aside = self.history, self.record, self.writing
        begun = chat if stored is not None else _begun_now(chat)
        self._open(History(begun), ChatRecord(self.record.owner, stored))

    def start_with(self, card: Card, id: str = "") -> None:
        """Begin a chat with a card's character, whose id in the library is given if it has one.

        The person is the default persona, or else the same as in the chat on the screen.
        """
        chat = Chat.start(card.character, alternate_greetings=card.alternate_greetings)
        books = (card.book,) if card.book is not None else ()
        self.start(self._with_person(replace(chat, lorebooks=books, character_id=id)))

    def be(self, person: StoredPersona) -> None:
        """The person is this persona from the next reply on."""
        self.show(_as_person(self.chat, person))

    def know_character(self, id: str) -> None:
        """The character of the chat on the screen is this one in the library."""
        self._history = self._history.step(replace(self._history.chat, character_id=id))

    def start_anew(self, chat: Chat) -> None:
        """Begin another chat with the same character and person, and the greetings and lorebooks of `chat`."""
        begun = (turns[0] for turns in (chat.turns, *self.history.past[::-1]) if turns)
        first = next((turn.versions for turn in begun if turn.role is Role.CHARACTER), ())
        others = [each.text for each in first if each.origin is None and each.text != chat.character.greeting]
        new = Chat.start(chat.character, chat.person_name, others)
        new = replace(new, lorebooks=chat.lorebooks, kept_lorebooks=chat.kept_lorebooks)
        new = replace(new, character_id=chat.character_id, person_id=chat.person_id)
        self.start(replace(new, person_description=chat.person_description))

    def mark_found(self, index: int) -> None:
        """Mark a turn that a search found, and draw enough turns to show it. Without such a turn nothing is marked."""
        num_turns = len(self.chat.turns)
        if 0 <= index < num_turns:
            self.found = index
            self.num_drawn_turns = max(NUM_DRAWN_TURNS, num_turns - index + NUM_DRAWN_TURNS // 4)

    def branch(self, index: int) -> None:
        """Continue from a turn in a chat of its own. Raises InputError if there is no such turn."""
        beginning, parent = self.chat.branch(index), self.record.stored
        self.start(replace(beginning, seed=beginning.seed or 0))  # without a seed its macros draw as with 0
        self.record.parent_id = parent.id if parent is not None else ""

    def arrive(self) -> None:
        """The page was opened. Every page has the same first chat until this gives it a seed of its own."""
        if self.record.stored is None:
            self._show(History(_begun_now(self._with_person(self.chat))))

    def restore(self) -> None:
        """Swap the chat on the screen and the one that was set aside."""
        self.settle()
        if self.set_aside is not None:
            (history, record, writing), self.set_aside = self.set_aside, (self.history, self.record, self.writing)
            self._open(history, record)
            if writing is not None:
                self.attach(writing)
                self.settle()

    def attach(self, reply: Reply) -> None:
        """A reply is on its way in the chat on the screen: the session shows how far it has come."""
        self._forget_reply()
        self.writing = reply

    def settle(self) -> None:
        """If the reply on its way is over, its chat is the session's own again, and says how the reply ended."""
        reply = self.writing
        if reply is None or not reply.is_over:
            return
        self._show(reply.history)
        if self.record is not reply.record:
            self.record = ChatRecord(self.record.owner, reply.stored)
        if reply.heir is self:
            self.failure = reply.error
            self.returned_text = (reply.wish.typed or "") if reply.is_taken_back else ""
        if reply.wish.is_for_person and reply.drafts:
            self.suggestion, self.suggested = reply.drafts[0], reply.line
        if reply.update is not None and reply.has_text:
            self.num_dropped_turns = reply.update.num_dropped_turns
        if reply.error is None:
            self._note_end(reply)

    def _with_person(self, chat: Chat) -> Chat:
        """The new chat with who the person is."""
        if self.default_person is not None:
            return _as_person(chat, self.default_person)
        here = self.chat
        name, description = here.person_name, here.person_description
        return replace(chat, person_name=name, person_description=description, person_id=here.person_id)

    def _open(self, history: History, record: ChatRecord) -> None:
        self.record = record
        self.opened, self.num_drawn_turns = history.chat.character, NUM_DRAWN_TURNS
        self.num_opened += 1
        self.num_dropped_turns = 0
        self.edit_lorebook(None)
        self._show(history)

    def _show(self, history: History) -> None:
        self._history, self.writing = history, None
        self._forget_reply()

    def _note_end(self, reply: Reply) -> None:
        self.finish = reply.update.finish if reply.update is not None else None
        self.is_stopped = self.finish is None
        if reply.wish.is_repeat and self.finish is not None:
            self.is_same = self.chat.turns == reply.before.chat.turns
        num_written = sum(bool(draft.text.strip()) for draft in reply.drafts)
        self.num_candidates = num_written if num_written > 1 else 0

    def _forget_reply(self) -> None:
        self.finish, self.is_stopped, self.is_same = None, False, None
        self.num_candidates, self.editing, self.found = 0, None, None


def new_seed() -> int:
    """A seed for a chat."""
    return random.randrange(_NUM_SEEDS)


def _as_person(chat: Chat, person: StoredPersona) -> Chat:
    name, description = person.persona.name, person.persona.description
    return replace(chat, person_name=name, person_description=description, person_id=person.id)


def _begun_now(chat: Chat) -> Chat:
    """The chat, and if it is a new one, with a seed of its own and the time of its greeting."""
    return chat.begun_at(datetime.now(UTC), new_seed())

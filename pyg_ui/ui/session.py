"""A visitor's session: the chat on their screen and what the page must remember around it.

One object per open page, kept by Gradio and changed in place, so that a reply that is cut off keeps what was
written. It knows no components: panels draw it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.generation import Finish, ModelInfo
from pyg_ui.service import ReplyUpdate

NUM_DRAWN_TURNS = 40
"""Drawing costs grow with every turn on the screen, twenty times a second; older ones are shown on demand."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A chat and who spoke in it."""

    chat: Chat
    speakers: tuple[tuple[int, ModelInfo], ...] = ()
    """The index of each generated turn, and the model that wrote it."""

    def speaker(self, index: int) -> ModelInfo | None:
        """The model that wrote a turn; None for the greeting and for what the person said."""
        return dict(self.speakers).get(index)

    def with_chat(self, chat: Chat) -> Scene:
        """Another state of the chat; the speakers of turns that are gone are forgotten."""
        return Scene(chat, tuple(pair for pair in self.speakers if pair[0] < len(chat.turns)))

    def with_update(self, update: ReplyUpdate) -> Scene:
        """The chat while its last turn is being written."""
        if update.model is None:
            return self.with_chat(update.chat)
        last = len(update.chat.turns) - 1
        earlier = tuple(pair for pair in self.speakers if pair[0] < last)
        return Scene(update.chat, (*earlier, (last, update.model)))


@dataclass(slots=True)
class Session:
    """What one open page holds."""

    scene: Scene
    opened: Character
    """The character as it was opened; what the person changed since would be missed."""
    set_aside: Scene | None = None
    """The chat before this one, which one click brings back."""
    finish: Finish | None = None
    """How the last reply ended; None where there was none, and where it was cut off."""
    num_dropped_turns: int = 0
    """How many turns no longer fitted the context of the last reply."""
    is_stopped: bool = False
    """Whether the last reply was cut off."""
    returned_text: str = ""
    """What the person typed and what could not be sent; it goes back into the message box."""
    num_drawn_turns: int = NUM_DRAWN_TURNS
    writing: Writing | None = field(default=None, repr=False)
    """The reply on its way."""

    @classmethod
    def open(cls, character: Character) -> Session:
        """A session that begins with a new chat."""
        return cls(Scene(Chat.start(character)), character)

    @property
    def chat(self) -> Chat:
        """The chat on the screen."""
        return self.scene.chat

    def show(self, chat: Chat) -> None:
        """Put another state of the same chat on the screen. A reply on its way no longer counts."""
        self.scene, self.writing = self.scene.with_chat(chat), None
        self._forget_reply()

    def start(self, chat: Chat) -> None:
        """Begin a new chat. The one on the screen is set aside where anything in it would be missed."""
        if self.chat.can_undo or self.chat.character != self.opened:
            self.set_aside = self.scene
        self.opened = chat.character
        self._show_scene(Scene(chat))

    def restore(self) -> None:
        """Swap the chat on the screen and the one that was set aside."""
        if self.set_aside is not None:
            scene, self.set_aside = self.set_aside, self.scene
            self.opened = scene.chat.character
            self._show_scene(scene)

    def begin(self, *, replaces: bool = False) -> Writing:
        """A reply is on its way; it may replace the last one."""
        self._forget_reply()
        self.writing = Writing(self, before=self.scene, replaces=replaces)
        return self.writing

    def _show_scene(self, scene: Scene) -> None:
        self.scene, self.writing, self.num_drawn_turns = scene, None, NUM_DRAWN_TURNS
        self._forget_reply()

    def _forget_reply(self) -> None:
        self.finish, self.num_dropped_turns, self.is_stopped, self.returned_text = None, 0, False, ""


@dataclass(slots=True)
class Writing:
    """One reply on its way. Once the screen shows something else, it changes nothing any more."""

    session: Session
    before: Scene
    replaces: bool = False
    """Whether it takes the place of an earlier reply."""
    has_text: bool = False

    @property
    def is_current(self) -> bool:
        """Whether the screen still shows the chat that this reply belongs to."""
        return self.session.writing is self

    def show(self, update: ReplyUpdate) -> None:
        """Put what has been written so far on the screen."""
        if self.is_current:
            session, self.has_text = self.session, update.model is not None
            session.scene = session.scene.with_update(update)
            session.finish, session.num_dropped_turns = update.finish, update.num_dropped_turns

    def fail(self, typed: str) -> None:
        """It ended with an error: go back and return what was typed, unless some of a first reply stands there."""
        if self.is_current:
            self.session.writing = None
            if not self.has_text or self.replaces:
                self.session.scene, self.session.returned_text = self.before, typed

    def end(self) -> None:
        """No more will come."""
        if self.is_current:
            self.session.writing = None
            self.session.is_stopped = self.session.finish is None

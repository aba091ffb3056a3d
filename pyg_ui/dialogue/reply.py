"""A reply while it is being written: the strings that end it, and how much of its text may already be shown.

The engine ends the text at a stop string, so no stop string arrives here. Text once shown is never taken back:
trailing white space, an unfinished macro and a possible speaker's label are held back until more text has come. Macros
stay in the text, whole; `Chat.display_text` and the prompt resolve them, each in its own way.
"""

from collections.abc import Sequence

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.macros.syntax import unfinished
from pyg_ui.dialogue.prompt import PERSON, START


def stop_strings(chat: Chat) -> tuple[str, ...]:
    """The strings that end the character's turn.

    A speaker's label begins with a line break, so that `MiniBob:` does not end Bob's turn.
    """
    name = chat.character.name
    labels = (f"{PERSON}:", f"{name}:", "<USER>:", "<BOT>:", f"{name}'s Persona:", "Scenario:")
    return tuple(dict.fromkeys([*(f"\n{label}" for label in labels), START]))


class ReplyText:
    """Cleans a reply while it streams: no white space around it, and no unfinished label at its end.

    What has been shown depends on the whole text so far, not on how it was cut into pieces.
    """

    def __init__(self, stops: Sequence[str], begun: str = "") -> None:
        """`stops` are the engine's stop strings. `begun` is the beginning of the reply, which the text continues."""
        self._stops = tuple(stops)
        self._shown = begun.rstrip()
        self._pending = ""

    @property
    def text(self) -> str:
        """All text that has been shown."""
        return self._shown

    def feed(self, text: str) -> str:
        """Add what the engine wrote next; return the text that can now be shown in addition."""
        self._pending += text
        return self._show(min(self._label_start(), unfinished(self._pending)))

    def end(self, *, at_stop: bool = False) -> str:
        """Return the text that was held back, once the engine has ended; `at_stop` if a stop string ended it.

        Otherwise the token limit may have cut off a speaker's label in the last line, which is no part of the reply.
        """
        return self._show(len(self._pending) if at_stop else self._label_start())

    def _label_start(self) -> int:
        """Where the last line begins, if a stop string begins like that line; else the end of the pending text."""
        last_line = self._pending.rfind("\n")
        is_label = last_line >= 0 and any(stop.startswith(self._pending[last_line:]) for stop in self._stops)
        return last_line if is_label else len(self._pending)

    def _show(self, end: int) -> str:
        """Show the pending text up to `end`, without white space there and at the reply's beginning."""
        shown = self._pending[:end].rstrip()
        self._pending = self._pending[len(shown) :]
        if not self._shown:
            shown = shown.lstrip()
        self._shown += shown
        return shown

"""A reply on its way: where it ends, and what of it may already be shown.

The stop strings begin with a line break wherever they are a speaker's label, so that `MiniBob:` does not end Bob's
turn. Text once shown is never taken back: whatever may still become a stop string, a macro or trailing white space
waits. Macros are left in the text, whole, for `Chat.display_text` and the prompt to resolve, each in its own way.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.macros import MACROS, may_become_macro
from pyg_ui.dialogue.prompt import PERSON, START


def stop_strings(chat: Chat) -> tuple[str, ...]:
    """The strings that end the character's turn."""
    name = chat.character.name
    labels = (f"{PERSON}:", f"{name}:", "<USER>:", "<BOT>:", f"{name}'s Persona:", "Scenario:")
    return tuple(dict.fromkeys([*(f"\n{label}" for label in labels), START]))


class ReplyText:
    """Cleans a reply while it streams: no white space around it, nothing from a stop string on.

    What has been shown depends on the text so far only, not on how it was cut into pieces. Where the reply had begun
    already, what is written goes on from there, white space between the two included.
    """

    def __init__(self, stops: Sequence[str], begun: str = "") -> None:
        self._stops = tuple(stops)
        self._num_held_at_most = max(map(len, [*stops, *MACROS])) - 1
        self._shown = begun.rstrip()
        self._pending = ""
        self._is_complete = False

    @property
    def text(self) -> str:
        """All that has been shown."""
        return self._shown

    def feed(self, text: str) -> str:
        """Take in what the model wrote next; return what can now be shown in addition."""
        if self._is_complete:
            return ""
        self._pending += text
        if (stop := self._find_stop()) is not None:
            self._is_complete = True
            return self._show(stop)
        return self._show(len(self._pending) - self._num_held())

    def end(self) -> str:
        """The model has ended: return what had been held back. Further text is ignored.

        A last line that begins a speaker's label was cut off within that label: it is no part of the reply.
        """
        if self._is_complete:
            return ""
        self._is_complete = True
        last_line = self._pending.rfind("\n")
        is_label = last_line >= 0 and any(stop.startswith(self._pending[last_line:]) for stop in self._stops)
        return self._show(last_line if is_label else len(self._pending))

    def _find_stop(self) -> int | None:
        """Where in the pending text the stop string begins that is complete first."""
        found = [(self._pending.find(stop), len(stop)) for stop in self._stops]
        ends = [(start + length, start) for start, length in found if start >= 0]
        return min(ends)[1] if ends else None

    def _num_held(self) -> int:
        """The length of the longest end of the pending text that may become a stop string or a macro."""
        longest = min(self._num_held_at_most, len(self._pending))
        return next((n for n in range(longest, 0, -1) if self._may_grow(self._pending[-n:])), 0)

    def _may_grow(self, text: str) -> bool:
        return may_become_macro(text) or any(stop.startswith(text) for stop in self._stops)

    def _show(self, end: int) -> str:
        """Show the pending text up to `end`, but for white space there and at the reply's beginning."""
        shown = self._pending[:end].rstrip()
        self._pending = self._pending[len(shown) :]
        if not self._shown:
            shown = shown.lstrip()
        self._shown += shown
        return shown

"""How one open page shows the list of chats: which groups are unfolded, how much is listed, and what can be undone.

Knows no chats.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.library.store.chat_list import ChatGroup

NUM_GROUPS = 40
"""How many groups are listed at first, and how many more at a time."""
NUM_IN_GROUP = 25
"""How many chats of a group are listed at first, and how many more at a time."""
NUM_FOUND = 50
"""How many chats a search lists at first, and how many more at a time."""
_NUM_UNFOLDED = 12
"""The newest groups are unfolded at first, as far as they have no more chats than this together."""


@dataclass(frozen=True, slots=True)
class TrashedChat:
    """The chat that was put into the trash last."""

    id: str
    was_open: bool
    """Whether it was the one on the screen."""


@dataclass(slots=True)
class Listing:
    """The state of the list on one open page, changed in place."""

    num_groups: int = NUM_GROUPS
    num_found: int = NUM_FOUND
    trashed: TrashedChat | None = None
    """What one click takes out of the trash; None once something else was done."""
    _is_unfolded: dict[str, bool] = field(default_factory=dict)
    """The groups that the person folded or unfolded."""
    _num_listed: dict[str, int] = field(default_factory=dict)
    """For each group how many of its chats are listed, if it is more than at first."""
    _sent: dict[str, str] = field(default_factory=dict)
    """What the page shows in the components that are sent only when they change."""
    _drawn: dict[str, bool] = field(default_factory=dict)
    """Whether each group that the page shows is unfolded."""

    def changed(self, component: str, value: str) -> Any:
        """The value for a component, or no update if the page shows it already."""
        is_same = self._sent.get(component) == value
        self._sent[component] = value
        return gr.skip() if is_same else value

    def unfolded(self, groups: Sequence[ChatGroup], current: str) -> frozenset[str]:
        """The names of the groups whose chats are shown. The group of the open chat is one, unless it was folded."""
        left = _NUM_UNFOLDED
        self._drawn = {}
        for group in groups:
            left -= group.num_chats
            name = group.character_name
            self._drawn[name] = self._is_unfolded.get(name, left >= 0 or name == current)
        return frozenset(name for name, is_unfolded in self._drawn.items() if is_unfolded)

    def turn(self, name: str) -> None:
        """Fold or unfold a group. Names of groups that are not shown do nothing."""
        if name in self._drawn:
            self._is_unfolded[name] = not self._drawn[name]

    def show(self, name: str) -> None:
        """Unfold a group."""
        self._is_unfolded.pop(name, None)

    def num_listed(self, name: str) -> int:
        """How many chats of the group are listed."""
        return self._num_listed.get(name, NUM_IN_GROUP)

    def extend(self, name: str) -> None:
        """List more chats of a group. Names of groups that are not shown do nothing."""
        if name in self._drawn:
            self._num_listed[name] = self.num_listed(name) + NUM_IN_GROUP

    def show_more(self, *, is_search: bool) -> None:
        """List more groups, or more chats that a search has found."""
        if is_search:
            self.num_found += NUM_FOUND
        else:
            self.num_groups += NUM_GROUPS

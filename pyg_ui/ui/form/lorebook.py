"""The fields of one lorebook entry: what they show of the chat's own lorebook, and the lorebook with their values.

The chat's first lorebook is its own. Further books of the chat stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.ui.events import outputs

SWITCHES = {
    "is_enabled": "lore_enabled",
    "is_constant": "lore_constant",
    "is_selective": "lore_selective",
    "is_case_sensitive": "lore_case",
    "use_regex": "lore_regex",
}
"""An entry's switches, and the translation key of each."""
NEW_ENTRY = LorebookEntry("")


class LorebookView(NamedTuple):
    """What the editor shows."""

    entry: Any
    entry_name: Any
    entry_keys: Any
    entry_secondary: Any
    entry_content: Any
    entry_switches: Any
    entry_position: Any
    entry_order: Any
    restore: Any
    """The button that brings back the entry that was removed last; it is not read."""


@dataclass(frozen=True)
class LorebookFields:
    """The components, under the names of the view, and the buttons beside them."""

    entry: gr.Dropdown
    entry_name: gr.Textbox
    entry_keys: gr.Textbox
    entry_secondary: gr.Textbox
    entry_content: gr.Textbox
    entry_switches: gr.CheckboxGroup
    entry_position: gr.Dropdown
    entry_order: gr.Number
    restore: gr.Button
    add: gr.Button
    remove: gr.Button

    @property
    def fields(self) -> dict[str, gr.components.Component]:
        """The fields that are read, by name."""
        return {name: getattr(self, name) for name in LorebookView._fields if name != "restore"}

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return outputs(LorebookView, self)

    @property
    def edits(self) -> list[Any]:
        """The events of those fields that are changed without being left."""
        return [self.entry_switches.input, self.entry_position.input]


def lorebook_view(books: Sequence[Lorebook], index: int = 0, *, can_restore: bool = False) -> LorebookView:
    """The editor at one entry of the first book; an empty one where there is none."""
    entries = books[0].entries if books else ()
    shown = min(max(index, 0), len(entries) - 1) if entries else None
    entry = NEW_ENTRY if shown is None else entries[shown]
    return LorebookView(
        entry=gr.update(choices=[(_title(number, each), number) for number, each in enumerate(entries)], value=shown),
        entry_name=entry.name,
        entry_keys="\n".join(entry.keys),
        entry_secondary="\n".join(entry.secondary_keys),
        entry_content=entry.content,
        entry_switches=[name for name in SWITCHES if getattr(entry, name)],
        entry_position=str(entry.position),
        entry_order=entry.insertion_order,
        restore=gr.update(visible=can_restore),
    )


def read_lorebooks(books: Sequence[Lorebook], fields: Mapping[str, Any]) -> tuple[Lorebook, ...]:
    """The books with the values of the entry that the fields show; with a new entry where the book has none."""
    first, *others = books or (Lorebook(),)
    index = fields["entry"] or 0
    is_known = 0 <= index < len(first.entries)
    before = first.entries[index] if is_known else NEW_ENTRY
    entry = _read_entry(before, fields)
    if entry == before or (first.entries and not is_known):
        return tuple(books)
    return (replace(first, entries=(*first.entries[:index], entry, *first.entries[index + 1 :])), *others)


def _read_entry(before: LorebookEntry, fields: Mapping[str, Any]) -> LorebookEntry:
    order, switched_on = fields["entry_order"], fields["entry_switches"] or ()
    switches: dict[str, Any] = {name: name in switched_on for name in SWITCHES}
    return replace(
        before,
        name=fields["entry_name"] or "",
        keys=_read_keys(before.keys, fields["entry_keys"]),
        secondary_keys=_read_keys(before.secondary_keys, fields["entry_secondary"]),
        content=fields["entry_content"] or "",
        position=Position(fields["entry_position"] or Position.BEFORE),
        insertion_order=before.insertion_order if order is None else order,
        **switches,
    )


def _read_keys(before: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    """One key a line, since a regular expression may hold a comma."""
    lines = tuple((text or "").split("\n"))
    return before if lines == before else tuple(line for line in lines if line.strip())


def _title(number: int, entry: LorebookEntry) -> str:
    return f"{number + 1}. {entry.name or ', '.join(entry.keys) or '…'}"[:60]

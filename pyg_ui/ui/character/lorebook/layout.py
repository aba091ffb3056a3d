"""The lorebook editor: one entry of the chat's own lorebook at a time, with what calls it and where it stands.

Further books of the chat stay as they are. Nothing is kept here: the entries are the chat's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.ui.character.fields import line_field, number_field, text_field
from pyg_ui.ui.translations import label

SWITCHES = {
    "is_enabled": "lore_enabled",
    "is_constant": "lore_constant",
    "is_selective": "lore_selective",
    "is_case_sensitive": "lore_case",
    "use_regex": "lore_regex",
}
"""An entry's switches, and their words."""
NEW_ENTRY = LorebookEntry("")
MAX_ORDER = 100_000
_MAX_KEYS_CHARACTERS = 4000
_PLACES = {Position.BEFORE: "lore_before", Position.AFTER: "lore_after"}


class LorebookView(NamedTuple):
    """What the editor shows, in the order of its outputs."""

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
        """What is read, by name, in the view's order."""
        return {name: getattr(self, name) for name in LorebookView._fields if name != "restore"}

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [getattr(self, name) for name in LorebookView._fields]

    @property
    def edits(self) -> list[Any]:
        """The events of those fields that are changed without being left."""
        return [self.entry_switches.input, self.entry_position.input]


def build_lorebook() -> LorebookFields:
    """Lay out the editor of a book without entries."""
    entry = gr.Dropdown(
        [], value=None, label=label("character.entry"), elem_id="entry", filterable=False, interactive=True
    )
    with gr.Row():
        add = _button("add_entry")
        remove = _button("remove_entry")
    restore = _button("restore_entry", visible=False)
    return LorebookFields(
        entry,
        entry_name=line_field("entry_name", max_length=200),
        entry_keys=text_field("entry_keys", "", 2, _MAX_KEYS_CHARACTERS),
        entry_secondary=text_field("entry_secondary", "", 1, _MAX_KEYS_CHARACTERS),
        entry_content=text_field("entry_content", "", 3),
        entry_switches=gr.CheckboxGroup(
            [(label(f"character.{key}"), name) for name, key in SWITCHES.items()],
            value=["is_enabled"], label=label("character.entry_switches"), elem_id="entry-switches", interactive=True,
        ),
        entry_position=gr.Dropdown(
            [(label(f"character.{key}"), str(place)) for place, key in _PLACES.items()],
            value=str(Position.BEFORE), label=label("character.entry_position"), elem_id="entry-position",
            filterable=False, interactive=True,
        ),
        entry_order=number_field("entry_order", 0, -MAX_ORDER, MAX_ORDER, precision=None),
        restore=restore,
        add=add,
        remove=remove,
    )  # fmt: skip


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
    """The books with what the fields say of the entry that they show; of a new one where there is none."""
    first, *others = books or (Lorebook(),)
    index = fields["entry"] or 0
    is_known = 0 <= index < len(first.entries)
    before = first.entries[index] if is_known else NEW_ENTRY
    entry = _read_entry(before, fields)
    if entry == before or (first.entries and not is_known):
        return tuple(books)
    return (replace(first, entries=(*first.entries[:index], entry, *first.entries[index + 1 :])), *others)


def with_new_entry(books: Sequence[Lorebook]) -> tuple[Lorebook, ...]:
    """The books with a blank entry at the end of the first one."""
    first, *others = books or (Lorebook(),)
    return (replace(first, entries=(*first.entries, NEW_ENTRY)), *others)


def with_entry_back(books: Sequence[Lorebook], before: Lorebook, index: int) -> tuple[Lorebook, ...]:
    """The books with an entry again that was removed from the first one, which was like `before`."""
    first, *others = books or (replace(before, entries=()),)
    entries = (*first.entries[:index], before.entries[index], *first.entries[index:])
    return (replace(first, entries=entries), *others)


def without_entry(books: Sequence[Lorebook], index: int | None) -> tuple[Lorebook, ...]:
    """The books without that entry of the first one; unchanged where there is none. An empty book is none."""
    if not books or index is None or not 0 <= index < len(books[0].entries):
        return tuple(books)
    first, *others = books
    entries = (*first.entries[:index], *first.entries[index + 1 :])
    return (replace(first, entries=entries), *others) if entries or others else ()


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
    """One key a line, as a regular expression may hold a comma."""
    lines = tuple((text or "").split("\n"))
    return before if lines == before else tuple(line for line in lines if line.strip())


def _title(number: int, entry: LorebookEntry) -> str:
    return f"{number + 1}. {entry.name or ', '.join(entry.keys) or '…'}"[:60]


def _button(name: str, **options: Any) -> gr.Button:
    return gr.Button(label(f"character.{name}"), size="sm", min_width=60, elem_id=name.replace("_", "-"), **options)

"""The fields of one lorebook entry: what they show of a chat's lorebook, and the lorebook with their values.

Entries are also added, removed and restored here. Only the first of the given books is shown and changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry, Position

SWITCHES = {
    "is_enabled": "lore_enabled",
    "is_constant": "lore_constant",
    "is_selective": "lore_selective",
    "is_case_sensitive": "lore_case",
    "matches_whole_words": "lore_words",
}
"""An entry's switches, and the translation key of each."""
RECURSION_SWITCHES = {"ignores_recursion": "lore_ignores_recursion", "ends_recursion": "lore_ends_recursion"}
"""Those that say which entries call each other."""
_DEFAULTS = {"is_case_sensitive": False, "matches_whole_words": True}
"""Of the switches that an entry may leave open."""
NEW_ENTRY = LorebookEntry("")


class LorebookFields(NamedTuple):
    """For each field its component, or what a handler shows in it."""

    entry: Any
    entry_name: Any
    entry_keys: Any
    entry_secondary: Any
    entry_logic: Any
    entry_content: Any
    entry_switches: Any
    entry_position: Any
    entry_order: Any
    entry_depth: Any
    entry_probability: Any
    entry_recursion: Any
    shown: Any
    """The lorebook that the fields show: the id of one of the person's own, or "" for the character's. It changes with
    the other fields, so what they say is never taken for another lorebook's."""
    restore: Any
    """The button that brings back the entry that was removed last; it is not read."""

    @property
    def edits(self) -> list[Any]:
        """The events after which the fields say something else."""
        left = [each.blur for each in self.inputs.values() if isinstance(each, gr.Textbox | gr.Number)]
        chosen = (self.entry_logic, self.entry_switches, self.entry_position, self.entry_recursion)
        return [*left, *(each.input for each in chosen)]

    @property
    def inputs(self) -> dict[str, gr.components.Component]:
        """The components that are read, by name."""
        return {name: component for name, component in self._asdict().items() if name != "restore"}


def lorebook_view(
    books: Sequence[Lorebook], index: int = 0, *, can_restore: bool = False, shown_id: str = ""
) -> LorebookFields:
    """The editor at one entry of the first book; an empty one if there is none."""
    entries = _entries(books)
    shown = min(max(index, 0), len(entries) - 1) if entries else None
    entry = NEW_ENTRY if shown is None else entries[shown]
    return LorebookFields(
        entry=gr.update(choices=[(_title(number, each), number) for number, each in enumerate(entries)], value=shown),
        entry_name=entry.name,
        entry_keys="\n".join(entry.keys),
        entry_secondary="\n".join(entry.secondary_keys),
        entry_logic=str(entry.logic),
        entry_content=entry.content,
        entry_switches=[name for name in SWITCHES if _is_on(entry, name)],
        entry_position=str(entry.position),
        entry_order=entry.insertion_order,
        entry_depth=entry.depth,
        entry_probability=entry.probability,
        entry_recursion=[name for name in RECURSION_SWITCHES if getattr(entry, name)],
        shown=shown_id,
        restore=gr.update(visible=can_restore),
    )


def read_lorebooks(books: Sequence[Lorebook], fields: Mapping[str, Any]) -> tuple[Lorebook, ...]:
    """The books with the values of the entry that the fields show; with a new entry where the book has none."""
    entries, index = _entries(books), fields["entry"] or 0
    is_known = 0 <= index < len(entries)
    before = entries[index] if is_known else NEW_ENTRY
    entry = _read_entry(before, fields)
    if entry == before or (entries and not is_known):
        return tuple(books)
    return _with_entries(books, (*entries[:index], entry, *entries[index + 1 :]))


def with_new_entry(books: Sequence[Lorebook]) -> tuple[Lorebook, ...]:
    """The books with a blank entry at the end of the first one."""
    return _with_entries(books, (*_entries(books), NEW_ENTRY))


def without_entry(books: Sequence[Lorebook], index: int | None) -> tuple[Lorebook, ...]:
    """The books without that entry of the first one; unchanged if there is no such entry.

    The only book of a chat is dropped with its last entry.
    """
    entries = _entries(books)
    if index is None or not 0 <= index < len(entries):
        return tuple(books)
    if len(entries) == len(books) == 1:
        return ()
    return _with_entries(books, (*entries[:index], *entries[index + 1 :]))


def with_restored_entry(books: Sequence[Lorebook], before: Lorebook, index: int) -> tuple[Lorebook, ...]:
    """The books with the entry that was removed from the first one. `before` is that book as it was with the entry."""
    entries = _entries(books)
    return _with_entries(books or (before,), (*entries[:index], before.entries[index], *entries[index:]))


def _entries(books: Sequence[Lorebook]) -> tuple[LorebookEntry, ...]:
    return books[0].entries if books else ()


def _with_entries(books: Sequence[Lorebook], entries: tuple[LorebookEntry, ...]) -> tuple[Lorebook, ...]:
    first, *others = books or (Lorebook(),)
    return (replace(first, entries=entries), *others)


def _read_entry(before: LorebookEntry, fields: Mapping[str, Any]) -> LorebookEntry:
    order, depth, probability = (fields[f"entry_{name}"] for name in ("order", "depth", "probability"))
    switched_on, recursion = (fields[name] or () for name in ("entry_switches", "entry_recursion"))
    switches: dict[str, Any] = {
        name: name in switched_on for name in SWITCHES if _is_on(before, name) is not (name in switched_on)
    }
    switches |= {name: name in recursion for name in RECURSION_SWITCHES}
    return replace(
        before,
        name=fields["entry_name"] or "",
        keys=_read_keys(before.keys, fields["entry_keys"]),
        secondary_keys=_read_keys(before.secondary_keys, fields["entry_secondary"]),
        content=fields["entry_content"] or "",
        position=Position(fields["entry_position"] or Position.BEFORE),
        insertion_order=before.insertion_order if order is None else order,
        logic=KeyLogic(fields["entry_logic"] or before.logic),
        depth=before.depth if depth is None else max(int(depth), 0),
        probability=before.probability if probability is None else probability,
        **switches,
    )


def _is_on(entry: LorebookEntry, switch: str) -> bool:
    """Whether a switch is on, by its default where the entry leaves it open."""
    value = getattr(entry, switch)
    return _DEFAULTS[switch] if value is None else bool(value)


def _read_keys(before: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    """One key a line, since a regular expression may hold a comma."""
    lines = tuple((text or "").split("\n"))
    return before if lines == before else tuple(line for line in lines if line.strip())


def _title(number: int, entry: LorebookEntry) -> str:
    return f"{number + 1}. {entry.name or ', '.join(entry.keys) or '…'}"[:60]

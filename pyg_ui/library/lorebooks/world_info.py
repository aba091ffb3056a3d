"""SillyTavern's world info, a file that is a lorebook alone. Kobold's stories hold entries of the same kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import QUARTER, Lorebook, LorebookEntry
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, amount, clean, flag, others, read_fields, sections
from pyg_ui.library.lorebooks.kobold import SCAN_DEPTH
from pyg_ui.library.lorebooks.rules import key_list, position_of, read_rules, rule_keys

_MARKS = {"keysecondary", "uid", "order", "constant", "selective"}
"""Fields of which an entry has one beside its key and its content, if the entries are a list and not numbered."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    entries = document.values.get("entries")
    if not isinstance(entries, dict | list) or "spec" in document.values:
        return ""
    found = [each for each in (entries.values() if isinstance(entries, dict) else entries) if isinstance(each, dict)]
    marks = _MARKS if isinstance(entries, list) else _MARKS | {"key"}
    is_book = any("key" in each and "content" in each and marks & each.keys() for each in found)
    return "world-info" if is_book or document.values == {"entries": {}} else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    return parse_world_info(document.values)


def parse_world_info(values: Mapping[str, Any]) -> Lorebook:
    """The book in an object with `entries`. Raises UnreadableError.

    SillyTavern has one setting for the recursion and the budget of all books. The book gets what it is by default.
    """
    return Lorebook(
        entries=tuple(map(_read_entry, sections(values, "entries"))),
        name=clean(values, "name"),
        budget_share=QUARTER,
        is_recursive=True,
        rest=others(values, {"name", "entries"}),
    )


def parse_kobold_entries(entries: Sequence[Mapping[str, Any]]) -> Lorebook:
    """The book of a Kobold story, whose keys are found within words and whose entries call no others."""
    book = parse_world_info({"entries": list(entries)})
    found = tuple(replace(entry, matches_whole_words=False) for entry in book.entries)
    return replace(book, entries=found, scan_depth=SCAN_DEPTH, is_recursive=False, budget_share=None)


def _read_entry(values: Mapping[str, Any]) -> LorebookEntry:
    known = (*_ENTRY, *rule_keys())
    return LorebookEntry(
        **read_fields(values, _ENTRY), **read_rules(values, in_extensions=False), rest=others(values, known)
    )


_ENTRY: Fields = {
    "key": ("keys", key_list),
    "keysecondary": ("secondary_keys", key_list),
    "content": ("content", clean),
    "comment": ("name", clean),
    "disable": ("is_enabled", lambda values, key: not flag(values, key)),
    "constant": ("is_constant", flag),
    "selective": ("is_selective", flag),
    "position": ("position", position_of),
    "order": ("insertion_order", amount),
}

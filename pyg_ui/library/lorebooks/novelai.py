"""NovelAI's lorebooks: files that end in `.lorebook`.

A key between slashes is a pattern with flags, and any other key a whole word in any case. How much of an entry NovelAI
keeps, and at which line it stands, has no counterpart here: these fields are kept and not read.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, amount, clean, flag, section, sections, text, texts
from pyg_ui.library.lorebooks.parsing import parse_entry, parse_lorebook, with_patterns


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    is_book = "lorebookVersion" in document.values and isinstance(document.values.get("entries"), list)
    return "novelai-lorebook" if is_book else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    categories = sections(document.values, "categories")
    disabled = {text(each, "id") for each in categories if not flag(each, "enabled", default=True)} - {""}
    entries = [_entry(each, disabled) for each in sections(document.values, "entries")]
    is_recursive = not all(entry.ignores_recursion for entry in entries)
    return parse_lorebook(document.values, {}, "novelai", entries, is_recursive=is_recursive)


def _entry(values: Mapping[str, Any], disabled: set[str]) -> LorebookEntry:
    """The entry, disabled with its category. What NovelAI puts around its text is part of the text."""
    placing = section(values, "contextConfig")
    importance = amount(placing, "budgetPriority")  # a higher one is placed first, and left out last
    entry = with_patterns(parse_entry(values, _ENTRY, "novelai", insertion_order=importance, priority=importance))
    prefix, suffix = (clean(placing, key) for key in ("prefix", "suffix"))
    if (prefix + suffix).strip():
        entry = replace(entry, content=f"{prefix}{entry.content}{suffix}".strip("\n"))
    return replace(
        entry,
        is_enabled=entry.is_enabled and text(values, "category") not in disabled,
        matches_whole_words=True,
        ignores_recursion=not flag(values, "nonStoryActivatable"),
    )


_ENTRY: Fields = {
    "displayName": ("name", clean),
    "text": ("content", clean),
    "keys": ("keys", texts),
    "enabled": ("is_enabled", partial(flag, default=True)),
    "forceActivation": ("is_constant", flag),
}

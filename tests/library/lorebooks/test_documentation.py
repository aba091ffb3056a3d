"""The documentation names every field of an entry that is read, and every decorator."""

from __future__ import annotations

from pyg_ui.dialogue.lore.decorators import CONDITION_DECORATORS, ENTRY_DECORATORS
from pyg_ui.library.lorebooks import character_book, world_info
from pyg_ui.library.lorebooks.rules import RULES, SOURCES, USES_PROBABILITY, rule_keys
from tests.source_code import ROOT

ROWS = [line for line in (ROOT / "docs" / "lorebooks.md").read_text("utf-8").split("\n") if line.startswith("| ")]


def obeyed() -> str:
    return "\n".join(row for row in ROWS if "obeyed" in row)


def test_every_field_that_is_read_is_documented_as_obeyed() -> None:
    rules = (*RULES, USES_PROBABILITY, *(rule for several in SOURCES.values() for rule in several))
    names = {*rule_keys(), *(rule.extension for rule in rules), *world_info._ENTRY, *character_book._ENTRY}
    assert [name for name in sorted(names - {"use_regex"}) if f"`{name}`" not in obeyed()] == []


def test_every_decorator_that_is_obeyed_is_documented() -> None:
    assert [name for name in (*ENTRY_DECORATORS, *CONDITION_DECORATORS) if f"`@@{name}`" not in obeyed()] == []

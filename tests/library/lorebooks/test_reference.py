"""Any book in any chat: the entries that enter are those of a plain telling of SillyTavern's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book
from pyg_ui.library.lorebooks.world_info import parse_world_info
from tests.dialogue.lore.books import entered
from tests.library.lorebooks.reference import expected_texts

WORDS = ["lamp", "Lamp", "lamps", "oil", "wick", "北门", "old pier", "[Guild]", "C*", "end"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
keys = st.lists(
    st.sampled_from([*WORDS, "{{char}}", "{{user}}", "/lamps?/", "/oil/i", "/^end/m", "/w.ck.*Lamp/s", "门"]),
    max_size=3,
)
counts = st.sampled_from([None, 0, 2, 3, 5])
flags = st.sampled_from([None, False, True])
fields: dict[str, st.SearchStrategy[Any]] = {
    "key": keys,
    "keysecondary": keys,
    "content": texts,
    "order": st.sampled_from([1, 10, 100]),
    "constant": st.sampled_from([False, False, False, True]),
    "disable": st.sampled_from([False, False, False, True]),
    "selective": st.booleans(),
    "selectiveLogic": st.sampled_from([None, 0, 1, 2, 3]),
    "caseSensitive": flags,
    "matchWholeWords": flags,
    "scanDepth": st.sampled_from([None, None, 0, 1, 4]),
    "probability": st.sampled_from([100, 100, 0]),
    "useProbability": st.booleans(),
    "excludeRecursion": flags,
    "preventRecursion": flags,
    "delayUntilRecursion": st.sampled_from([None, False, False, True, 2]),
    "sticky": counts,
    "cooldown": counts,
    "delay": counts,
    "ignoreBudget": flags,
    "group": st.sampled_from(["", "", "day"]),
}


@st.composite
def world_infos(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Entries with distinct texts, of which one is made to win the only group."""
    entries = draw(st.lists(st.fixed_dictionaries(fields), max_size=6))
    groups = [entry for entry in entries if entry["group"]]
    for uid, entry in enumerate(entries):
        entry |= {"uid": uid, "content": f"{entry['content']} {uid}", "groupOverride": entry in groups}
        entry["order"] += uid / 100 if entry["group"] else 0  # so that no two are equally made to win
    return entries


@settings(deadline=None, max_examples=150)
@given(world_infos(), st.lists(texts, min_size=1, max_size=7), st.none() | st.integers(0, 80))
def test_what_enters_is_what_the_rules_say(entries: list[dict[str, Any]], said: list[str], budget: int | None) -> None:
    book = replace(parse_world_info({"entries": {str(i): each for i, each in enumerate(entries)}}), budget_share=None)
    book = parse_book(dump_book(replace(book, token_budget=budget)))
    roles = [Role.PERSON if (len(said) - i) % 2 else Role.CHARACTER for i in range(len(said))]
    turns = tuple(Turn.of(role, text) for role, text in zip(roles, said, strict=True))
    found = entered(Chat(Character("Odo"), "Ann", turns, lorebooks=(book,)))
    names = ["Ann" if role is Role.PERSON else "Odo" for role in roles]
    assert [entry.content for entry in found] == expected_texts(entries, list(zip(names, said, strict=True)), budget)

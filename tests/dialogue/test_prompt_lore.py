"""Lorebooks, the author's note and the person's description in the prompt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position, Voice
from pyg_ui.dialogue.prompt import SegmentKind, build_prompt
from pyg_ui.errors import PromptTooLongError

ODO = Character("Odo", "A ferryman.", "A river.", example_dialogue="You: Deep?\nOdo: Yes.")
BOOK = Lorebook(
    (
        LorebookEntry("It is autumn in {{char}}'s land.", is_constant=True),
        LorebookEntry("The moon is called Sill.", keys=("moon",), position=Position.AFTER),
    )
)
CHAT = replace(
    Chat.start(ODO).say("hi").with_reply("Hm.").say("The moon!"),
    person_description="A traveller.",
    note=AuthorsNote("It rains on {{user}}.", depth=1),
    lorebooks=(BOOK,),
)


def test_every_part_stands_in_its_place() -> None:
    assert build_prompt(CHAT, len, 1000).text == (
        "It is autumn in Odo's land.\n"
        "Odo's Persona: A ferryman.\n"
        "You's Persona: A traveller.\n"
        "Scenario: A river.\n"
        "The moon is called Sill.\n"
        "<START>\n"
        "You: Deep?\nOdo: Yes.\n"
        "You: hi\nOdo: Hm.\n"
        "[Author's note: It rains on You.]\n"
        "You: The moon!\n"
        "Odo:"
    )


def _with(*entries: LorebookEntry) -> Chat:
    constant = (replace(entry, is_constant=True) for entry in entries)
    return replace(CHAT, lorebooks=(Lorebook(tuple(constant)),), person_description="")


def test_entries_stand_between_the_turns_at_their_depth_and_in_their_voice() -> None:
    at_depth = LorebookEntry("Rain.", position=Position.AT_DEPTH, depth=1)
    chat = _with(
        at_depth,
        replace(at_depth, content="{{user}} asks.", voice=Voice.PERSON),
        replace(at_depth, content="I am {{char}}.", voice=Voice.CHARACTER),
        replace(at_depth, content="First.", depth=99),
        replace(at_depth, content="Last.", depth=0),
    )
    assert build_prompt(chat, len, 1000).text.endswith(
        "Odo: Yes.\n"
        "First.\n"
        "You: hi\nOdo: Hm.\n"
        "Odo: I am Odo.\n"
        "You: You asks.\n"
        "[Author's note: It rains on You.]\n"
        "Rain.\n"
        "You: The moon!\n"
        "Last.\n"
        "Odo:"
    )


def test_entries_stand_around_the_note_where_one_could_stand() -> None:
    top, bottom = (
        LorebookEntry("Top.", position=Position.NOTE_TOP),
        LorebookEntry("Low.", position=Position.NOTE_BOTTOM),
    )
    chat = _with(bottom, top)
    assert "Top.\n[Author's note: It rains on You.]\nLow.\nYou: The moon!" in build_prompt(chat, len, 1000).text
    assert "Yes.\nTop.\nLow.\nYou: hi" in build_prompt(replace(chat, note=None), len, 1000).text
    never = build_prompt(replace(chat, note=AuthorsNote("N", interval=0)), len, 1000).text
    assert "Top." not in never
    assert "N" not in never


def test_entries_among_the_examples_are_blocks_of_their_own() -> None:
    top = LorebookEntry("<START>\nYou: Wet?", position=Position.EXAMPLES_TOP)
    bottom = LorebookEntry("Odo: Dry.", position=Position.EXAMPLES_BOTTOM)
    assert (
        "<START>\nYou: Wet?\n<START>\nYou: Deep?\nOdo: Yes.\n<START>\nOdo: Dry.\n<START>\nYou: hi"
        in build_prompt(_with(top, bottom), len, 1000).text
    )
    bare = replace(_with(top), character=replace(ODO, example_dialogue=""))
    assert "A river.\n<START>\nYou: Wet?\n<START>\nYou: hi" in build_prompt(bare, len, 1000).text


def test_an_entry_for_an_outlet_stands_nowhere() -> None:
    assert "Out" not in build_prompt(_with(LorebookEntry("Out.", position=Position.OUTLET)), len, 1000).text


def test_entries_among_dropped_turns_move_to_the_first_that_is_kept() -> None:
    chat = _with(*(LorebookEntry(f"E{i}.", position=Position.AT_DEPTH, depth=i) for i in (0, 59, 61)))
    for _ in range(30):
        chat = chat.with_reply("r" * 20).say("s" * 20)
    prompt = build_prompt(chat, len, 600)
    assert prompt.num_dropped_turns > 5
    assert "Odo: Yes.\nE61.\nE59.\n" in prompt.text
    assert prompt.text.endswith("\nE0.\nOdo:")
    assert prompt.num_tokens == len(prompt.text) <= 600


@pytest.mark.parametrize(("interval", "due"), [(0, []), (1, [1, 2, 3, 4]), (2, [2, 4]), (3, [3]), (-1, [])])
def test_a_note_stands_in_every_so_many_prompts(interval: int, due: list[int]) -> None:
    chat, found = Chat(ODO, note=AuthorsNote("N", interval=interval)), []
    for number in range(1, 5):
        chat = chat.say("hi")
        if "[Author's note: N]" in build_prompt(chat, len, 1000).text:
            found.append(number)
        chat = chat.with_reply("Hm.")
    assert found == due


def test_an_entry_that_nothing_calls_stays_out() -> None:
    assert "Sill" not in build_prompt(CHAT.branch(1).say("The sun!"), len, 1000).text


@pytest.mark.parametrize(("depth", "before"), [(0, "Odo:"), (1, "You: The moon!"), (2, "Odo: Hm."), (99, "You: hi")])
def test_the_note_stands_as_many_turns_before_the_end_as_it_says(depth: int, before: str) -> None:
    text = build_prompt(replace(CHAT, note=AuthorsNote("N", depth)), len, 1000).text
    assert f"[Author's note: N]\n{before}" in text


def test_a_blank_note_leaves_no_line() -> None:
    assert "note" not in build_prompt(replace(CHAT, note=AuthorsNote(" ")), len, 1000).text


def test_a_note_among_dropped_turns_moves_to_the_first_that_is_kept() -> None:
    chat = CHAT
    for _ in range(30):
        chat = chat.with_reply("r" * 20).say("s" * 20)
    prompt = build_prompt(replace(chat, note=AuthorsNote("N", 60)), len, 600)
    assert prompt.num_dropped_turns > 0
    kinds = [segment.kind for segment in prompt.segments if segment.is_kept]
    assert kinds.index(SegmentKind.NOTE) == kinds.index(SegmentKind.EXAMPLES) + 1


@given(st.integers(0, 1000))
def test_lore_and_note_are_whole_or_it_is_an_error(budget: int) -> None:
    num_needed = build_prompt(CHAT, len, 10_000).num_tokens - len("You: hi\nOdo: Hm.\n")
    if budget < num_needed:
        with pytest.raises(PromptTooLongError):
            build_prompt(CHAT, len, budget)
        return
    prompt = build_prompt(CHAT, len, budget)
    assert prompt.num_tokens == len(prompt.text) <= budget
    for text in ("It is autumn", "Sill.", "A ferryman.", "A traveller.", "A river.", "It rains on You.]", "The moon!"):
        assert text in prompt.text
    assert "".join(segment.text for segment in prompt.segments if segment.is_kept) == prompt.text


def test_what_is_too_long_is_named_once_each() -> None:
    with pytest.raises(
        PromptTooLongError, match=r"^Lorebook, persona, your description, scenario, example dialogue and"
    ):
        build_prompt(CHAT, len, 50)


def test_comments_of_the_greeting_call_no_entry_and_its_hidden_keys_do() -> None:
    def prompt(greeting: str) -> str:
        chat = replace(Chat.start(Character("Odo", greeting=greeting)), lorebooks=(BOOK,))
        return build_prompt(chat.say("hi"), len, 1000).text

    assert "Sill" not in prompt("{{// moon}}Hm.{{comment: moon}}")
    assert "Sill" in prompt("Hm.{{hidden_key:moon}}")

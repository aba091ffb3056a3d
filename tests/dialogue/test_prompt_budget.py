"""The prompt's budget: what is dropped, when, and what is refused."""

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.prompt import Prompt, SegmentKind, build_prompt
from pyg_ui.errors import PromptTooLongError
from tests.repository import GPT2_TOKENIZER

TOKENIZER = GPT2_TOKENIZER / "tokenizer.json"


def count_words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]|\s", text))


def count_greedily(text: str) -> int:
    """Merges across the ends of segments, in both directions: parts do not add up to the whole."""
    return len(re.findall(r"\n\w+|[^\n]{1,5}|\n", text)) + text.count("o\nB")


def count_seams(text: str) -> int:
    """The whole costs more than its parts: one token for each seam between turns."""
    return len(text) + text.count("\nYou: ") + text.count("\nBob: ")


texts = st.text(alphabet=st.sampled_from("ab o\n{}<>BYou:é\u2028"), max_size=40)
characters = st.builds(
    Character,
    st.sampled_from(["Bob", "Al Ice", "<START>"]),
    texts,
    texts,
    texts,
    st.one_of(texts, st.just("<START>\na")),
)
turns = st.builds(Turn.of, st.sampled_from(Role), texts)
chats = st.builds(Chat, characters, st.just("Anna"), st.lists(turns, max_size=30).map(tuple))
chats = st.builds(Chat.say, chats, texts)
counters = st.sampled_from([len, count_words, count_greedily, count_seams])


def build_or_none(chat: Chat, count: Callable[[str], int], budget: int) -> Prompt | None:
    try:
        return build_prompt(chat, count, budget)
    except PromptTooLongError:
        return None


@settings(deadline=None)
@given(chats, counters, st.integers(-5, 600))
def test_a_prompt_keeps_its_invariants(chat: Chat, count: Callable[[str], int], budget: int) -> None:
    whole = build_prompt(chat, count, 10**9)
    prompt = build_or_none(chat, count, budget)
    if prompt is None:
        needed = [s for s in whole.segments if s.kind not in (SegmentKind.PERSON_TURN, SegmentKind.CHARACTER_TURN)]
        text = "".join(s.text for s in [*needed[:-1], whole.segments[-2], needed[-1]])
        assert count(text) > budget, "refused although what must stay fits"
        return
    assert prompt.num_tokens == count(prompt.text) <= budget, "never over budget"
    assert "".join(s.text for s in prompt.segments if s.is_kept) == prompt.text, "segments concatenate to the text"
    assert [s.text for s in prompt.segments] == [s.text for s in whole.segments], "order is kept"
    dropped = [s for s in prompt.segments if not s.is_kept]
    history = [s for s in prompt.segments if s.kind in (SegmentKind.PERSON_TURN, SegmentKind.CHARACTER_TURN)]
    assert dropped == history[: prompt.num_dropped_turns], "only the oldest turns are dropped"
    assert prompt.segments[-2].is_kept, "the newest turn is kept"
    assert prompt.text.endswith(f"{chat.character.name}:"), "it ends with the cue"
    assert prompt == build_prompt(chat, count, budget), "the same chat gives the same prompt"


@settings(deadline=None)
@given(chats, st.integers(0, 600))
def test_nothing_is_dropped_while_everything_fits(chat: Chat, slack: int) -> None:
    whole = build_prompt(chat, len, 10**9)
    assert build_prompt(chat, len, whole.num_tokens + slack) == whole
    assert whole.num_dropped_turns == 0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=200, max_size=200), st.sampled_from([600, 1000, 1800]))
def test_the_beginning_stays_over_two_hundred_turns_but_at_few_boundaries(sizes: list[int], budget: int) -> None:
    chat = Chat.start(Character("Bob", persona="k" * 100, greeting="Welcome!", example_dialogue="Bob: Hm."))
    room = budget - len(build_prompt(chat, len, 10**9).text) + len("Bob: Welcome!\n")
    num_changes, prompt, total = 0, None, 0
    for said, answered in zip(sizes[::2], sizes[1::2], strict=True):
        chat = chat.say("y" * said)
        previous, prompt = prompt, build_prompt(chat, len, budget)
        num_changes += previous is not None and not prompt.text.startswith(previous.text)
        total = sum(s.num_tokens for s in prompt.segments)
        kept = sum(s.num_tokens for s in prompt.segments if s.is_kept)
        assert kept == total or kept > budget - room * 0.6 - 70, "at most a block and one turn stay unused"
        chat = chat.with_reply("b" * answered)
    # The beginning changes at most once for each block that the chat has outgrown.
    assert num_changes <= max(total - budget, 0) / (room * 0.6 - 32) + 1


def test_a_typical_long_chat_changes_its_beginning_a_few_times_only() -> None:
    chat, beginnings = Chat.start(Character("Bob", persona="k " * 150, greeting="Welcome!")), set()
    for i in range(100):
        chat = chat.say(f"question {i} " + "why " * 20)
        prompt = build_prompt(chat, count_words, 1868)
        beginnings.add(prompt.num_dropped_turns)
        chat = chat.with_reply("because " * 25)
    assert len(beginnings) == 11  # 10 changes in 200 turns of about 50 tokens: one for each block outgrown


@pytest.mark.parametrize(
    ("said", "answered", "most_read"),
    [((5, 30), (10, 60), 60), ((10, 60), (30, 100), 110), ((20, 80), (60, 128), 150)],
)
def test_sixty_overflowing_turns_read_little_anew_and_use_most_of_the_context(
    said: tuple[int, int], answered: tuple[int, int], most_read: int
) -> None:
    """The persona has 250 tokens, 128 of 2,048 are reserved; what the last turn left in the cache is not read again."""
    num_read, used = [], []
    for seed in range(3):
        chooser = random.Random(seed)
        chat, cached = Chat.start(Character("Bob", persona="k " * 246)), ""
        for _ in range(60):
            chat = chat.say("w " * chooser.randint(*said))
            prompt = build_prompt(chat, lambda text: len(words_of(text)), 2048 - 128)
            num_read.append(prompt.num_tokens - num_shared(words_of(cached), words_of(prompt.text)))
            if prompt.num_dropped_turns:
                used.append(prompt.num_tokens / 2048)
            reply = "r " * chooser.randint(*answered)
            chat, cached = chat.with_reply(reply), f"{prompt.text} {reply.strip()}"
    assert used, "the chats overflow"
    assert sum(num_read) / len(num_read) <= most_read
    assert sum(used) / len(used) >= 0.6


def words_of(text: str) -> list[str]:
    return text.replace("\n", " \n ").split(" ")


def num_shared(left: list[str], right: list[str]) -> int:
    return next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


@pytest.mark.parametrize("num_turns", [0, 1, 40])
@pytest.mark.parametrize("lack", [1, 2, 30, 500])
def test_a_definition_over_budget_is_refused_at_once(lack: int, num_turns: int) -> None:
    chat = Chat.start(Character("Bob", persona="k " * 600))
    for i in range(num_turns):
        chat = chat.say(f"question {i}").with_reply("because")
    definition = build_prompt(Chat.start(chat.character), len, 10**9).num_tokens
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    with pytest.raises(PromptTooLongError, match="Shorten it"):
        build_prompt(chat.say("And?"), count, definition - lack)
    assert len([text for text in counted if text.endswith("\nBob:")]) == 1, "the whole is counted once"


def test_a_slightly_different_room_keeps_the_beginning() -> None:
    chat = Chat.start(Character("Bob", persona="k " * 120))
    for i in range(40):
        chat = chat.say(f"question {i} " + "why " * 20).with_reply("because " * 25)
    dropped = {build_prompt(chat.say("And?"), count_words, budget).num_dropped_turns for budget in range(1860, 1869)}
    assert len(dropped) == 1


def test_where_the_whole_costs_more_than_its_parts_another_block_is_dropped() -> None:
    chat, beginnings = Chat.start(Character("Bob")), set()
    for i in range(100):
        chat = chat.say(f"message {i:3}")
        prompt = build_prompt(chat, count_seams, 606)  # a block is some twenty turns
        assert count_seams(prompt.text) <= 606
        beginnings.add(prompt.num_dropped_turns)
        chat = chat.with_reply(f"a reply {i:3}")
    assert len(beginnings) <= 18


def test_every_budget_is_kept_to_the_token() -> None:
    chat = Chat.start(Character("Bob", persona="Kind."))
    for i in range(12):
        chat = chat.say(f"message {i}").with_reply(f"a reply {i}")
    chat = chat.say("last")
    for budget in range(50, build_prompt(chat, count_seams, 10**9).num_tokens + 1):
        assert count_seams(build_prompt(chat, count_seams, budget).text) <= budget


def test_the_oldest_turn_drops_before_the_persona() -> None:
    chat = Chat.start(Character("Bob", persona="Kind.", greeting="W" * 80)).say("hi")
    prompt = build_prompt(chat, len, 60)
    assert prompt.text == "Bob's Persona: Kind.\n<START>\nYou: hi\nBob:"


def test_regenerating_reads_the_same_prompt() -> None:
    chat = Chat.start(Character("Bob"))
    for i in range(40):
        chat = chat.say(f"message {i}").with_reply(f"reply {i}")
    asked = chat.say("last")
    assert build_prompt(asked, len, 300) == build_prompt(asked.with_reply("x").without_last_reply(), len, 300)


LONG = "p" * 2000


@pytest.mark.parametrize(
    ("character", "said", "message"),
    [
        (
            Character("Bob", LONG, "s" * 300, "", "e" * 200),
            "hi",
            "Persona, scenario and example dialogue need 2,536 tokens, but only 1,868 fit in front of the reply. "
            "Shorten them.",
        ),
        (
            Character("Bob", LONG),
            "hi",
            "Persona needs 2,024 tokens, but only 1,868 fit in front of the reply. Shorten it.",
        ),
        (
            Character("Bob", "p" * 1000, "s" * 300),
            "m" * 994,
            "Persona and scenario need 1,335 tokens beside your message's 1,000, but only 1,868 fit in front of the "
            "reply. Shorten them.",
        ),
        (
            Character("Bob", "p" * 1000),
            "m" * 1994,
            "Your message needs 2,000 tokens beside 1,024 for persona, but only 1,868 fit in front of the reply. "
            "Shorten it.",
        ),
        (
            Character("Bob"),
            "m" * 1994,
            "Your message needs 2,000 tokens, but only 1,868 fit in front of the reply. Shorten it.",
        ),
    ],
)
def test_what_cannot_fit_is_counted_and_named(character: Character, said: str, message: str) -> None:
    with pytest.raises(PromptTooLongError) as caught:
        build_prompt(Chat.start(character).say(said), len, 1868)
    assert str(caught.value) == message
    assert caught.value.num_tokens > caught.value.limit == 1868


def test_no_room_at_all_is_said_too() -> None:
    with pytest.raises(PromptTooLongError, match="only 0 fit in front of the reply"):
        build_prompt(Chat.start(Character("Bob")).say("hi"), len, -5)


@pytest.mark.skipif(not TOKENIZER.exists(), reason="needs ../shared/gpt2-tokenizer beside the repository")
def test_the_models_own_tokenizer_never_exceeds_the_budget_either() -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(TOKENIZER))

    def count(text: str) -> int:
        return len(tokenizer.encode(text).ids)

    chat = Chat.start(Character("Bob", "A baker who loves\n\n  rye.", greeting="Welcome, {{user}}!"))
    for i in range(60):
        chat = chat.say(f"Tell me\n\nmore … {i} 🍞?").with_reply(f" *smiles* Number {i} is *rye*.\n\n Really!")
        prompt = build_prompt(chat.say("And?"), count, 700)
        assert prompt.num_tokens == count(prompt.text) <= 700
        assert prompt.num_tokens == sum(s.num_tokens for s in prompt.segments if s.is_kept), "segments add up"

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.reply import ReplyText, stop_strings
from pyg_ui.engine.serving.text_stream import TextStream

CHAT = Chat.start(Character("Bob"), "Anna").say("hi")
STOPS = stop_strings(CHAT)


class StreamedReply:
    """A reply as it is made: the engine's stream ends the text at a stop string, and ReplyText cleans it."""

    def __init__(self, stops: tuple[str, ...] = STOPS) -> None:
        self.reply = ReplyText(stops)
        self._stream = TextStream([bytes([byte]) for byte in range(256)], stops)

    def feed(self, piece: str) -> str:
        return self.reply.feed("".join(map(self._stream.feed, piece.encode())))

    def end(self) -> str:
        return self.reply.feed(self._stream.end()) + self.reply.end(at_stop=self._stream.stop is not None)


def shown(pieces: list[str], stops: tuple[str, ...] = STOPS) -> str:
    reply = StreamedReply(stops)
    steps = [reply.feed(piece) for piece in pieces]
    steps.append(reply.end())
    assert "".join(steps) == reply.reply.text
    return reply.reply.text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (" Hello!", "Hello!"),
        (" \n Hello \n there \n\n", "Hello \n there"),
        (" Hello!\nYou: and I", "Hello!"),
        (" Hello!\nBob: and again", "Hello!"),
        (" Hello!\n\nBob's Persona: kind", "Hello!"),
        (" Hello!\nScenario: a bakery", "Hello!"),
        (" Hello! <START>\nYou: x", "Hello!"),
        (" Hello!\n<USER>: x", "Hello!"),
        ("\nYou: x", ""),
        (" ", ""),
        (" MiniBob: and Thank You: both stay.\nBobby: too", "MiniBob: and Thank You: both stay.\nBobby: too"),
        (" half a <US", "half a <US"),
        (" Scenario: inside", "Scenario: inside"),
    ],
)
def test_a_reply_is_clean_and_ends_at_its_stop(written: str, text: str) -> None:
    assert shown([written]) == text
    assert shown(list(written)) == text


def test_stop_strings_name_both_speakers_once() -> None:
    assert set(STOPS) >= {"\nYou:", "\nBob:", "<START>", "\nBob's Persona:", "\nScenario:"}
    stops = stop_strings(Chat.start(Character("You")))
    assert len(stops) == len(set(stops))


def test_what_may_become_a_stop_or_a_macro_waits() -> None:
    reply = StreamedReply()
    assert reply.feed(" Hello") == "Hello"
    assert reply.feed(" ") == ""
    assert reply.feed("<use") == ""
    assert reply.feed("ful>\nYo") == " <useful>"
    assert reply.feed("ghurt") == "\nYoghurt"
    assert reply.feed("\nYou:") == ""
    assert reply.feed(" leaked") == reply.end() == ""


def test_of_two_overlapping_stops_the_one_complete_first_counts_however_the_text_arrives() -> None:
    stops = ("\nAl <START>:", "<START>")
    assert shown(list("hi\nAl <START>: x"), stops) == shown(["hi\nAl <START>: x"], stops) == "hi\nAl"


words = st.sampled_from(
    [
        *STOPS,
        *(stop[:-1] for stop in STOPS),
        "<USER>",
        "{{user}}",
        "{{",
        "<",
        "<Bo",
        "t>",
        " ",
        "\n",
        "Bob",
        "You",
        "x",
        "é",
    ]
)
written_texts = st.lists(words, max_size=12).map("".join)


@settings(deadline=None)
@given(written_texts, st.data())
def test_what_is_shown_does_not_depend_on_the_pieces(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert shown(pieces) == shown([text])
    assert cleaned(pieces) == cleaned([text])


def cleaned(pieces: list[str]) -> str:
    """What ReplyText alone makes of a text in which no stop string was found."""
    reply = ReplyText(STOPS)
    for piece in pieces:
        reply.feed(piece)
    reply.end()
    return reply.text


@pytest.mark.parametrize("cut", ["\n", "\nY", "\nYou", "\nBob", "\n<US", "\n\nScenario"])
def test_a_label_that_the_length_limit_cut_is_no_part_of_the_reply(cut: str) -> None:
    assert shown(["Fine.", cut]) == "Fine."


@pytest.mark.parametrize("end", [" You", "\nYoghurt", "\nMe"])
def test_other_words_at_the_end_stay(end: str) -> None:
    assert shown(["Fine.", end]) == f"Fine.{end}"


@pytest.mark.parametrize(("begun", "pieces", "whole"), [("Fine, ", [" I", " go."], "Fine, I go."), ("", [" A"], "A")])
def test_a_reply_that_has_begun_goes_on_from_there(begun: str, pieces: list[str], whole: str) -> None:
    reply = ReplyText(STOPS, begun)
    for piece in pieces:
        reply.feed(piece)
    reply.end()
    assert reply.text == whole


@settings(deadline=None)
@given(st.lists(words, max_size=12), st.sampled_from(["Anna", "{{char}}", ""]))
def test_text_once_shown_is_never_taken_back(pieces: list[str], person_name: str) -> None:
    chat, reply, before = Chat.start(CHAT.character, person_name).say("hi"), StreamedReply(), ""
    for piece in [*pieces, None]:
        _ = reply.end() if piece is None else reply.feed(piece)
        answered = replace(chat, turns=(*chat.turns, Turn.of(Role.CHARACTER, reply.reply.text)))
        now = answered.display_text(Role.CHARACTER, answered.turns[-1].text)
        assert now.startswith(before)
        assert now == now.strip() or person_name == ""
        before = now


@settings(deadline=None)
@given(written_texts, st.sampled_from(["a b", "<START>", "<USER>", "Bob's", "\\", "You"]))
def test_any_name_stops_alike_however_the_text_arrives(text: str, name: str) -> None:
    stops = stop_strings(Chat.start(Character(name)))
    text = f"{text}\n{name}: {text}"
    assert shown(list(text), stops) == shown([text], stops)


@settings(deadline=None)
@given(written_texts)
def test_no_stop_string_is_ever_shown(text: str) -> None:
    assert not any(stop in shown([text]) for stop in STOPS)


def test_a_macro_is_shown_once_it_is_whole() -> None:
    reply = ReplyText(STOPS)
    pieces = "Hm {{", "// no", "te}}", " yes {{random:{{", "char}},b", "}}", " {{foo"
    assert [reply.feed(piece) for piece in pieces] == [
        "Hm", "", " {{// note}}", " yes", "", " {{random:{{char}},b}}", " {{foo",
    ]  # fmt: skip
    assert reply.feed(" {{roll:") + reply.end() == " {{roll:"

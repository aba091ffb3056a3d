import asyncio
from dataclasses import replace

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.prompt import Prompt, Segment, SegmentKind, build_prompt
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.ui.session import Session
from pyg_ui.ui.theme.theme import launch_options
from pyg_ui.ui.tools.handlers import ToolsHandlers
from pyg_ui.ui.tools.inspector import NUM_DROPPED_SHOWN, prompt_html
from tests.fakes import DEMO_INFO, FakeEngine
from tests.ui.sampling.test_lens import serving

FIELDS = {declared.name: declared.default for declared in EVERY_DECLARATION}
CHAT = Chat.start(Character("Bob", persona="Kind & <b>bold</b>.", greeting="Hi.")).say("Who?")


def prompt(chat: Chat, budget: int) -> Prompt:
    return build_prompt(chat, len, budget)


def long_chat(num_exchanges: int) -> Chat:
    chat = CHAT
    for index in range(num_exchanges):
        chat = chat.with_reply(f"Answer {index}.").say(f"Question {index}?")
    return chat


def test_every_part_stands_there_as_text_with_its_count() -> None:
    html = prompt_html(prompt(CHAT, 500), 700, 200, "en")
    assert "<b>" not in html
    assert "Kind &#38; &#60;b&#62;bold" in html
    persona = len("Bob's Persona: Kind & <b>bold</b>.\n")
    assert f"persona <small>{persona}</small>" in html
    assert html.count("<li") == 2 * len({"persona", "start", "character", "person", "cue"}) + len({"reply", "free"})


def test_the_bar_adds_up_to_the_context() -> None:
    html = prompt_html(prompt(CHAT, 500), 700, 200, "en")
    widths = [float(part.split("%")[0]) for part in html.split("width:")[1:]]
    assert abs(sum(widths) - 100) < 0.1


def test_what_was_left_out_is_struck_out_and_counted() -> None:
    built = prompt(long_chat(100), 600)
    html = prompt_html(built, 800, 200, "en")
    assert f"{built.num_dropped_turns} messages are left out" in html
    assert html.count("<del>") == NUM_DROPPED_SHOWN
    assert f"{built.num_dropped_turns - NUM_DROPPED_SHOWN} older ones" in html
    assert "dropped" not in prompt_html(prompt(CHAT, 600), 800, 200, "en")


def test_of_a_long_chat_all_dropped_turns_are_counted() -> None:
    built = prompt(long_chat(2_000), 600)
    html = prompt_html(built, 800, 200, "en")
    assert f"{built.num_dropped_turns:,} older messages no longer fit" in html
    assert html.count("<del>") == NUM_DROPPED_SHOWN
    assert f"{built.num_dropped_turns - NUM_DROPPED_SHOWN:,} older ones" in html


def test_it_shows_what_the_model_was_last_asked() -> None:
    session = Session.open(CHAT.with_reply("I am Bob."))
    html = asyncio.run(ToolsHandlers(serving(FakeEngine())).draw_prompt(session, **FIELDS))
    assert "Who?" in html.replace("&#63;", "?")
    assert "I am Bob" not in html


def test_a_prompt_that_does_not_fit_says_what_to_shorten() -> None:
    engine = FakeEngine(model=replace(DEMO_INFO, context_length=50))
    html = asyncio.run(ToolsHandlers(serving(engine)).draw_prompt(Session.open(CHAT), **FIELDS))
    assert "Shorten" in html
    without = ToolsHandlers(ModelManager(lambda choice, report: engine))
    assert "No model is loaded" in asyncio.run(without.draw_prompt(Session.open(CHAT), **FIELDS))


def test_every_kind_of_segment_has_its_words_and_its_colour() -> None:
    css = launch_options()["css"]
    for kind in SegmentKind:
        html = prompt_html(Prompt("x", (Segment(kind, "x", 1),), 1, 0), 100, 10, "ja")
        (name,) = {part.split('"')[0] for part in html.split('<li class="')[1:]} - {"kind-reply", "kind-free"}
        assert f".{name} {{" in css

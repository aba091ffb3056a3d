"""Asks the demo models what everybody asks: `python -m training.asking`.

Every bundled character is asked ten obvious questions, each alone and all in one chat, with the page's default
sampling and the application's own chat service; free text goes on from the page's own placeholder. Prints a table of
loops, and one JSON object as the last line. Exits with 1 if there is any. The application ends what a demo model says
where it begins to loop; `--models` asks checkpoints by their place, and so without that.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Engine, Finish, FinishReason
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.local import load_engine
from pyg_ui.library.cards.card import Card
from pyg_ui.library.characters import bundled_cards
from pyg_ui.service.free_text import write_on
from pyg_ui.service.replies import ChatService
from training import CHECKPOINTS
from training.loops import loop_in, stuck_on

CHARACTERS = CHECKPOINTS.parents[1] / "characters"
MODELS = ("demo-neo", "demo-j")
PLACEHOLDER = "Once upon a time"
FREE_TEXT = "free text"
QUESTIONS = (
    ("Who are you?", "who are you", "Tell me about yourself."),
    ("What is your name?", "What's your name?", "And what are you called?"),
    ("How are you?", "Hello, how are you today?", "How do you feel?"),
    ("Where do you live?", "Where is your home?", "where are you from?"),
    ("What do you do?", "What do you do for a living?", "What is your job?"),
    ("Tell me a story.", "Can you tell me a story?", "tell me something interesting"),
    ("What do you like?", "Do you like music?", "What makes you happy?"),
    ("What don't you like?", "Is there anything you hate?", "What are you afraid of?"),
    ("Can you help me?", "What should I do now?", "I am lost. What now?"),
    ("Good night!", "Goodbye, I have to go.", "good night, sleep well"),
)
"""Each in several wordings, which take turns."""


@dataclass(frozen=True)
class Loop:
    """A loop, and what it answers."""

    asked: str
    words: str
    reply: str


@dataclass(frozen=True)
class Row:
    """What one character was asked with one model."""

    name: str
    num_asked: int
    loops: tuple[Loop, ...]


class Asking:
    """Asks the model of one engine."""

    def __init__(self, engine: Engine, num_times: int) -> None:
        self._engine = engine
        self._num_times = num_times
        self._models = ModelManager(lambda choice, report: engine)
        self._models.start_loading(ModelChoice(engine.model.id))
        self._models.wait()
        self._service = ChatService(self._models)

    def ask(self, card: Card) -> Row:
        """Every question of every round, alone and in one chat."""
        return asyncio.run(self._ask(card))

    def write(self) -> Row:
        """Free text as often as a question is asked."""
        return asyncio.run(self._write())

    async def _ask(self, card: Card) -> Row:
        begun = Chat.start(card.character, alternate_greetings=card.alternate_greetings)
        loops: list[Loop] = []
        for seed in range(self._num_times):  # all rounds at once would be more than the engine lets wait
            chat = begun.begun_at(datetime.now(UTC), seed)
            lines = [asked[seed % len(asked)] for asked in QUESTIONS]
            alone = [self._answers(chat, [line], seed) for line in lines]
            for found in await asyncio.gather(*alone, self._answers(chat, lines, seed)):
                loops += found
        return Row(card.character.name, 2 * len(QUESTIONS) * self._num_times, tuple(loops))

    async def _answers(self, chat: Chat, lines: Sequence[str], seed: int) -> list[Loop]:
        """Ask all lines in one chat."""
        loops, replies = [], []
        for number, line in enumerate(lines):
            finish: Finish | None = None
            async for update in self._service.reply(chat, line, SamplingParameters(seed=seed * 100 + number)):
                chat, finish = update.chat, update.finish
            replies.append(chat.turns[-1].text)
            if words := loop_in(replies[-1], has_ended=_has_ended(finish)):
                loops.append(Loop(line, words, replies[-1]))
        if words := stuck_on(replies):
            loops.append(Loop("three in a row", words, words))
        return loops

    async def _write(self) -> Row:
        loops = []
        for seed in range(self._num_times):
            async for update in write_on(self._engine, PLACEHOLDER, SamplingParameters(seed=seed)):
                text, finish = update.text, update.finish
            if words := loop_in(text, has_ended=_has_ended(finish)):
                loops.append(Loop(PLACEHOLDER, words, text))
        return Row(FREE_TEXT, self._num_times, tuple(loops))


def _has_ended(finish: Finish | None) -> bool:
    return finish is not None and finish.reason is not FinishReason.LENGTH


def ask_model(source: str, num_times: int) -> Iterator[Row]:
    """A row for each bundled character, and one for free text."""
    engine = load_engine(ModelChoice(source), lambda progress: None)
    try:
        asking = Asking(engine, num_times)
        for card in bundled_cards(CHARACTERS).values():
            yield asking.ask(card)
        yield asking.write()
    finally:
        engine.close()


def main() -> None:
    """Ask, print, judge."""
    parser = argparse.ArgumentParser(description="Count the loops in what the demo models answer to obvious questions.")
    parser.add_argument("--times", type=int, default=8, help="how often each question is asked")
    parser.add_argument("--models", type=Path, help="a directory that holds both, to ask them as any checkpoint")
    parser.add_argument("--show", type=int, default=0, help="how many loops to print of each row")
    arguments = parser.parse_args()
    counts: dict[str, dict[str, int]] = {}
    for model in MODELS:
        print(f"{model:28}asked  loops")
        source = str(arguments.models / model) if arguments.models else model
        for row in ask_model(source, arguments.times):
            print(f"  {row.name:26}{row.num_asked:5}{len(row.loops):7}")
            for loop in row.loops[: arguments.show]:
                print(f"    You: {loop.asked}\n    [{loop.words}] {loop.reply}")
            counts.setdefault(model, {})[row.name] = len(row.loops)
    num_loops = sum(sum(rows.values()) for rows in counts.values())
    print(json.dumps({"loops": num_loops, "times": arguments.times, "by_model": counts}))
    raise SystemExit(0 if num_loops == 0 else 1)


if __name__ == "__main__":
    main()

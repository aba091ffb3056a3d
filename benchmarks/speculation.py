"""What speculation by prompt lookup would gain: how often a text goes on as it went on before.

    python benchmarks/speculation.py [--chats 30] [--turns 4] [--directory DIR] [--shape N8]

Where the last n tokens stand earlier in the text, those that followed them there are a draft of what comes next. One
step would check the whole draft, a row a token, and keep of it what the sampler chooses anyway, so the distribution
stays what it is. A step then gives one token more for each that was kept, and takes longer for each that was drafted.

Both demo models talk with all bundled characters, as the page has them talk by default, and greedily. The drafts are
made of these texts afterwards; every choice of the shortest n and of the longest draft is tried. What rows cost is
measured with the real weights' shape in 8 bit, behind 512 tokens. The gain is tokens per second over those without
speculation. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, product, takewhile
from pathlib import Path

import repository
from decode import DIRECTORY
from processes import on_own_thread
from shapes import SHAPES, checkpoint, random_prompt

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.loading import load_checkpoint
from pyg_ui.engine.local import LocalEngine, load_engine
from pyg_ui.engine.manager import Device, ModelChoice, Precision
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.weight_cache import WeightCache
from pyg_ui.library.characters import bundled_cards
from pyg_ui.service.planning import plan_reply

SAID = (
    "Hi! Who are you?", "What are you doing here?", "Tell me something about yourself.", "That sounds hard. Why?",
    "What do you like most about it?", "Can you show me?", "I had a long day.", "What happened then?",
    "*I look around the room* It is beautiful.", "Do you trust me?", "What should we do now?", "I have to go soon.",
)  # fmt: skip
SHORTEST, DRAFTED, LONGEST = (2, 3, 4), (1, 2, 4, 8), 6
"""The shortest n that count, the longest drafts, and the longest n that is looked for."""
ROWS = (1, *(1 + num_drafted for num_drafted in DRAFTED))
MODES = {"default": SamplingParameters(), "greedy": SamplingParameters.neutral(temperature=0)}


@dataclass(frozen=True, slots=True)
class Draft:
    """What may come next."""

    length: int
    """How many tokens before it stand earlier in the text too, up to LONGEST; 0 where there is no draft."""
    token_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, and at each of its tokens what would have been drafted there."""

    token_ids: Sequence[int]
    drafts: Sequence[Draft]


def main() -> None:
    options = argparse.ArgumentParser(description="Estimate speculation by prompt lookup.")
    options.add_argument("--chats", type=int, default=30, help="of each model in each mode")
    options.add_argument("--turns", type=int, default=4)
    options.add_argument("--directory", type=Path, default=DIRECTORY)
    options.add_argument("--shape", choices=SHAPES, default="N8")
    arguments = options.parse_args()
    costs = on_own_thread(lambda: costs_of_rows(arguments.shape, arguments.directory))
    print(f"a step on {arguments.shape}: " + ", ".join(f"{rows} rows {cost:.2f}" for rows, cost in costs.items()))
    results = []
    for model, (mode, parameters) in product(("demo-neo", "demo-j"), MODES.items()):
        replies = converse(model, parameters, arguments.chats, arguments.turns)
        print(f"\n{model}, {mode}: {sum(len(reply.token_ids) for reply in replies)} tokens generated")
        for shortest, num_drafted in product(SHORTEST, DRAFTED):
            result = estimate(replies, shortest, num_drafted, costs)
            results.append({"model": model, "mode": mode, "n": shortest, "draft": num_drafted, **result})
            print(
                f"  n >= {shortest}, draft {num_drafted}: {result['accepted']:6.1%} of what is drafted is kept, "
                f"{result['tokens_per_step']:.2f} tokens a step, gain {result['gain']:+.1%}"
            )
    print(json.dumps({"shape": arguments.shape, "costs": costs, "results": results}))


def converse(model: str, parameters: SamplingParameters, num_chats: int, num_turns: int) -> list[Reply]:
    """Each reply of some chats with the bundled characters in turn."""
    engine = load_engine(ModelChoice(model, Precision.FP32, Device.CPU), lambda progress: None, max_concurrency=1)
    cards = bundled_cards(repository.ROOT / "characters").values()
    replies: list[Reply] = []
    try:
        for index, card in enumerate(islice(cycle(cards), num_chats)):
            replies += chat_with(engine, Chat.start(card.character), parameters, index, num_turns)
    finally:
        engine.close()
    return replies


def chat_with(
    engine: LocalEngine, chat: Chat, parameters: SamplingParameters, index: int, num_turns: int
) -> Iterator[Reply]:
    """One chat; what is said to the character depends on the chat's index."""
    for turn in range(num_turns):
        chat = chat.say(SAID[(index + turn) % len(SAID)])
        planned = asyncio.run(plan_reply(engine, chat, parameters))
        prompt_ids, reader = planned.request.prompt_ids, planned.reader()
        reply_ids: list[int] = []
        for chunk in engine.submit(planned.request):
            reply_ids += chunk.token_ids
            reader.feed(chunk.text)
        reader.end()
        text = [*prompt_ids, *reply_ids]
        yield Reply(reply_ids, [look_up(text[:stop]) for stop in range(len(prompt_ids), len(text))])
        chat = chat.with_reply(reader.text or "...")


def estimate(replies: Sequence[Reply], shortest: int, num_drafted: int, costs: dict[int, float]) -> dict[str, float]:
    """What a draft of up to `num_drafted` tokens behind at least `shortest` equal ones would have given."""
    num_tokens = num_steps = total_drafted = total_kept = 0
    cost = 0.0
    for reply in replies:
        position = 0
        while position < len(reply.token_ids):
            found = reply.drafts[position]
            draft = found.token_ids[:num_drafted] if found.length >= shortest else ()
            kept = num_equal(draft, reply.token_ids[position:])
            position += kept + 1
            num_steps += 1
            total_drafted += len(draft)
            total_kept += kept
            cost += cost_of(1 + len(draft), costs)
        num_tokens += len(reply.token_ids)
    return {
        "accepted": total_kept / max(total_drafted, 1),
        "drafted_per_step": total_drafted / num_steps,
        "tokens_per_step": num_tokens / num_steps,
        "gain": num_tokens / cost - 1,
    }


def look_up(text: Sequence[int]) -> Draft:
    """What followed the latest earlier occurrence of the longest end of the text that has one."""
    end = text[::-1][:LONGEST]
    length, start = max(
        ((num_equal(text[stop - LONGEST : stop][::-1], end), stop)
         for stop in range(LONGEST, len(text)) if text[stop - 1] == end[0]), default=(0, 0),
    )  # fmt: skip
    return Draft(length, text[start : start + max(DRAFTED)] if length else ())


def num_equal(some: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens are the same from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def cost_of(num_rows: int, costs: dict[int, float]) -> float:
    """Of a step of some rows, between those that were measured."""
    below = max(rows for rows in costs if rows <= num_rows)
    above = min(rows for rows in costs if rows >= num_rows)
    share = 0.0 if above == below else (num_rows - below) / (above - below)
    return costs[below] + share * (costs[above] - costs[below])


def costs_of_rows(shape: str, directory: Path, rounds: int = 15) -> dict[int, float]:
    """How long a step takes that reads so many tokens of one text, over one that reads a single token."""
    choice = ModelChoice(str(checkpoint(SHAPES[shape], directory)), Precision.INT8, Device.CPU)
    model = load_checkpoint(choice, lambda progress: None, weight_cache=WeightCache(directory / "quantised")).model
    for job in model.later:
        job()
    decoder = model.make_decoder(1)
    decoder.prefill(0, random_prompt(512, 0))
    times: dict[int, list[float]] = {rows: [] for rows in ROWS}
    for index, rows in product(range(rounds), ROWS):
        ids = random_prompt(rows, index)
        start = time.perf_counter()
        decoder.prefill_all(0, ids)
        times[rows].append(time.perf_counter() - start)
        decoder.crop(0, 512)
    return {rows: statistics.median(taken) / statistics.median(times[1]) for rows, taken in times.items()}


if __name__ == "__main__":
    main()

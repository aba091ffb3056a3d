"""What speculation by prompt lookup gains: the same conversations with and without it, in turns.

    python benchmarks/speculation.py [--chats 6] [--turns 3] [--rounds 3] [--model N8] [--precision 8bit]
        [--speakers demo-neo demo-j] [--directory DIR]

Both demo models talk with bundled characters, as the page has them talk by default, and greedily. Then two engines of a
real model's shape, one of which reads ahead, say the very same: they read the prompts, compute and sample as ever, and
the token that the demo model had said takes the place of the sampled one. So the texts repeat themselves as trained
models' do, and a pass costs what it costs for the large ones. `--model` may also be one of the demo models.

The gain is tokens a second, behind the first token, over those of the engine without. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice, product, takewhile
from pathlib import Path

import repository
from decode import DIRECTORY
from peers import Reading, request
from processes import PeerProcess, on_own_thread
from shapes import SHAPES, checkpoint, random_prompt
from torch import Tensor

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.decoding.decoder import finish
from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.decoding.native.kernels import KernelChooser
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.sampling.sampler import SampledToken, sample
from pyg_ui.engine.serving import step_runner
from pyg_ui.engine.serving.local import LocalEngine, load_engine
from pyg_ui.engine.serving.speculation import Drafter
from pyg_ui.library.characters import bundled_cards
from pyg_ui.service.planning import plan_reply

SAID = (
    "Hi! Who are you?", "What are you doing here?", "Tell me something about yourself.", "That sounds hard. Why?",
    "What do you like most about it?", "Can you show me?", "I had a long day.", "What happened then?",
    "*I look around the room* It is beautiful.", "Do you trust me?", "What should we do now?", "I have to go soon.",
)  # fmt: skip
DEMO_MODELS = ("demo-neo", "demo-j")
PASSES, PROMPTS = (1, 2, 3, 5), (512, 1500)
MODES = {"default": SamplingParameters(), "greedy": SamplingParameters.neutral(temperature=0)}


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said behind a prompt."""

    prompt_ids: tuple[int, ...]
    token_ids: tuple[int, ...]


class Reciter:
    """Our engine, which says what it is told to, at the speed at which it would say what it likes."""

    def __init__(self, source: str, precision: str, cache_directory: Path, *, speculates: bool) -> None:
        self.name = "with" if speculates else "without"
        choice = ModelChoice(source, Precision(precision), Device.CPU)
        cache = WeightCache(cache_directory)
        self._engine = load_engine(
            choice,
            lambda progress: None,
            max_concurrency=1,
            weight_cache=cache,
            chooser=KernelChooser(cache_directory / "compiled"),
            speculates=speculates,
        )
        self._engine.wait_until_improved()

    def reply(self, prompt_ids: Sequence[int], num_new: int) -> Reading:
        """The last `num_new` of the ids are what it is to say behind the others."""
        prompt_ids, said = prompt_ids[:-num_new], prompt_ids[-num_new:]

        def recite(logits: Tensor, rows: Sequence[SamplingRow]) -> list[SampledToken]:
            sample(logits, rows)
            return [SampledToken(said[row.num_new_tokens]) for row in rows]

        step_runner.sample = recite
        generation = self._engine.submit(request(prompt_ids, num_new))
        generation.text()
        assert generation.result is not None
        timings = generation.result.timings
        return Reading(timings.prefill_s, timings.tokens_per_s)

    def close(self) -> None:
        self._engine.close()


def main() -> None:
    options = argparse.ArgumentParser(description="Measure speculation by prompt lookup.")
    options.add_argument("--chats", type=int, default=6, help="of each demo model in each mode")
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--model", choices=(*SHAPES, *DEMO_MODELS), default="N8", help="whose speed is measured")
    options.add_argument("--precision", default="8bit")
    options.add_argument("--speakers", nargs="+", choices=DEMO_MODELS, default=DEMO_MODELS, help="whose words they are")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--directory", type=Path, default=DIRECTORY)
    options.add_argument("--passes", action="store_true", help="only time passes over several tokens")
    arguments = options.parse_args()
    source = arguments.model
    if source in SHAPES:
        source = str(on_own_thread(partial(checkpoint, SHAPES[source], arguments.directory)))
    if arguments.passes:
        on_own_thread(partial(time_passes, source, arguments.precision, arguments.directory))
        return
    conversations = {
        (model, mode): on_own_thread(partial(converse, model, parameters, arguments.chats, arguments.turns))
        for model, (mode, parameters) in product(arguments.speakers, MODES.items())
    }
    make = partial(Reciter, source, arguments.precision, arguments.directory / "quantised")
    results = []
    engines = [PeerProcess(partial(make, speculates=speculates)) for speculates in (False, True)]
    for (model, mode), said in conversations.items():
        without, having = compare(engines, said, arguments.rounds)
        result = {"speaker": model, "mode": mode, "gain": having / without - 1, "without": without, "with": having}
        results.append({**result, **rehearse(said)})
        print("  ".join(f"{name} {_shown(value)}" for name, value in results[-1].items()), flush=True)
    for engine in engines:
        engine.close()
    print(json.dumps({"model": arguments.model, "precision": arguments.precision, "results": results}))


def time_passes(source: str, precision: str, directory: Path) -> None:
    """Print what passes over several tokens of one text take, in passes over a single one, behind two prompts."""
    choice = ModelChoice(source, Precision(precision), Device.CPU)
    cache, compiled = WeightCache(directory / "quantised"), directory / "compiled"
    model = load_checkpoint(choice, lambda progress: None, weight_cache=cache, chooser=KernelChooser(compiled)).model
    for job in model.later:
        job()
    decoder = model.make_decoder(1)
    for num_prompt in PROMPTS:
        decoder.crop(0, 0)
        finish(decoder.prefill_parts(0, random_prompt(num_prompt, 0)))
        times: dict[int, list[float]] = {num_tokens: [] for num_tokens in PASSES}
        for _, num_tokens in product(range(20), PASSES):
            start = time.perf_counter()
            decoder.decode([0] * num_tokens, [1] * num_tokens)
            times[num_tokens].append(time.perf_counter() - start)
            decoder.crop(0, num_prompt)
        single = statistics.median(times[1])
        costs = {num_tokens: statistics.median(taken) / single for num_tokens, taken in times.items()}
        print(
            f"behind {num_prompt}: {single * 1000:.1f} ms;", "  ".join(f"{n}: {cost:.2f}" for n, cost in costs.items())
        )


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
        reader = planned.reader()
        reply_ids: list[int] = []
        for chunk in engine.submit(planned.request):
            reply_ids += chunk.token_ids
            reader.feed(chunk.text)
        reader.end()
        if len(reply_ids) > 1:
            yield Reply(planned.request.prompt_ids, tuple(reply_ids))
        chat = chat.with_reply(reader.text or "...")


def compare(engines: Sequence[PeerProcess], replies: Sequence[Reply], rounds: int) -> list[float]:
    """Each engine's tokens a second behind the first token, over all replies; of each its median time."""
    times = [0.0] * len(engines)
    for reply in replies:
        text, num_new = (*reply.prompt_ids, *reply.token_ids), len(reply.token_ids)
        taken: list[list[float]] = [[] for _ in engines]
        for _, (index, engine) in product(range(rounds), enumerate(engines)):
            taken[index].append((num_new - 1) / engine.reply(text, num_new).tokens_per_s)
        times = [total + statistics.median(one) for total, one in zip(times, taken, strict=True)]
    num_tokens = sum(len(reply.token_ids) - 1 for reply in replies)
    return [num_tokens / total for total in times]


def rehearse(replies: Sequence[Reply]) -> dict[str, float]:
    """How many tokens a pass gives, and what share of the drafts is kept."""
    num_tokens = num_passes = num_drafted = num_kept = 0
    for reply in replies:
        text = [*reply.prompt_ids, reply.token_ids[0]]
        drafter, rest = Drafter(text), reply.token_ids[1:]
        while rest:
            draft = drafter.draft(len(rest) - 1)
            kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(draft, rest, strict=False)))
            text += rest[: kept + 1]
            rest = rest[kept + 1 :]
            num_tokens, num_passes = num_tokens + kept + 1, num_passes + 1
            num_drafted, num_kept = num_drafted + len(draft), num_kept + kept
    return {"tokens_per_pass": num_tokens / num_passes, "kept": num_kept / max(num_drafted, 1)}


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()

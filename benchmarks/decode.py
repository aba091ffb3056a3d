"""How fast replies come, against what people use today, on the real models' shapes with random weights.

    pip install -r benchmarks/requirements.txt
    python benchmarks/decode.py [--only NAME ...] [--rounds 3] [--directory DIR] [--plots DIR] [--no-compiler]

The peers have their models in memory at once, each in a process of its own, and take turns, so that whatever else
the machine does slows all alike; figures are medians over the rounds, and ratios come first. Every peer samples with
the page's default parameters and streams its text. Decoding is timed from token to token, behind the whole prompt.
Random weights write nonsense as fast as trained ones write sense. N32 is the shape of Pygmalion 2.7B and J28 of 6B;
N8 and J7 have a quarter of their layers. The share of the bandwidth is the least time in which the machine, in the
same run, reads what a token needs (weights, keys and values), over the time that the token took. The last line is
one JSON object.

Memory: N32 takes 14 GB with its peers, J28 19 GB; others 10 GB. The checkpoints take 23 GB of disk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import repository  # noqa: F401
import torch
import transformers
from crowds import measure_crowd, measure_stall
from peers import CTranslate2, OurEngine, Peer, Reading, Transformers
from plots import plot_first_tokens, plot_speeds
from processes import PeerProcess, on_own_thread
from shapes import SHAPES, checkpoint, random_prompt

from pyg_ui.engine.hardware import has_fast_bf16

DIRECTORY = Path.home() / ".cache" / "pyg_ui" / "benchmarks"


@dataclass
class Setting:
    """What the scenarios share."""

    directory: Path
    rounds: int
    plots: Path | None
    has_compiler: bool = True
    results: list[dict[str, Any]] = field(default_factory=list)

    def path(self, shape: str) -> Path:
        return on_own_thread(partial(checkpoint, SHAPES[shape], self.directory))

    def ours(
        self, shape: str, precision: str, num_slots: int = 1, *, is_settled: bool = True
    ) -> Callable[[], OurEngine]:
        """What makes our engine of a shape."""
        quantised, compiled = self.directory / "quantised", self.directory / "compiled" if self.has_compiler else None
        return partial(
            OurEngine, self.path(shape), precision, quantised, num_slots, compiled=compiled, is_settled=is_settled
        )

    def transformers(self, shape: str, **options: Any) -> Callable[[], Transformers]:
        """What makes transformers' engine of a shape."""
        return partial(Transformers, self.path(shape), **options)

    def record(self, **values: Any) -> None:
        """Print a result and keep it."""
        self.results.append(values)
        print("  ".join(f"{name} {_shown(value)}" for name, value in values.items()), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description="Measure replies against peers.")
    options.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), metavar="NAME")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--directory", type=Path, default=DIRECTORY)
    options.add_argument("--plots", type=Path, help="draw decode.svg and first-token.svg into this directory")
    options.add_argument("--no-compiler", action="store_true", help="measure torch's operators only")
    arguments = options.parse_args()
    setting = Setting(arguments.directory, arguments.rounds, arguments.plots, not arguments.no_compiler)
    for name in arguments.only:
        print(f"\n{name}", flush=True)
        SCENARIOS[name](setting)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    machine = {"processor": _processor(), "threads": torch.get_num_threads(), "python": platform.python_version()}
    machine["compiled"] = setting.has_compiler
    print(json.dumps({"machine": machine, "versions": versions, "results": setting.results}))


def decode_n32(setting: Setting, precision: str, num_prompt: int, num_new: int) -> None:
    makers = [setting.ours("N32", precision), setting.transformers("N32", reads_prompts=False)]
    times, bandwidth = compare(setting, "N32", makers, num_prompt, num_new)
    if precision == "8bit":
        needed = _bytes_per_token("N32", num_prompt + num_new // 2, 2 if setting.has_compiler else 4)
        share = needed * times["ours 8bit"].tokens_per_s / bandwidth
        setting.record(shape="N32", prompt=num_prompt, share_of_bandwidth=share, bandwidth_gb_per_s=bandwidth / 1e9)


def decode_j28(setting: Setting) -> None:
    makers = [setting.ours("J28", "8bit"), setting.transformers("J28", reads_prompts=False)]
    compare(setting, "J28", makers, 512, 32)


def decode_j7(setting: Setting) -> None:
    """The small shape against everybody, with the plot of the README."""
    makers = [
        setting.ours("J7", "8bit"),
        setting.ours("J7", "bf16"),
        partial(CTranslate2, setting.path("J7"), setting.directory),
        setting.transformers("J7", reads_prompts=False),
        setting.transformers("J7", dtype=torch.float32, reads_prompts=False),
    ]
    times, _ = compare(setting, "J7", makers, 512, 32)
    if setting.plots:
        plot_speeds(
            {name: reading.tokens_per_s for name, reading in times.items()},
            "Tokens a second: a quarter of 6B, 512 tokens of prompt",
            setting.plots / "decode.svg",
        )


def decode_8bit(setting: Setting) -> None:
    """Against the 8 bit that people have today, on N8."""
    makers = [setting.ours("N8", "8bit"), setting.transformers("N8", is_8bit=True, reads_prompts=False)]
    compare(setting, "N8", makers, 64, 8)


def first_token(setting: Setting) -> None:
    """A prompt of 1,500 tokens that nobody has read before, on J7."""
    makers = [
        setting.ours("J7", "8bit"),
        partial(CTranslate2, setting.path("J7"), setting.directory),
        setting.transformers("J7", dtype=quickest_dtype()),
    ]
    with peers(makers) as engines:
        times = take_turns(engines, 1500, 1, setting.rounds, is_cold=True)
    ours = times["ours 8bit"].first_token_s
    for name, reading in times.items():
        setting.record(
            shape="J7", prompt=1500, engine=name, first_token_s=reading.first_token_s,
            ratio_to_ours=reading.first_token_s / ours,
        )  # fmt: skip


def next_turn(setting: Setting) -> None:
    """40 new tokens behind 1,500 that were read for the turn before, on J7; transformers reads everything anew."""
    with peers([setting.ours("J7", "8bit"), setting.transformers("J7", dtype=quickest_dtype())]) as (ours, theirs):
        warm = []
        for index in range(setting.rounds):
            prompt = random_prompt(1500, index)
            ours.reply(prompt, 1)
            warm.append(ours.reply(prompt + random_prompt(40, 100 + index), 1).first_token_s)
        scratch = theirs.reply(random_prompt(1540, 7), 1).first_token_s
        name = theirs.name
    setting.record(
        shape="J7", prompt="1500 + 40", first_token_s=statistics.median(warm), against=name,
        ratio=scratch / statistics.median(warm),
    )  # fmt: skip


def turns(setting: Setting) -> None:
    """The first token of each turn of a growing chat on N8: 60 tokens said, 60 answered."""
    with peers([setting.ours("N8", "8bit"), setting.transformers("N8", dtype=quickest_dtype())]) as (ours, theirs):
        times: dict[str, dict[int, float]] = {ours.name: {}, theirs.name: {}}
        prompt = random_prompt(300, 0)
        for turn in range(1, 15):
            times[ours.name][turn] = ours.reply(prompt, 1).first_token_s
            if turn % 3 == 1:
                times[theirs.name][turn] = theirs.reply(prompt, 1).first_token_s
            prompt = prompt + random_prompt(120, turn)
    for name, seconds in times.items():
        setting.record(shape="N8", engine=name, first_token_s_by_turn={n: round(s, 3) for n, s in seconds.items()})
    if setting.plots:
        plot_first_tokens(times, "Seconds to the first token, by turn", setting.plots / "first-token.svg")


def crowd(setting: Setting) -> None:
    """Eight people at once, on J7, and what each loses."""
    ours = on_own_thread(setting.ours("J7", "8bit", num_slots=8))
    for longest in (300, 1500):
        setting.record(shape="J7", users=8, longest_prompt=longest, **measure_crowd(ours.engine, longest))
    ours.close()


def stall(setting: Setting) -> None:
    """What somebody's stream waits while another one's prompt of 1,500 tokens is read."""
    for shape in ("N32", "J7"):
        ours = on_own_thread(setting.ours(shape, "8bit", num_slots=2))
        setting.record(shape=shape, **measure_stall(ours.engine))
        ours.close()


def load(setting: Setting) -> None:
    """From calling load to the first token of a prompt of 8, N32 in 8 bit, from the cache of quantised weights."""
    on_own_thread(setting.ours("N32", "8bit")).close()
    times = []
    for index in range(setting.rounds):
        start = time.perf_counter()
        ours = on_own_thread(setting.ours("N32", "8bit", is_settled=False))
        ours.reply(random_prompt(8, index), 1)
        times.append(time.perf_counter() - start)
        ours.close()
    setting.record(shape="N32", second_load_to_first_token_s=statistics.median(times))


SCENARIOS: dict[str, Callable[[Setting], None]] = {
    "n32-1500": lambda setting: decode_n32(setting, "8bit", 1500, 64),
    "n32-512": lambda setting: decode_n32(setting, "8bit", 512, 64),
    "n32-bf16": lambda setting: decode_n32(setting, "bf16", 1500, 16),
    "j28-512": decode_j28,
    "j7-512": decode_j7,
    "n8-8bit": decode_8bit,
    "first-token": first_token,
    "next-turn": next_turn,
    "turns": turns,
    "crowd": crowd,
    "stall": stall,
    "load": load,
}


@contextlib.contextmanager
def peers(makers: Sequence[Callable[[], Peer]]) -> Iterator[list[PeerProcess]]:
    """Engines that are in memory at once, each in a process of its own, and gone afterwards."""
    made: list[PeerProcess] = []
    try:
        for make in makers:
            made.append(PeerProcess(make))
        yield made
    finally:
        while made:
            made.pop().close()


def compare(
    setting: Setting, shape: str, makers: Sequence[Callable[[], Peer]], num_prompt: int, num_new: int
) -> tuple[dict[str, Reading], float]:
    """Record the speeds of decoding as ratios to transformers'; they, and the bandwidth in the same run."""
    with peers(makers) as engines:
        times = take_turns(engines, num_prompt, num_new, setting.rounds)
        bandwidth = on_own_thread(read_bandwidth)
    baseline = next(name for name in times if name.startswith(("transformers", "bitsandbytes")))
    for name, reading in times.items():
        setting.record(
            shape=shape, prompt=num_prompt, engine=name, ratio=reading.tokens_per_s / times[baseline].tokens_per_s,
            tokens_per_s=reading.tokens_per_s,
        )  # fmt: skip
    return times, bandwidth


def take_turns(
    engines: Sequence[PeerProcess], num_prompt: int, num_new: int, rounds: int, *, is_cold: bool = False
) -> dict[str, Reading]:
    """Each engine's median times over one prompt, or over as many as there are rounds where they are to be cold."""
    readings: dict[str, list[Reading]] = {engine.name: [] for engine in engines}
    for index in range(rounds):
        prompt = random_prompt(num_prompt, index if is_cold else 0)
        for engine in engines:
            readings[engine.name].append(engine.reply(prompt, num_new))
    return {
        name: Reading(
            statistics.median(one.first_token_s for one in taken),
            statistics.median(one.tokens_per_s for one in taken),
        )
        for name, taken in readings.items()
    }


def quickest_dtype() -> torch.dtype:
    """In which type transformers reads a prompt soonest here."""
    return torch.bfloat16 if has_fast_bf16() else torch.float32


def read_bandwidth() -> float:
    """Bytes a second that all threads together read from memory; the best of a few."""
    words = torch.ones(1 << 27, dtype=torch.int64)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        words.sum()
        times.append(time.perf_counter() - start)
    return words.nbytes / min(times)


def _bytes_per_token(shape: str, num_positions: int, bytes_per_value: int) -> float:
    """What decoding in 8 bit reads: the layers' and the output layer's weights, and keys and values."""
    config = SHAPES[shape].config
    width, layers = config.hidden_size, config.num_hidden_layers
    kinds = getattr(config, "attention_layers", ["global"] * layers)
    seen = sum(min(num_positions, config.window_size) if kind == "local" else num_positions for kind in kinds)
    return 12 * width * width * layers + config.vocab_size * width + 2 * bytes_per_value * width * seen


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()}, {torch.backends.cpu.get_cpu_capability()}"
    return platform.processor()


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()

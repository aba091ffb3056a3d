"""How fast replies come, against what people use today, on the real models' shapes with random weights.

    pip install -r benchmarks/requirements.txt
    python benchmarks/decode.py [--only NAME ...] [--rounds 3] [--directory DIR] [--plots DIR]

The peers have their model in memory at once and take turns, so that whatever else the machine does slows all alike;
figures are medians over the rounds, and ratios come first. Every peer samples with the page's default parameters and
streams its text. Decoding is timed from token to token, behind the whole prompt. Random weights write nonsense as
fast as trained ones write sense. N32 is the shape of Pygmalion 2.7B and J28 of 6B; N8 and J7 have a quarter of their
layers. `read` is what the machine reads a second in the same run: bytes that a token needs, weights and the keys and
values behind it, over this is the least time that a token can take. The last line is one JSON object.

Memory: N32 takes 14 GB with its peers, J28 19 GB; others 10 GB. The checkpoints take 23 GB of disk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import repository  # noqa: F401
import torch
import transformers
from crowds import measure_crowd, measure_stall
from peers import CTranslate2, OurEngine, Peer, Reading, Transformers
from plots import plot_first_tokens, plot_speeds
from shapes import SHAPES, checkpoint, random_prompt

DIRECTORY = Path.home() / ".cache" / "pyg_ui" / "benchmarks"


@dataclass
class Setting:
    """What the scenarios share."""

    directory: Path
    rounds: int
    plots: Path | None
    results: list[dict[str, Any]] = field(default_factory=list)

    def path(self, shape: str) -> Path:
        return checkpoint(SHAPES[shape], self.directory)

    def ours(self, shape: str, precision: str, num_slots: int = 1, *, is_settled: bool = True) -> OurEngine:
        return OurEngine(self.path(shape), precision, self.directory / "quantised", num_slots, is_settled=is_settled)

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
    arguments = options.parse_args()
    setting = Setting(arguments.directory, arguments.rounds, arguments.plots)
    for name in arguments.only:
        print(f"\n{name}", flush=True)
        SCENARIOS[name](setting)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    machine = {"processor": _processor(), "threads": torch.get_num_threads(), "python": platform.python_version()}
    print(json.dumps({"machine": machine, "versions": versions, "results": setting.results}))


def decode_n32(setting: Setting, num_prompt: int, num_new: int) -> None:
    with peers(
        lambda: setting.ours("N32", "8bit"),
        lambda: setting.ours("N32", "bf16"),
        lambda: Transformers(setting.path("N32")),
    ) as (ours, ours_16, theirs):
        times = take_turns([ours, ours_16, theirs], num_prompt, num_new, setting.rounds)
    _record_speeds(setting, "N32", num_prompt, times, baseline=theirs.name)
    needed = _bytes_per_token("N32", num_prompt + num_new // 2)
    share = needed * times[ours.name].tokens_per_s / read_bandwidth()
    setting.record(shape="N32", prompt=num_prompt, share_of_bandwidth=share)


def decode_j28(setting: Setting) -> None:
    with peers(lambda: setting.ours("J28", "8bit"), lambda: Transformers(setting.path("J28"))) as (ours, theirs):
        times = take_turns([ours, theirs], 512, 32, setting.rounds)
    _record_speeds(setting, "J28", 512, times, baseline=theirs.name)


def decode_j7(setting: Setting) -> None:
    """The small shape against everybody, with the plot of the README."""
    path = setting.path("J7")
    with peers(
        lambda: setting.ours("J7", "8bit"),
        lambda: setting.ours("J7", "bf16"),
        lambda: CTranslate2(path, setting.directory),
        lambda: Transformers(path),
        lambda: Transformers(path, dtype=torch.float32),
    ) as engines:
        times = take_turns(engines, 512, 32, setting.rounds)
    _record_speeds(setting, "J7", 512, times, baseline="transformers bf16")
    if setting.plots:
        plot_speeds(
            {name: reading.tokens_per_s for name, reading in times.items()},
            "Tokens a second: a quarter of 6B, 512 tokens of prompt",
            setting.plots / "decode.svg",
        )


def decode_8bit(setting: Setting) -> None:
    """Against the 8 bit that people have today, on N8."""
    path = setting.path("N8")
    with peers(lambda: setting.ours("N8", "8bit"), lambda: Transformers(path, is_8bit=True)) as (ours, theirs):
        times = take_turns([ours, theirs], 64, 8, setting.rounds)
    _record_speeds(setting, "N8", 64, times, baseline=theirs.name)


def first_token(setting: Setting) -> None:
    """A prompt of 1,500 tokens that nobody has read before, on J7."""
    path = setting.path("J7")
    with peers(
        lambda: setting.ours("J7", "8bit"),
        lambda: CTranslate2(path, setting.directory),
        lambda: Transformers(path, dtype=torch.float32),
    ) as engines:
        times = take_turns(engines, 1500, 1, setting.rounds, is_cold=True)
    ours = times["ours 8bit"].first_token_s
    for name, reading in times.items():
        setting.record(
            shape="J7", prompt=1500, engine=name, first_token_s=reading.first_token_s,
            ratio_to_ours=reading.first_token_s / ours,
        )  # fmt: skip


def next_turn(setting: Setting) -> None:
    """40 new tokens behind 1,500 that were read for the turn before, on J7; transformers reads everything anew."""
    ours, cold = setting.ours("J7", "8bit"), []
    warm = []
    for index in range(setting.rounds):
        prompt = random_prompt(1500, index)
        cold.append(ours.reply(prompt, 1).first_token_s)
        warm.append(ours.reply(prompt + random_prompt(40, 100 + index), 1).first_token_s)
    ours.close()
    theirs = Transformers(setting.path("J7"), dtype=torch.float32)
    scratch = theirs.reply(random_prompt(1540, 7), 1).first_token_s
    theirs.close()
    setting.record(
        shape="J7", prompt="1500 + 40", first_token_s=statistics.median(warm), ratio_to_own=_ratio(cold, warm),
        ratio_to_transformers_fp32=scratch / statistics.median(warm),
    )  # fmt: skip


def turns(setting: Setting) -> None:
    """The first token of each turn of a growing chat on N8: 60 tokens said, 60 answered."""
    ours, theirs = setting.ours("N8", "8bit"), Transformers(setting.path("N8"), dtype=torch.float32)
    times: dict[str, dict[int, float]] = {ours.name: {}, theirs.name: {}}
    prompt = random_prompt(300, 0)
    for turn in range(1, 15):
        times[ours.name][turn] = ours.reply(prompt, 1).first_token_s
        if turn % 3 == 1:
            times[theirs.name][turn] = theirs.reply(prompt, 1).first_token_s
        prompt = prompt + random_prompt(120, turn)
    ours.close()
    theirs.close()
    for name, seconds in times.items():
        setting.record(shape="N8", engine=name, first_token_s_by_turn={n: round(s, 3) for n, s in seconds.items()})
    if setting.plots:
        plot_first_tokens(times, "Seconds to the first token, by turn", setting.plots / "first-token.svg")


def crowd(setting: Setting) -> None:
    """Eight people at once, on J7, and what each loses."""
    engine = setting.ours("J7", "8bit", num_slots=8)
    for longest in (300, 1500):
        setting.record(shape="J7", users=8, longest_prompt=longest, **measure_crowd(engine.engine, longest))
    engine.close()


def stall(setting: Setting) -> None:
    """What somebody's stream waits while another one's prompt of 1,500 tokens is read."""
    for shape in ("N32", "J7"):
        engine = setting.ours(shape, "8bit", num_slots=2)
        setting.record(shape=shape, **measure_stall(engine.engine))
        engine.close()


def load(setting: Setting) -> None:
    """From calling load to the first token of a prompt of 8, N32 in 8 bit, from the cache of quantised weights."""
    setting.ours("N32", "8bit").close()
    times = []
    for index in range(setting.rounds):
        start = time.perf_counter()
        ours = setting.ours("N32", "8bit", is_settled=False)
        ours.reply(random_prompt(8, index), 1)
        times.append(time.perf_counter() - start)
        ours.close()
    setting.record(shape="N32", second_load_to_first_token_s=statistics.median(times))


SCENARIOS: dict[str, Callable[[Setting], None]] = {
    "n32-1500": lambda setting: decode_n32(setting, 1500, 64),
    "n32-512": lambda setting: decode_n32(setting, 512, 64),
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
def peers(*makers: Callable[[], Peer]) -> Iterator[list[Peer]]:
    """Engines that are in memory at once, and gone afterwards."""
    made: list[Peer] = []
    try:
        for make in makers:
            made.append(make())
        yield made
    finally:
        while made:
            made.pop().close()


def take_turns(
    engines: list[Peer], num_prompt: int, num_new: int, rounds: int, *, is_cold: bool = False
) -> dict[str, Reading]:
    """Each engine's median times; only its first reply to the one prompt is to a cold one, unless all are to be."""
    readings: dict[str, list[Reading]] = {engine.name: [] for engine in engines}
    for index in range(rounds):
        prompt = random_prompt(num_prompt, index if is_cold else 0)
        for engine in engines:
            readings[engine.name].append(engine.reply(prompt, num_new))
    return {
        name: Reading(
            statistics.median(one.first_token_s for one in (taken if is_cold else taken[:1])),
            statistics.median(one.tokens_per_s for one in taken),
        )
        for name, taken in readings.items()
    }


def read_bandwidth() -> float:
    """Bytes a second that all threads together read from memory; the best of a few."""
    words = torch.ones(1 << 27, dtype=torch.int64)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        words.sum()
        times.append(time.perf_counter() - start)
    return words.nbytes / min(times)


def _record_speeds(setting: Setting, shape: str, num_prompt: int, times: dict[str, Reading], baseline: str) -> None:
    for name, reading in times.items():
        setting.record(
            shape=shape, prompt=num_prompt, engine=name, ratio=reading.tokens_per_s / times[baseline].tokens_per_s,
            tokens_per_s=reading.tokens_per_s, first_token_s=reading.first_token_s,
        )  # fmt: skip


def _bytes_per_token(shape: str, num_positions: int) -> float:
    """What decoding in 8 bit reads: the layers' and the output layer's weights, and keys and values in fp32."""
    config = SHAPES[shape].config
    width, layers = config.hidden_size, config.num_hidden_layers
    kinds = getattr(config, "attention_layers", ["global"] * layers)
    seen = sum(min(num_positions, config.window_size) if kind == "local" else num_positions for kind in kinds)
    return 12 * width * width * layers + config.vocab_size * width + 2 * 4 * width * seen


def _ratio(numerators: list[float], denominators: list[float]) -> float:
    return statistics.median(numerators) / statistics.median(denominators)


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

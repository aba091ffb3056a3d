"""Four bits beside our own eight, on the real models' shapes with random weights, in turns.

    python benchmarks/four_bits.py [--only decode large prompts crowd memory] [--rounds 5] [--directory DIR]

`decode`: J7 behind 512 tokens, 4bit over 8bit. `large`: J28 behind 512, against transformers in bf16, and the share of
the bandwidth that the machine has in the same run. `prompts`: J7's first token, 4bit over 8bit, prompts of 512 and
1,500. `crowd`: eight people on J7 in 4bit. `memory`: the whole process that serves one full chat on J28 in 4bit. The
last line is one JSON object. See decode.py for how engines take turns; the first run also makes the checkpoints.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from crowds import measure_crowd
from decode import DIRECTORY, Setting, peers, read_bandwidth, take_turns
from peers import OurEngine, Peer, Reading
from processes import on_own_thread
from shapes import SHAPES, random_prompt

NUM_NEW = 32
BYTES_PER_WEIGHT = 36 / 64


def main() -> None:
    options = argparse.ArgumentParser(description="Measure 4 bit beside 8 bit.")
    options.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), metavar="NAME")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--directory", type=Path, default=DIRECTORY)
    arguments = options.parse_args()
    setting = Setting(arguments.directory, arguments.rounds, plots=None)
    for name in arguments.only:
        print(f"\n{name}", flush=True)
        SCENARIOS[name](setting)
    print(json.dumps({"four_bits": setting.results}))


def decode(setting: Setting) -> None:
    ours, eight = _turns(setting, [setting.ours("J7", "4bit"), setting.ours("J7", "8bit")], 512)
    _record(setting, "J7", 512, ours, eight, ratio=ours.tokens_per_s / eight.tokens_per_s)


def large(setting: Setting) -> None:
    makers = [setting.ours("J28", "4bit"), setting.transformers("J28", reads_prompts=False)]
    ours, theirs = _turns(setting, makers, 512)
    bandwidth = on_own_thread(read_bandwidth)
    share = _bytes_per_token("J28", 512 + NUM_NEW // 2) * ours.tokens_per_s / bandwidth
    _record(setting, "J28", 512, ours, theirs, ratio=ours.tokens_per_s / theirs.tokens_per_s, share_of_bandwidth=share)


def prompts(setting: Setting) -> None:
    for num_prompt in (512, 1500):
        makers = [setting.ours("J7", "4bit"), setting.ours("J7", "8bit")]
        ours, eight = _turns(setting, makers, num_prompt, num_new=1, is_cold=True)
        _record(setting, "J7", num_prompt, ours, eight, ratio=ours.first_token_s / eight.first_token_s)


def crowd(setting: Setting) -> None:
    ours = on_own_thread(setting.ours("J7", "4bit", num_slots=8))
    setting.record(shape="J7", users=8, **measure_crowd(ours.engine, 300))
    ours.close()


def memory(setting: Setting) -> None:
    """From the cache, as a second load does; the prompt fills the context but for the reply."""
    on_own_thread(setting.ours("J28", "4bit")).close()
    ours: OurEngine = on_own_thread(setting.ours("J28", "4bit"))
    ours.reply(random_prompt(SHAPES["J28"].config.max_position_embeddings - NUM_NEW, 0), NUM_NEW)
    setting.record(shape="J28", process_gb=psutil.Process().memory_info().rss / 1e9)
    ours.close()


SCENARIOS: dict[str, Callable[[Setting], None]] = {
    "decode": decode,
    "large": large,
    "prompts": prompts,
    "crowd": crowd,
    "memory": memory,
}


def _turns(
    setting: Setting,
    makers: Sequence[Callable[[], Peer]],
    num_prompt: int,
    num_new: int = NUM_NEW,
    *,
    is_cold: bool = False,
) -> list[Reading]:
    with peers(makers) as engines:
        return list(take_turns(engines, num_prompt, num_new, setting.rounds, is_cold=is_cold).values())


def _record(setting: Setting, shape: str, num_prompt: int, ours: Reading, other: Reading, **values: Any) -> None:
    setting.record(
        shape=shape, prompt=num_prompt, tokens_per_s=ours.tokens_per_s, others_tokens_per_s=other.tokens_per_s,
        first_token_s=ours.first_token_s, others_first_token_s=other.first_token_s, **values,
    )  # fmt: skip


def _bytes_per_token(shape: str, num_positions: int) -> float:
    """What decoding GPT-J in 4 bit reads: the layers' weights, the output layer in 8 bit, keys and values in bf16."""
    config = SHAPES[shape].config
    width, layers = config.hidden_size, config.num_hidden_layers
    weights = 12 * width * width * layers * BYTES_PER_WEIGHT + config.vocab_size * width
    return weights + 2 * 2 * width * layers * num_positions


if __name__ == "__main__":
    main()

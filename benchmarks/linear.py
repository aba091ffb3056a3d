"""How long linear layers with fixed weights take, by kernel and number of rows, against torch's own in the same run.

    python benchmarks/linear.py [--out 28672] [--in 4096] [--rows 1 2 4 8 32 256] [--repeats 9] [--threads 2]

Decoding multiplies a few rows by each weight: its time is the memory that the weights take, divided by the machine's
bandwidth, so 8 bits should take half as long as 16 and a quarter as long as 32. `read` is that limit for 8 bits: the
sum over as many bytes. Many rows are bound by arithmetic. The default shape is the joint layer of GPT-J 6B's layers.
Kernels take turns, so that other work on the machine slows all alike; what counts are the ratios. `error` is the
relative error of the result for normal rows, of which every third has one value far above the others, against
exact arithmetic. Times are medians; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.util
import json
import statistics
import time
import warnings
from collections.abc import Callable

import repository  # noqa: F401
import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.linear.dense import (
    DenseChoice,
    DenseLinear,
    multiply_directly,
    multiply_reordered,
    multiply_transposed,
    multiply_widened,
)
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_kernels import FbgemmKernel, FloatKernel, OneDnnKernel, UnpackedKernel
from pyg_ui.engine.linear.int8_rounding import quantize_int8
from pyg_ui.engine.linear.int8_scheme import Int8Choice, choose_int8
from pyg_ui.engine.linear.maker import LinearMaker
from pyg_ui.engine.precision import Precision

Matmul = Callable[[Tensor], Tensor]
BASES = ("F.linear fp32", "F.linear bf16")
SLOW_S, FEWEST_REPEATS = 3.0, 3
"""A kernel that took this long with fewer rows is left out; one whose repeats take longer in all gets fewer."""


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the linear layers.")
    options.add_argument("--out", type=int, default=28672)
    options.add_argument("--in", type=int, default=4096, dest="num_in")
    options.add_argument("--rows", type=int, nargs="+", default=[1, 2, 4, 8, 32, 256])
    options.add_argument("--repeats", type=int, default=9)
    options.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = options.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    weight, choice = torch.randn(arguments.out, arguments.num_in) * 0.02, choose_int8()
    kernels = {name: matmul for name, make in makers(weight, choice).items() if (matmul := made(make)) is not None}
    results = []
    for num_rows in arguments.rows:
        rows = torch.randn(num_rows, arguments.num_in)
        rows[1::3, 7] = 40
        errors = {name: error(matmul(rows), rows, weight) for name, matmul in kernels.items() if name != "read"}
        times = interleaved({name: functools.partial(matmul, rows) for name, matmul in kernels.items()}, arguments)
        print_table(num_rows, times, errors)
        results += [
            {"kernel": name, "rows": num_rows, "ms": round(seconds * 1000, 3), "error": errors.get(name)}
            for name, seconds in times.items()
        ]
        kernels = {name: matmul for name, matmul in kernels.items() if times[name] < SLOW_S}
    shape = [arguments.out, arguments.num_in]
    print(
        json.dumps(
            {
                "shape": shape, "threads": arguments.threads, "torch": torch.__version__,
                "capability": torch.backends.cpu.get_cpu_capability(), "int8": choice.best.__name__,
                "is_paired": choice.is_paired, "results": results,
            }
        )
    )  # fmt: skip


def makers(weight: Tensor, choice: Int8Choice) -> dict[str, Callable[[], Matmul]]:
    """What makes each kernel. A kernel takes rows in fp32; those of 16 bits convert them, which costs little."""
    weight_16 = weight.bfloat16()
    eight_bits = quantize_int8(weight, is_paired=choice.is_paired)
    maker = LinearMaker(weight.device)
    ways = {"transposed": multiply_transposed, "reordered": multiply_reordered, "widened": multiply_widened}

    def dense(way: Callable[..., Tensor], dtype: torch.dtype) -> Matmul:
        linear = DenseLinear(weight.to(dtype), None, DenseChoice(way is multiply_reordered, (way,) * 4))
        linear(torch.zeros(1, weight.shape[1], dtype=dtype))
        return lambda rows: linear(rows.to(dtype))

    def int8(kernel: type) -> Matmul:
        return Int8Linear(eight_bits, None, kernel(eight_bits))

    def bitsandbytes_8_bit() -> Matmul:
        import bitsandbytes

        layer = bitsandbytes.nn.Linear8bitLt(
            weight.shape[1], weight.shape[0], bias=False, has_fp16_weights=False, threshold=6.0
        )
        layer.weight = bitsandbytes.nn.Int8Params(weight.half(), requires_grad=False, has_fp16_weights=False)
        layer = layer.to("cpu").eval()
        return lambda rows: layer(rows.half())

    def read() -> Matmul:
        words = eight_bits.values.flatten()[: eight_bits.values.numel() // 8 * 8].view(torch.int64)
        return lambda rows: words.sum()

    made_of: dict[str, Callable[[], Matmul]] = {
        "F.linear fp32": functools.partial(dense, multiply_directly, torch.float32),
        "F.linear bf16": lambda: lambda rows: functional.linear(rows.bfloat16(), weight_16),
    }
    for name, way in ways.items():
        made_of[f"{name} fp32"] = functools.partial(dense, way, torch.float32)
        made_of[f"{name} bf16"] = functools.partial(dense, way, torch.bfloat16)
    del made_of["widened fp32"]
    made_of["chosen fp32"] = lambda: maker.make(weight, None, Precision.FP32)
    made_of["chosen bf16"] = functools.partial(chosen_bf16, maker, weight_16)
    for kernel in (OneDnnKernel, FbgemmKernel, UnpackedKernel, FloatKernel):
        made_of[f"int8 {kernel.__name__}"] = functools.partial(int8, kernel)
    made_of["int4"] = lambda: maker.make(weight, None, Precision.INT4)
    if importlib.util.find_spec("bitsandbytes"):
        made_of["bitsandbytes int8"] = bitsandbytes_8_bit
    made_of["read"] = read
    return made_of


def chosen_bf16(maker: LinearMaker, weight: Tensor) -> Matmul:
    linear = maker.make(weight, None, Precision.BF16)
    return lambda rows: linear(rows.bfloat16())


def made(make: Callable[[], Matmul]) -> Matmul | None:
    """The kernel; None where this machine or torch has no such operator."""
    with contextlib.suppress(RuntimeError, AttributeError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()
    return None


def error(matmul: Tensor, rows: Tensor, weight: Tensor) -> float:
    expected = rows @ weight.t()
    return round(float((matmul.float() - expected).norm() / expected.norm()), 5)


def interleaved(calls: dict[str, Callable[[], object]], arguments: argparse.Namespace) -> dict[str, float]:
    """The median time of each call in seconds."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(arguments.repeats):
        for name, call in calls.items():
            if len(times[name]) >= FEWEST_REPEATS and sum(times[name]) > SLOW_S:
                continue
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def print_table(num_rows: int, times: dict[str, float], errors: dict[str, float]) -> None:
    print(f"{f'{num_rows} rows':24}{'ms':>10}" + "".join(f"{'x ' + base:>18}" for base in BASES) + f"{'error':>10}")
    for name, seconds in times.items():
        ratios = "".join(f"{times[base] / seconds:18.2f}" if base in times else f"{'-':>18}" for base in BASES)
        print(f"{name:24}{seconds * 1000:10.2f}{ratios}{errors.get(name, ''):>10}", flush=True)


if __name__ == "__main__":
    main()

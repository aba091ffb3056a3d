"""Compiling the kernels, and deciding whether they are used: nothing that can go wrong there may stop a load."""

from __future__ import annotations

import contextlib
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
import pytest
import torch

from pyg_ui.engine.compiled import building
from pyg_ui.engine.compiled import kernels as compiled
from pyg_ui.engine.compiled.building import SOURCE, BuildError, build, find_compiler
from pyg_ui.engine.compiled.kernels import Kernels, load_kernels
from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.decoding.native import kernels as native_kernels
from pyg_ui.engine.decoding.native.kernels import KernelChooser, ModelKernels
from pyg_ui.engine.decoding.native.transformer import gelu_new
from pyg_ui.engine.linear import comparing, dense_scheme, int8_scheme
from pyg_ui.engine.linear.comparing import choose_compiled
from pyg_ui.engine.linear.compiled import CompiledLinear
from pyg_ui.engine.linear.contract import dtype_of
from pyg_ui.engine.linear.dense import TORCHS_OWN, CompiledBf16Linear
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import Precision
from tests.checkpoints import write_checkpoint
from tests.engine.decoders import compiled_kernels, logits_after, relative_error
from tests.engine.local_engines import random_ids
from tests.repository import ROOT

CPU = torch.device("cpu")
needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="there is no C++ compiler")
TINY = 'extern "C" int answer() { return 42; }'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.cpp"
    path.write_text(TINY)
    return path


@needs_compiler
def test_what_was_compiled_is_found_again(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = build(tmp_path / "kept", source)
    monkeypatch.setattr(building, "_compile", pytest.fail)
    assert build(tmp_path / "kept", source) == library
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [library.name]


@needs_compiler
def test_another_source_or_processor_is_another_library(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tmp_path, source)
    monkeypatch.setattr(building, "processor_features", lambda: "another processor")
    second = build(tmp_path, source)
    source.write_text(TINY.replace("42", "43"))
    assert len({first, second, build(tmp_path, source)}) == 3


@needs_compiler
def test_processes_that_compile_at_once_agree(tmp_path: Path, source: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        libraries = pool.starmap(build, [(tmp_path, source)] * 3)
    assert len(set(libraries)) == 1
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".cpp", ".so"]


@needs_compiler
def test_a_source_that_does_not_compile_is_told_and_leaves_nothing(tmp_path: Path, source: Path) -> None:
    source.write_text("int answer() { return nobody; }")
    with pytest.raises(BuildError, match="nobody"):
        build(tmp_path / "kept", source)
    assert list((tmp_path / "kept").iterdir()) == []


def test_without_a_compiler_or_a_place_nothing_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BuildError, match="missing-compiler"):
        build(tmp_path, SOURCE, "missing-compiler")
    monkeypatch.setattr(building, "find_compiler", lambda: None)
    with pytest.raises(BuildError, match="no C\\+\\+ compiler"):
        build(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="file"):
        build(tmp_path / "file", SOURCE, "g++")


def test_a_library_is_never_taken_from_where_others_may_write(tmp_path: Path, source: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(BuildError, match="others may write"):
        build(shared, source, "g++")


@needs_compiler
def test_a_damaged_library_is_compiled_anew(tmp_path: Path, source: Path) -> None:
    library = build(tmp_path, source)
    whole = library.read_bytes()
    for content in (b"", b"no library", whole[:-100], whole[:100] + bytes(100) + whole[200:]):
        library.write_bytes(content)
        assert build(tmp_path, source) == library
        assert library.read_bytes() == whole


def test_a_compiler_does_not_outlive_this_process(tmp_path: Path, source: Path) -> None:
    compiler, noted = tmp_path / "c++", tmp_path / "pid"
    compiler.write_text(f"#!/bin/sh\necho $$ > {noted}.part; mv {noted}.part {noted}; exec sleep 600\n")
    compiler.chmod(0o755)
    program = (
        "import sys, threading, time; from pathlib import Path; from pyg_ui.engine.compiled.building import build; "
        "work, source, compiler, noted = map(Path, sys.argv[1:]); "
        "threading.Thread(target=build, args=(work, source, str(compiler)), daemon=True).start()\n"
        "while not noted.exists(): time.sleep(0.01)"
    )
    arguments = map(str, (tmp_path / "work", source, compiler, noted))
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, timeout=120, check=True)
    with contextlib.suppress(psutil.NoSuchProcess):
        assert psutil.Process(int(noted.read_text())).wait(60) is None


@needs_compiler
def test_kernels_are_tried_once_before_they_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_kernels(tmp_path) is not None
    monkeypatch.setattr(building.subprocess, "Popen", pytest.fail)
    assert load_kernels(tmp_path) is not None


@needs_compiler
def test_a_library_that_crashes_takes_only_the_trial_along(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    source.write_text('extern "C" bool has_int8() { __builtin_trap(); }')
    monkeypatch.setattr(compiled, "build", lambda directory: build(directory, source))
    assert load_kernels(tmp_path) is None
    assert "crashed when it was tried" in caplog.text
    monkeypatch.setattr(building.subprocess, "Popen", pytest.fail)
    assert load_kernels(tmp_path) is None


@needs_compiler
def test_a_library_of_something_else_leaves_the_work_to_torch(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "build", lambda directory: build(directory, source))
    assert load_kernels(tmp_path) is None


@pytest.mark.parametrize("error", [MemoryError, RuntimeError("no memory"), ValueError])
def test_a_comparison_that_fails_leaves_the_work_to_torch(error: Any) -> None:
    kernels = compiled_kernels()

    def fail(kernels: Kernels) -> bool:
        raise error

    if error is MemoryError:  # which the manager tells people about
        with pytest.raises(MemoryError):
            choose_compiled("attention", kernels, fail)
    else:
        assert choose_compiled("attention", kernels, fail) is None


def test_a_compiler_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "compiler"
    compiler.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/child\nwait\n")
    compiler.chmod(0o755)
    monkeypatch.setattr(building, "_TIMEOUT_S", 1)
    with pytest.raises(BuildError, match="timed out"):
        build(tmp_path / "kept", SOURCE, str(compiler))
    child = int((tmp_path / "child").read_text())
    assert wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie")


@needs_compiler
def test_the_kernels_use_the_threads_that_torch_has() -> None:
    compiled_kernels()
    loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libgomp" in line}
    assert len(loaded) == 1


def test_nothing_is_compiled_where_nobody_wants_it() -> None:
    assert load_kernels(None) is None


@needs_compiler
def test_kernels_are_loaded_and_measured_once_for_all_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = KernelChooser(tmp_path / "kept")
    large, small = (chooser.choose(CPU, is_small=is_small) for is_small in (False, True))
    formats = [large.linears.format_for(Precision.INT8), small.linears.format_for(Precision.INT8)]
    monkeypatch.setattr(native_kernels, "load_kernels", pytest.fail)
    monkeypatch.setattr(int8_scheme, "choose_int8", pytest.fail)
    assert chooser.choose(CPU, is_small=False) is large
    assert chooser.choose(CPU, is_small=True) is small
    assert [large.linears.format_for(Precision.INT8), small.linears.format_for(Precision.INT8)] == formats


def wait_until(condition: Callable[[], bool], timeout_s: float = 10) -> bool:
    end = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


class Wrong:
    """Kernels of which one is a little off, and in no hurry to be."""

    def __init__(self, kernels: Kernels, name: str, errs: Callable[..., bool] = lambda *arguments: True) -> None:
        self._kernels, self._name, self._errs = kernels, name, errs

    def __getattr__(self, name: str) -> Any:
        right = getattr(self._kernels, name)
        if name != self._name:
            return right
        return lambda *arguments: right(*arguments) * (1.01 if self._errs(*arguments) else 1)


def chosen(kernels: Any) -> ModelKernels:
    return ModelKernels(CPU, kernels)


def is_made(linear_type: type, precision: Precision) -> Callable[[ModelKernels], bool]:
    weight = torch.ones(64, 64, dtype=dtype_of(precision))
    return lambda kernels: isinstance(kernels.linears.make(weight, None, precision), linear_type)


def is_widened(kernels: ModelKernels) -> bool:
    """Whether `multiply_bf16`, which is compared with torch's ways only later, may be used."""
    with mock.patch.object(dense_scheme, "choose_dense", return_value=TORCHS_OWN) as choose:
        kernels.linears.format_for(Precision.BF16)
    return choose.call_args.args[1] is not None


@pytest.mark.parametrize(
    ("name", "is_used"),
    [
        ("multiply_whole", is_made(CompiledLinear, Precision.INT8)),
        ("multiply_whole", is_made(CompiledLinear, Precision.INT4)),
        ("multiply_packed_bf16", is_made(CompiledBf16Linear, Precision.BF16)),
        ("attend", lambda kernels: kernels.attention is not None),
        ("multiply_bf16", is_widened),
        ("activate", lambda kernels: kernels.activate is not gelu_new),
    ],
)
def test_a_kernel_that_errs_is_not_used_however_quick_it_is(
    name: str, is_used: Callable[[ModelKernels], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels = compiled_kernels()
    if name == "multiply_whole" and not kernels.has_int8:
        pytest.skip("this processor has no AVX2")
    if name == "multiply_packed_bf16" and not kernels.has_bf16:
        pytest.skip("this processor does not multiply bf16")
    monkeypatch.setattr(comparing, "shortest_times", lambda calls, *_: [1.0, 2.0])
    assert is_used(chosen(kernels))
    assert not is_used(chosen(Wrong(kernels, name)))


def test_attention_that_errs_in_bf16_or_at_prompts_is_not_used_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "shortest_times", lambda calls, *_: [1.0, 2.0])
    kernels = compiled_kernels()
    assert chosen(kernels).attends_bf16
    in_bf16 = chosen(Wrong(kernels, "attend", lambda segments, *_: segments.dtype == torch.bfloat16))
    assert in_bf16.attention is not None
    assert not in_bf16.attends_bf16
    assert chosen(Wrong(kernels, "attend", lambda segments, *_: segments.sizes.max() > 1)).attention is None


def test_a_kernel_that_wins_nothing_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "shortest_times", lambda calls, *_: [2.0, 1.0])
    kernels = chosen(compiled_kernels())
    assert not is_made(CompiledLinear, Precision.INT8)(kernels)
    assert not is_made(CompiledLinear, Precision.INT4)(kernels)
    assert not is_made(CompiledBf16Linear, Precision.BF16)(kernels)
    assert kernels.attention is None
    assert kernels.activate is gelu_new


def test_only_a_large_model_on_a_processor_asks_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = write_checkpoint(tmp_path / "mine", "gptj")
    model_choice = ModelChoice(str(directory), Precision("8bit"), Device.CPU)
    asked: list[str] = []

    def watch(*arguments: Any) -> bool:
        asked.append("attend")
        return False

    def load(kept: Path | None) -> Any:
        asked.append("load")
        return Wrong(compiled_kernels(), "attend", watch)

    monkeypatch.setattr(native_kernels, "load_kernels", load)
    monkeypatch.setattr(comparing, "shortest_times", lambda calls, *_: [1.0, 2.0])
    chooser, ids = KernelChooser(tmp_path / "kept"), random_ids(1)
    small = load_checkpoint(model_choice, lambda progress: None, chooser=chooser).model
    expected = logits_after(small, ids)
    assert asked == []
    monkeypatch.setattr("pyg_ui.engine.decoding.loading.is_small", lambda num_parameters: False)
    large = load_checkpoint(model_choice, lambda progress: None, chooser=chooser).model
    num_compared = len(asked)
    assert relative_error(logits_after(large, ids), expected) < 0.02
    assert large.slot_bytes <= small.slot_bytes / 2
    assert asked[:2] == ["load", "attend"]
    assert len(asked) > num_compared
    assert torch.isfinite(expected).all()

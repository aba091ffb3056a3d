"""Compiling the kernels, and deciding whether they are used: nothing that can go wrong there may stop a load."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from torch import Tensor

from pyg_ui.engine.arithmetic import TORCHS_OWN, Arithmetic
from pyg_ui.engine.compiled import building, choice
from pyg_ui.engine.compiled.building import SOURCE, BuildError, build, find_compiler
from pyg_ui.engine.compiled.choice import choose_arithmetic, compare
from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.decoding.native.transformer import gelu_new
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import Precision
from tests.checkpoints import write_checkpoint
from tests.engine.decoders import compiled_kernels, logits_after, relative_error
from tests.engine.local_engines import random_ids

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
    monkeypatch.setattr(building, "_features", lambda: "another processor")
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
@pytest.mark.parametrize("content", [b"", b"no library", b"\x7fELF"])
def test_a_damaged_library_is_compiled_anew(content: bytes, tmp_path: Path) -> None:
    build(tmp_path).write_bytes(content)
    assert choose_arithmetic(tmp_path).multiply_bf16 is not None


@needs_compiler
def test_a_library_of_something_else_leaves_the_work_to_torch(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "build", lambda directory: build(directory, source))
    assert choose_arithmetic(tmp_path) is TORCHS_OWN


@needs_compiler
@pytest.mark.parametrize("error", [MemoryError, RuntimeError("no memory"), ValueError])
def test_a_comparison_that_fails_leaves_the_work_to_torch(
    error: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(kernels: Kernels) -> Arithmetic:
        raise error

    monkeypatch.setattr(choice, "compare", fail)
    if error is MemoryError:  # which the manager tells people about
        with pytest.raises(MemoryError):
            choose_arithmetic(tmp_path)
    else:
        assert choose_arithmetic(tmp_path) is TORCHS_OWN


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
    assert choose_arithmetic(None) is TORCHS_OWN


@needs_compiler
def test_the_kernels_are_chosen_once_a_process(tmp_path: Path) -> None:
    chosen = choose_arithmetic(tmp_path / "kept")
    assert chosen is choose_arithmetic(tmp_path / "kept")
    assert chosen.multiply_bf16 is not None


def wait_until(condition: Callable[[], bool], timeout_s: float = 10) -> bool:
    end = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


class Wrong:
    """Kernels of which one is a little off, and in no hurry to be."""

    def __init__(self, kernels: Kernels, name: str) -> None:
        self._kernels, self._name = kernels, name

    def __getattr__(self, name: str) -> Any:
        right = getattr(self._kernels, name)
        return (lambda *arguments: right(*arguments) * 1.01) if name == self._name else right


@pytest.mark.parametrize(
    ("name", "is_used"),
    [
        ("multiply_int8", lambda chosen: chosen.make_int8),
        ("multiply_packed_bf16", lambda chosen: chosen.make_bf16),
        ("attend", lambda chosen: chosen.attend),
        ("multiply_bf16", lambda chosen: chosen.multiply_bf16),
        ("activate", lambda chosen: None if chosen.activate is gelu_new else chosen.activate),
    ],
)
def test_a_kernel_that_errs_is_not_used_however_quick_it_is(
    name: str, is_used: Callable[[Arithmetic], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels = compiled_kernels()
    if name == "multiply_int8" and not kernels.has_int8:
        pytest.skip("this processor has no AVX2")
    if name == "multiply_packed_bf16" and not kernels.has_bf16:
        pytest.skip("this processor does not multiply bf16")
    monkeypatch.setattr(choice, "shortest_times", lambda calls, *_: [1.0, 2.0])
    wrong: Any = Wrong(kernels, name)
    assert is_used(compare(kernels)) is not None
    assert is_used(compare(wrong)) is None


def test_attention_that_errs_in_bf16_or_at_prompts_is_not_used_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "shortest_times", lambda calls, *_: [1.0, 2.0])
    kernels = compiled_kernels()
    right = kernels.attend

    def chosen(errs: Callable[[Tensor, torch.dtype], bool]) -> Arithmetic:
        def attend(*arguments: Any) -> Tensor:
            gathered = right(*arguments)
            return gathered * (1.01 if errs(arguments[2], arguments[-1]) else 1)

        with monkeypatch.context() as patch:
            patch.setattr(kernels, "attend", attend)
            return compare(kernels)

    assert chosen(lambda sizes, dtype: False).attends_bf16
    in_bf16 = chosen(lambda sizes, dtype: dtype == torch.bfloat16)
    assert in_bf16.attend is not None
    assert not in_bf16.attends_bf16
    assert chosen(lambda sizes, dtype: bool(sizes.max() > 1)).attend is None


def test_a_kernel_that_wins_nothing_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "shortest_times", lambda calls, *_: [2.0, 1.0])
    chosen = compare(compiled_kernels())
    assert chosen.make_int8 is None
    assert chosen.attend is None
    assert chosen.make_bf16 is None
    assert chosen.activate is gelu_new


def test_only_a_large_model_on_a_processor_asks_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = write_checkpoint(tmp_path / "mine", "gptj")
    model_choice = ModelChoice(str(directory), Precision("8bit"), Device.CPU)
    kernels = compiled_kernels()
    asked: list[str] = []

    def attend(*arguments: Any) -> Tensor:
        asked.append("attend")
        return kernels.attend(*arguments)

    def choose() -> Arithmetic:
        asked.append("choose")
        return Arithmetic(attend=attend, attends_bf16=True)

    ids = random_ids(1)
    small = load_checkpoint(model_choice, lambda progress: None, choose_arithmetic=choose).model
    expected = logits_after(small, ids)
    assert asked == []
    monkeypatch.setattr("pyg_ui.engine.decoding.loading.is_small", lambda num_parameters: False)
    large = load_checkpoint(model_choice, lambda progress: None, choose_arithmetic=choose).model
    assert relative_error(logits_after(large, ids), expected) < 0.02
    assert large.slot_bytes <= small.slot_bytes / 2
    assert asked[:2] == ["choose", "attend"]
    assert torch.isfinite(expected).all()

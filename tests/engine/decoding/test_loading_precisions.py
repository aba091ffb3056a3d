"""Precisions, 8 bit among them, give what transformers itself gives in them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPTJForCausalLM, GPTNeoForCausalLM, PreTrainedModel

from pyg_ui.engine.checkpoints.blueprint import read_blueprint
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.decoding.loading import LoadedCheckpoint, load_checkpoint
from pyg_ui.engine.decoding.native.kernels import KernelChooser, ModelKernels
from pyg_ui.engine.decoding.transformers_decoder import TransformersModel
from pyg_ui.engine.linear.contract import dtype_of
from pyg_ui.engine.model_status import LoadProgress, ModelChoice
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import UnsupportedError
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.decoders import all_compiled_kernels, logits_after, prefill, relative_error
from tests.engine.layouts import write_layout
from tests.engine.local_engines import random_ids

CLASSES = {"gpt_neo": GPTNeoForCausalLM, "gptj": GPTJForCausalLM}
TOKEN_IDS = [6 * index for index in range(40)]


def load(choice: ModelChoice, chooser: KernelChooser | None = None) -> LoadedCheckpoint:
    return load_checkpoint(choice, lambda progress: None, chooser=chooser)


def last_logits(model: PreTrainedModel) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.tensor([TOKEN_IDS])).logits[0, -1]


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_precision_is_no_further_from_fp32_than_transformers_own(
    architecture: str, precision: str, tmp_path: Path
) -> None:
    write_layout(tmp_path, tiny_model(architecture), weight_format="bin")
    loaded = load(ModelChoice(str(tmp_path), Precision(precision)))
    assert loaded.info.precision == precision
    exact, theirs = (
        last_logits(CLASSES[architecture].from_pretrained(tmp_path, dtype=dtype))
        for dtype in (torch.float32, dtype_of(Precision(precision)))
    )
    tolerance = 1e-5 if precision == "fp32" else 1.1 * relative_error(theirs, exact)
    assert relative_error(logits_after(loaded.model, TOKEN_IDS), exact) < tolerance


@pytest.mark.parametrize(("precision", "tolerance"), [("8bit", 0.06), ("4bit", 0.5)])
@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_our_own_quantisation_stays_near_fp32(name: str, precision: str, tolerance: float) -> None:
    exact, loaded = (load(ModelChoice(name, Precision(wanted))) for wanted in ("fp32", precision))
    assert loaded.info.precision == precision
    expected = logits_after(exact.model, TOKEN_IDS)
    assert relative_error(logits_after(loaded.model, TOKEN_IDS), expected) < tolerance


@pytest.mark.parametrize("precision", ["8bit", "4bit"])
@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_a_second_load_takes_what_the_first_quantised(name: str, precision: str, tmp_path: Path) -> None:
    cache, reported = WeightCache(tmp_path), []
    choice = ModelChoice(name, Precision(precision))
    first = load_checkpoint(choice, lambda progress: None, weight_cache=cache).model
    (path,) = tmp_path.iterdir()
    written = path.stat()
    second = load_checkpoint(choice, reported.append, weight_cache=cache).model
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (written.st_size, written.st_mtime_ns)
    assert reported[-1].fraction == 1
    assert torch.equal(logits_after(first, TOKEN_IDS), logits_after(second, TOKEN_IDS))
    load_checkpoint(ModelChoice(name, Precision.BF16), lambda progress: None, weight_cache=cache)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_our_own_8_bit_is_the_same_to_the_bit_batched_and_alone(name: str) -> None:
    model = load(ModelChoice(name, Precision.INT8)).model
    together, alone = model.make_decoder(3), model.make_decoder(1)
    prompts = [random_ids(length, seed=length) for length in (3, 300, 40)]
    for slot, ids in enumerate(prompts):
        prefill(together, slot, ids)
    logits = together.decode([2, 0, 1], [7, 8, 9])
    for row, (slot, token) in enumerate(((2, 7), (0, 8), (1, 9))):
        alone.free(0)
        prefill(alone, 0, prompts[slot])
        assert torch.equal(logits[row], alone.decode([0], [token])[0])


class AlwaysCompiled(KernelChooser):
    def choose(self, device: torch.device, *, is_small: bool) -> ModelKernels:
        return all_compiled_kernels()


def test_drafts_are_tried_where_further_rows_cost_little_and_change_nothing() -> None:
    compiled = AlwaysCompiled()
    choices = [(Precision.INT8, None), (Precision.INT8, compiled), (Precision.INT4, compiled)]
    for precision, chooser in choices:
        assert load(ModelChoice("demo-j", precision), chooser).model.drafts_pay
    for precision in (Precision.FP32, Precision.BF16, Precision.INT4):
        assert not load(ModelChoice("demo-j", precision)).model.drafts_pay


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_8_bit_of_bitsandbytes_runs_on_the_processor(architecture: str, tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    model = tiny_model(architecture)
    write_layout(tmp_path, model)
    reported: list[LoadProgress] = []
    loaded = load_checkpoint(ModelChoice(str(tmp_path), load_in_8bit=True), reported.append)
    assert loaded.info.precision == "8bit-bnb"
    assert loaded.info.num_parameters == sum(p.numel() for p in model.parameters())
    assert isinstance(loaded.model, TransformersModel)
    inner: Any = loaded.model.model
    quantised = {name for name, value in inner.named_parameters() if value.dtype == torch.int8}
    assert quantised == set(read_blueprint(tmp_path).architecture.linear_names())
    assert inner.lm_head.weight.dtype == torch.float16
    assert relative_error(logits_after(loaded.model, TOKEN_IDS), last_logits(model)) < 0.05
    assert reported[-1].done == reported[-1].total > 0


def test_8_bit_of_bitsandbytes_takes_widths_that_are_no_multiple_of_anything(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    from transformers import GPTJConfig

    torch.manual_seed(0)
    config = GPTJConfig(vocab_size=257, n_positions=64, n_embd=30, n_layer=2, n_head=3, rotary_dim=4, n_inner=37)
    model = GPTJForCausalLM(config).eval()
    write_layout(tmp_path, model)
    loaded = load(ModelChoice(str(tmp_path), load_in_8bit=True))
    assert relative_error(logits_after(loaded.model, TOKEN_IDS), last_logits(model)) < 0.05


def test_8_bit_of_bitsandbytes_without_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "bitsandbytes" else find_spec(name, *rest)
    )
    with pytest.raises(UnsupportedError, match="pip install bitsandbytes"):
        load(ModelChoice(str(tmp_path), load_in_8bit=True))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_sizes_are_those_of_the_loaded_model(architecture: str, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model(architecture))
    blueprint = read_blueprint(tmp_path)
    for precision in ("fp32", "fp16"):
        model: Any = CLASSES[architecture].from_pretrained(tmp_path, dtype=dtype_of(Precision(precision)))
        assert blueprint.size.weight_bytes(Precision(precision)) == sum(value.nbytes for value in model.parameters())

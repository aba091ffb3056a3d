"""Precisions, 8 bit among them, give what transformers itself gives in them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch
from transformers import GPTJForCausalLM, GPTNeoForCausalLM

from pyg_ui.engine.blueprint import read_blueprint
from pyg_ui.engine.loading import load_checkpoint
from pyg_ui.engine.manager import LoadProgress, ModelChoice, Precision
from pyg_ui.errors import UnsupportedError
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.layouts import write_layout

CLASSES = {"gpt_neo": GPTNeoForCausalLM, "gptj": GPTJForCausalLM}
TOKEN_IDS = torch.arange(40)[None] * 6  # (1, 40)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_precision_equals_transformers_own(architecture: str, precision: str, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model(architecture), weight_format="bin")
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    ours = load_checkpoint(ModelChoice(str(tmp_path), Precision(precision)), lambda progress: None)
    theirs = CLASSES[architecture].from_pretrained(tmp_path, dtype=dtype)
    assert ours.info.precision == precision
    assert ours.model.dtype == dtype
    with torch.no_grad():
        assert torch.equal(ours.model(TOKEN_IDS).logits, theirs(TOKEN_IDS).logits)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_8_bit_runs_on_the_processor(architecture: str, tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    model = tiny_model(architecture)
    write_layout(tmp_path, model)
    reported: list[LoadProgress] = []
    loaded = load_checkpoint(ModelChoice(str(tmp_path), load_in_8bit=True), reported.append)
    assert loaded.info.precision == "8bit"
    assert loaded.info.num_parameters == sum(p.numel() for p in model.parameters())
    quantised = {name for name, value in loaded.model.named_parameters() if value.dtype == torch.int8}
    assert quantised == read_blueprint(tmp_path).quantizable
    assert loaded.model.lm_head.weight.dtype == torch.float16
    with torch.no_grad():
        expected, logits = model(TOKEN_IDS).logits, loaded.model(TOKEN_IDS).logits.float()
    assert (logits - expected).norm() / expected.norm() < 0.05
    assert reported[-1].done == reported[-1].total > 0


def test_8_bit_takes_widths_that_are_no_multiple_of_anything(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    from transformers import GPTJConfig

    torch.manual_seed(0)
    config = GPTJConfig(vocab_size=257, n_positions=64, n_embd=30, n_layer=2, n_head=3, rotary_dim=4, n_inner=37)
    model = GPTJForCausalLM(config).eval()
    write_layout(tmp_path, model)
    loaded = load_checkpoint(ModelChoice(str(tmp_path), load_in_8bit=True), lambda progress: None)
    with torch.no_grad():
        expected, logits = model(TOKEN_IDS).logits, loaded.model(TOKEN_IDS).logits.float()
    assert (logits - expected).norm() / expected.norm() < 0.05


def test_8_bit_without_bitsandbytes_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "bitsandbytes" else find_spec(name, *rest)
    )
    with pytest.raises(UnsupportedError, match="pip install bitsandbytes"):
        load_checkpoint(ModelChoice(str(tmp_path), load_in_8bit=True), lambda progress: None)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_sizes_are_those_of_the_loaded_model(architecture: str, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model(architecture))
    blueprint = read_blueprint(tmp_path)
    for precision in ("fp32", "fp16"):
        model = load_checkpoint(ModelChoice(str(tmp_path), Precision(precision)), lambda progress: None).model
        assert blueprint.weight_bytes(precision) == sum(value.nbytes for value in model.parameters())

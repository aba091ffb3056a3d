"""A checkpoint that is not whole, not ours or not safe is refused with a message that names what is wrong."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.errors import CheckpointError, CheckpointNotFoundError, UnsupportedError, WeightError
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.layouts import FORMATS, state_of, write_layout

Write = Callable[[dict[str, Any], Path], None]


def refuse(directory: Path, error: type[CheckpointError], *parts: str) -> None:
    with pytest.raises(error) as refusal:
        load_checkpoint(ModelChoice(str(directory)), lambda progress: None)
    assert type(refusal.value) is error
    for part in parts:
        assert part in str(refusal.value)


def change_config(directory: Path, **changes: object) -> None:
    path = directory / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def truncate(path: Path, part: float) -> None:
    size = int(path.stat().st_size * part)
    with path.open("r+b") as file:
        file.truncate(size)


@pytest.mark.parametrize("weight_format", FORMATS)
@pytest.mark.parametrize(
    ("architecture", "name"),
    [
        ("gpt_neo", "transformer.h.2.attn.attention.q_proj.weight"),
        ("gpt_neo", "transformer.wte.weight"),
        ("gptj", "lm_head.bias"),
        ("gptj", "lm_head.weight"),
        ("gptj", "transformer.h.1.mlp.fc_in.bias"),
    ],
)
def test_a_missing_weight_is_named(architecture: str, name: str, weight_format: str, tmp_path: Path) -> None:
    model = tiny_model(architecture)
    state = state_of(model)
    del state[name]
    write_layout(tmp_path, model, weight_format=weight_format, state=state)
    refuse(tmp_path, WeightError, name)


@pytest.mark.parametrize("weight_format", FORMATS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_misshapen_weight_is_named(architecture: str, weight_format: str, tmp_path: Path) -> None:
    model = tiny_model(architecture)
    state = state_of(model)
    state["transformer.h.0.ln_1.weight"] = torch.ones(33)
    write_layout(tmp_path, model, weight_format=weight_format, state=state)
    refuse(tmp_path, WeightError, "transformer.h.0.ln_1.weight", "[33]", "[32]")


def test_a_transposed_weight_is_named(tmp_path: Path) -> None:
    model = tiny_model("gptj")
    state = state_of(model)
    state["transformer.h.0.mlp.fc_in.weight"] = state["transformer.h.0.mlp.fc_in.weight"].t().contiguous()
    write_layout(tmp_path, model, state=state)
    refuse(tmp_path, WeightError, "transformer.h.0.mlp.fc_in.weight")


@pytest.mark.parametrize("weight_format", FORMATS)
def test_a_weight_of_whole_numbers_is_named(weight_format: str, tmp_path: Path) -> None:
    model = tiny_model("gptj")
    state = state_of(model)
    state["transformer.wte.weight"] = state["transformer.wte.weight"].to(torch.int8)
    write_layout(tmp_path, model, weight_format=weight_format, state=state)
    refuse(tmp_path, WeightError, "transformer.wte.weight", "floating-point")


@pytest.mark.parametrize("part", [0.0, 0.00003, 0.3, 0.999])
@pytest.mark.parametrize("num_shards", [1, 2])
@pytest.mark.parametrize("weight_format", FORMATS)
def test_a_truncated_file_is_named(weight_format: str, num_shards: int, part: float, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gpt_neo"), weight_format=weight_format, num_shards=num_shards)
    path = sorted(path for path in tmp_path.iterdir() if path.suffix in (".safetensors", ".bin"))[-1]
    truncate(path, part)
    refuse(tmp_path, WeightError, path.name, "damaged or truncated")


@pytest.mark.parametrize("part", [0.1, 0.9])
def test_a_truncated_file_of_old_torch_is_named(part: float, tmp_path: Path) -> None:
    model = tiny_model("gpt_neo")
    write_layout(tmp_path, model, weight_format="bin")
    path = tmp_path / "pytorch_model.bin"
    torch.save(state_of(model), path, _use_new_zipfile_serialization=False)
    truncate(path, part)
    refuse(tmp_path, WeightError, "pytorch_model.bin")


@pytest.mark.parametrize("weight_format", FORMATS)
def test_a_missing_shard_is_named(weight_format: str, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"), weight_format=weight_format, num_shards=3)
    shard = next(tmp_path.glob("*00002-of-00003*"))
    shard.unlink()
    refuse(tmp_path, WeightError, shard.name)


@pytest.mark.parametrize("index", ["{}", "[]", "no json", '{"weight_map": {"a": "../a.safetensors"}}'])
def test_a_broken_index_is_named(index: str, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"), num_shards=2)
    (tmp_path / "model.safetensors.index.json").write_text(index)
    with pytest.raises(CheckpointError, match=r"model\.safetensors\.index\.json"):
        load_checkpoint(ModelChoice(str(tmp_path)), lambda progress: None)


def test_gits_pointer_instead_of_weights_is_explained(tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    for name in ("model.safetensors", "pytorch_model.bin"):
        (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9000\n")
        refuse(tmp_path, WeightError, name, "git lfs pull")
        (tmp_path / name).unlink()


class Malicious:
    """Pickles as a call of a program."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


def pickle_plainly(content: dict[str, Any], path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


def save_as_old_torch(content: dict[str, Any], path: Path) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize("write", [torch.save, save_as_old_torch, pickle_plainly])
def test_a_malicious_pickle_never_runs(write: Write, tmp_path: Path) -> None:
    model = tiny_model("gpt_neo")
    write_layout(tmp_path, model, weight_format="bin")
    path, mark = tmp_path / "pytorch_model.bin", tmp_path / "it-ran"
    write({**state_of(model), "extra": Malicious(mark)}, path)
    refuse(tmp_path, UnsupportedError, "pytorch_model.bin", "refused", "Nothing was run")
    assert not mark.exists()


def test_the_malicious_pickle_of_these_tests_would_run(tmp_path: Path) -> None:
    pickle_plainly({"extra": Malicious(tmp_path / "it-ran")}, tmp_path / "file")
    pickle.loads((tmp_path / "file").read_bytes())
    assert (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("model_type", ["llama", "gpt2", "gpt_neox", None])
def test_another_architecture_is_refused_by_name(model_type: str | None, tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    change_config(tmp_path, model_type=model_type)
    refuse(tmp_path, UnsupportedError, model_type or "not named", "gpt_neo")


def test_an_already_quantised_checkpoint_is_refused(tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    change_config(tmp_path, quantization_config={"quant_method": "gptq"})
    refuse(tmp_path, UnsupportedError, "already quantised")


@pytest.mark.parametrize("changes", [{"n_head": 0}, {"n_embd": "many"}, {"n_head": 5}, {"activation_function": "eval"}])
def test_a_config_of_nonsense_is_refused(changes: dict[str, object], tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    change_config(tmp_path, **changes)
    refuse(tmp_path, CheckpointError, "config.json")


def test_a_config_that_asks_for_another_size_is_refused(tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    change_config(tmp_path, n_embd=64)
    refuse(tmp_path, WeightError, "32]", "64]")


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_broken_config_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    refuse(tmp_path, CheckpointError, "config.json")


def test_what_is_absent_is_named(tmp_path: Path) -> None:
    refuse(tmp_path, CheckpointNotFoundError, "config.json")
    write_layout(tmp_path, tiny_model("gptj"))
    (tmp_path / "tokenizer.json").rename(tmp_path / "elsewhere")
    refuse(tmp_path, CheckpointNotFoundError, "tokenizer.json", "vocab.json")
    (tmp_path / "elsewhere").rename(tmp_path / "tokenizer.json")
    (tmp_path / "model.safetensors").unlink()
    refuse(tmp_path, CheckpointNotFoundError, "model.safetensors", "pytorch_model.bin")


def test_a_broken_tokenizer_is_named(tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    content = (tmp_path / "tokenizer.json").read_text()
    (tmp_path / "tokenizer.json").write_text(content[:1000])
    refuse(tmp_path, CheckpointError, "tokenizer.json")
    (tmp_path / "tokenizer.json").write_text(content.replace("<|endoftext|>", "<eos>"))
    refuse(tmp_path, CheckpointError, "<|endoftext|>")


def test_added_tokens_that_do_not_fit_the_vocabulary_are_refused(tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"), tokenizer="vocab.json")
    (tmp_path / "added_tokens.json").write_text(json.dumps({"<|endoftext|>": 256, "<|extratoken_1|>": 300}))
    refuse(tmp_path, CheckpointError, "added_tokens.json", "<|extratoken_1|>")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_refused(tmp_path: Path) -> None:
    write_layout(tmp_path, tiny_model("gptj"))
    with pytest.raises(UnsupportedError, match="no GPU"):
        load_checkpoint(ModelChoice(str(tmp_path), device=Device.CUDA), lambda progress: None)

"""What is loaded equals what was saved, in every layout."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from pyg_ui.engine.decoding.decoder import LoadedModel
from pyg_ui.engine.decoding.loading import LoadedCheckpoint, load_checkpoint
from pyg_ui.engine.model_status import LoadProgress, ModelChoice
from pyg_ui.engine.precision import Precision
from tests.checkpoints import ARCHITECTURES, byte_tokenizer, tiny_model
from tests.engine.decoders import logits_after, relative_error
from tests.engine.layouts import FORMATS, TOKENIZERS, state_of, write_layout, write_weights
from tests.repository import GPT2_TOKENIZER

SHARED_TOKENIZER = GPT2_TOKENIZER


def load(directory: Path, reported: list[LoadProgress] | None = None) -> LoadedCheckpoint:
    return load_checkpoint(ModelChoice(str(directory)), [].append if reported is None else reported.append)


def assert_same_logits(loaded: LoadedModel, saved: PreTrainedModel) -> None:
    token_ids = [6 * index for index in range(40)]
    with torch.no_grad():
        expected = saved(torch.tensor([token_ids])).logits[0, -1]
    assert relative_error(logits_after(loaded, token_ids), expected) < 1e-5


@pytest.mark.parametrize(
    ("architecture", "weight_format", "num_shards", "tokenizer"),
    list(itertools.product(ARCHITECTURES, FORMATS, (1, 3), TOKENIZERS)),
)
def test_every_layout_loads_what_was_saved(
    architecture: str, weight_format: str, num_shards: int, tokenizer: str, tmp_path: Path
) -> None:
    model = tiny_model(architecture, vocab_size=258)
    write_layout(tmp_path / "mine", model, weight_format=weight_format, num_shards=num_shards, tokenizer=tokenizer)
    checkpoint = load(tmp_path / "mine")
    assert_same_logits(checkpoint.model, model)
    text = "Mira: *waves* Héllo!\n"
    expected = byte_tokenizer().encode(text)
    assert checkpoint.tokenizer.encode(text, add_special_tokens=False).ids == expected
    assert checkpoint.tokenizer.decode(expected) == text
    assert checkpoint.tokenizer.encode("a<|endoftext|>").ids[-1:] == [256] == list(checkpoint.end_ids)
    assert checkpoint.info.id == "mine"
    assert checkpoint.info.architecture == architecture
    assert checkpoint.info.num_parameters == sum(p.numel() for p in model.parameters())
    assert checkpoint.info.context_length == 512
    assert checkpoint.info.vocabulary_size == 258
    assert checkpoint.info.precision == "fp32"
    assert not checkpoint.info.is_demo


@pytest.mark.skipif(not SHARED_TOKENIZER.is_dir(), reason="the GPT-2 tokenizer's files are not here")
@pytest.mark.parametrize(("architecture", "vocab_size"), [("gpt_neo", 50257), ("gptj", 50400)])
@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_the_real_vocabularies_load(architecture: str, vocab_size: int, tokenizer: str, tmp_path: Path) -> None:
    model = tiny_model(architecture, vocab_size=vocab_size)
    model.config.eos_token_id = 50256
    write_layout(tmp_path, model, weight_format="bin", num_shards=2)
    (tmp_path / "tokenizer.json").unlink()
    names = ("tokenizer.json",) if tokenizer == "tokenizer.json" else ("vocab.json", "merges.txt")
    for name in names:
        shutil.copy(SHARED_TOKENIZER / name, tmp_path)
    if architecture == "gptj":
        added = {f"<|extratoken_{n}|>": 50256 + n for n in range(1, 144)}
        (tmp_path / "added_tokens.json").write_text(json.dumps(added))
    checkpoint = load(tmp_path)
    assert_same_logits(checkpoint.model, model)
    assert checkpoint.end_ids == {50256}
    assert checkpoint.tokenizer.encode("You: Hello there").ids == [1639, 25, 18435, 612]
    if architecture == "gptj" and tokenizer == "vocab.json":
        assert checkpoint.tokenizer.encode("<|extratoken_143|>").ids == [50399]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("weight_format", FORMATS)
@pytest.mark.parametrize("dtype", [torch.uint8, torch.bool])
def test_old_mask_buffers_are_ignored(
    architecture: str, weight_format: str, dtype: torch.dtype, tmp_path: Path
) -> None:
    model = tiny_model(architecture)
    attention = "attn.attention" if architecture == "gpt_neo" else "attn"
    masks = {
        f"transformer.h.{layer}.{attention}.bias": torch.ones(1, 1, 512, 512, dtype=dtype) for layer in range(3)
    } | {f"transformer.h.{layer}.{attention}.masked_bias": torch.tensor(-1e9) for layer in range(3)}
    write_layout(tmp_path, model, weight_format=weight_format, state=state_of(model) | masks)
    assert_same_logits(load(tmp_path).model, model)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_names_without_the_models_prefix_load(architecture: str, tmp_path: Path) -> None:
    model = tiny_model(architecture)
    state = {name.removeprefix("transformer."): value for name, value in state_of(model).items()}
    write_layout(tmp_path, model, state=state)
    assert_same_logits(load(tmp_path).model, model)


@pytest.mark.parametrize("weight_format", FORMATS)
def test_a_tied_output_layer_may_be_present(weight_format: str, tmp_path: Path) -> None:
    model = tiny_model("gpt_neo")
    state = state_of(model)
    state["lm_head.weight"] = state["transformer.wte.weight"].clone()
    write_layout(tmp_path, model, weight_format=weight_format, state=state)
    assert_same_logits(load(tmp_path).model, model)


def test_a_tied_output_layer_may_stand_for_the_embedding(tmp_path: Path) -> None:
    model = tiny_model("gpt_neo")
    state = state_of(model)
    state["lm_head.weight"] = state.pop("transformer.wte.weight")
    write_layout(tmp_path, model, state=state)
    assert_same_logits(load(tmp_path).model, model)


def test_unknown_weights_are_logged_and_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = tiny_model("gptj")
    write_layout(tmp_path, model, state=state_of(model) | {"value_head.weight": torch.ones(3)})
    assert_same_logits(load(tmp_path).model, model)
    assert "value_head.weight" in caplog.text


def test_weights_stored_in_16_bit_are_widened_exactly(tmp_path: Path) -> None:
    model = tiny_model("gptj")
    halves = {name: value.half() for name, value in state_of(model).items()}
    write_layout(tmp_path, model, state=halves)
    model.load_state_dict(halves)
    assert_same_logits(load(tmp_path).model, model)


def test_a_complete_format_is_used_where_another_is_incomplete(tmp_path: Path) -> None:
    model = tiny_model("gpt_neo")
    write_layout(tmp_path, model, num_shards=3)
    next(tmp_path.glob("model-00002*")).unlink()
    write_layout(tmp_path, model, weight_format="bin", num_shards=2)
    assert_same_logits(load(tmp_path).model, model)


def test_a_loaded_model_does_not_depend_on_its_files(tmp_path: Path) -> None:
    model = tiny_model("gptj")
    write_layout(tmp_path, model, weight_format="bin")
    checkpoint = load(tmp_path)
    with (tmp_path / "pytorch_model.bin").open("r+b") as file:
        file.write(bytes(200_000))
    assert_same_logits(checkpoint.model, model)


@pytest.mark.parametrize("weight_format", FORMATS)
def test_progress_counts_every_byte_once_and_only_rises(weight_format: str, tmp_path: Path) -> None:
    model = tiny_model("gptj")
    write_layout(tmp_path, model, weight_format=weight_format, num_shards=3)
    reported: list[LoadProgress] = []
    load(tmp_path, reported)
    reading = [progress for progress in reported if str(progress.stage) == "Reading weights"]
    done = [progress.done for progress in reading]
    assert {progress.total for progress in reading} == {sum(value.nbytes for value in state_of(model).values())}
    assert done[0] == 0
    assert done[-1] == reading[-1].total
    assert done == sorted(set(done))
    assert len(done) == len(state_of(model)) + 1


def test_only_declared_fields_of_the_config_count(tmp_path: Path) -> None:
    model = tiny_model("gptj")
    write_layout(tmp_path, model)
    config = json.loads((tmp_path / "config.json").read_text())
    config |= {
        "auto_map": {"AutoModelForCausalLM": "evil.py--Evil"},
        "attn_implementation": "somebody/kernels",
        "_attn_implementation": "somebody/kernels",
        "transformers_weights": "elsewhere.bin",
        "dtype": "float16",
        "output_attentions": True,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert_same_logits(load(tmp_path).model, model)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("num_shards", [1, 3])
@pytest.mark.parametrize("is_legacy", [False, True])
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.BF16, Precision.INT8])
def test_parameters_that_want_gradients_are_weights(
    architecture: str, num_shards: int, is_legacy: bool, precision: Precision, tmp_path: Path
) -> None:
    model = tiny_model(architecture, vocab_size=258)
    plain = write_layout(tmp_path / "plain", model, num_shards=num_shards)
    directory = write_layout(tmp_path / "mine", model, state={}, weight_format="bin")
    (directory / "pytorch_model.bin").unlink()
    parameters = {name: torch.nn.Parameter(weight) for name, weight in state_of(model).items()}
    write_weights(directory, parameters, "bin", num_shards)
    if is_legacy:
        for path in directory.glob("*.bin"):
            torch.save(torch.load(path), path, _use_new_zipfile_serialization=False)
    token_ids = list(range(40))
    loaded = [
        load_checkpoint(ModelChoice(str(path), precision), list[LoadProgress]().append) for path in (plain, directory)
    ]
    expected, actual = (logits_after(checkpoint.model, token_ids) for checkpoint in loaded)
    assert torch.equal(expected, actual)
    assert not actual.requires_grad


@pytest.mark.parametrize(
    ("architecture", "names"),
    [
        ("gpt_neo", {"num_layers": "num_hidden_layers", "num_heads": "num_attention_heads"}),
        (
            "gptj",
            {
                "n_embd": "hidden_size",
                "n_layer": "num_hidden_layers",
                "n_head": "num_attention_heads",
                "n_positions": "max_position_embeddings",
            },
        ),
    ],
)
@pytest.mark.parametrize("has_both", [False, True])
def test_a_config_with_general_names_loads(
    architecture: str, names: dict[str, str], has_both: bool, tmp_path: Path
) -> None:
    model = tiny_model(architecture, context=384)
    directory = write_layout(tmp_path, model)
    path = directory / "config.json"
    written = json.loads(path.read_text())
    renamed = {names.get(name, name): value for name, value in written.items()}
    if has_both:  # transformers takes the general names
        renamed |= dict.fromkeys(names, 7)
    path.write_text(json.dumps(renamed))
    checkpoint = load(directory)
    assert checkpoint.info.context_length == 384
    assert_same_logits(checkpoint.model, model)

"""The two checkpoints as the application finds them."""

import json
from random import Random

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.repository import DEMO_MODELS
from training.corpus.conversations import END_OF_TEXT, draw_document, text_of
from training.corpus.values import ValueSource

MODELS = {"demo-neo": "gpt_neo", "demo-j": "gptj"}
MAX_BYTES = 8_000_000


@pytest.mark.parametrize("name", MODELS)
def test_directory_is_complete_and_small(name: str) -> None:
    files = {path.name: path.stat().st_size for path in (DEMO_MODELS / name).iterdir()}
    wanted = {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert files.keys() == wanted | {"README.md"}
    assert sum(files.values()) <= MAX_BYTES


@pytest.mark.parametrize(("name", "architecture"), MODELS.items())
def test_configuration_is_what_was_promised(name: str, architecture: str) -> None:
    config = json.loads((DEMO_MODELS / name / "config.json").read_text())
    assert config["model_type"] == architecture
    assert config.get("max_position_embeddings", config.get("n_positions")) == 2048
    assert {config["bos_token_id"], config["eos_token_id"], config["pad_token_id"]} == {0}
    if architecture == "gpt_neo":
        assert set(config["attention_layers"]) == {"global", "local"}
        assert config["window_size"] == 256


@pytest.mark.parametrize("name", MODELS)
def test_every_weight_is_found_and_finite(name: str) -> None:
    model, info = AutoModelForCausalLM.from_pretrained(
        DEMO_MODELS / name, dtype=torch.float32, output_loading_info=True
    )
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    with safe_open(DEMO_MODELS / name / "model.safetensors", "pt") as weights:
        assert {weights.get_tensor(key).dtype for key in weights.keys()} == {torch.float16}  # noqa: SIM118 (no mapping)


@pytest.mark.parametrize("name", MODELS)
def test_tokenizer_returns_any_text_as_it_was(name: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(DEMO_MODELS / name)
    assert tokenizer.bos_token == tokenizer.eos_token == tokenizer.pad_token == END_OF_TEXT
    assert len(tokenizer) == json.loads((DEMO_MODELS / name / "config.json").read_text())["vocab_size"]
    texts = [
        "*waves* Hi,  I'm McDonald.\n\nYou: HELLO...",
        "Ümläut 😀 日本語 \t\x00 \u200b end ",
        text_of(draw_document(Random(1), ValueSource(), 3)),
    ]
    for text in texts:
        assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_names_have_the_same_tokens_at_a_line_start_and_within_a_line() -> None:
    tokenizer = AutoTokenizer.from_pretrained(DEMO_MODELS / "demo-neo")
    alone = tokenizer("Zorbelina").input_ids
    within = tokenizer(" Zorbelina").input_ids
    assert within[-len(alone) :] == alone

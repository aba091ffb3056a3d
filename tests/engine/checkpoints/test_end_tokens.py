"""A text ends where transformers' generate ends it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from pyg_ui.engine.engine import FinishReason, GenerationRequest
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.serving.local import load_engine
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.layouts import write_layout

PROMPT = tuple(range(40, 60))
NUM_NEW = 24
ABSENT = object()


def write(directory: Path, architecture: str, config_end: Any, generation_end: Any, bare: bool = False) -> Path:
    """A checkpoint whose two files name these ends of text."""
    write_layout(directory, tiny_model(architecture))
    path = directory / "config.json"
    config = json.loads(path.read_text())
    config.pop("eos_token_id")
    path.write_text(json.dumps(config if config_end is ABSENT else config | {"eos_token_id": config_end}))
    if generation_end is not ABSENT:
        written = {} if bare else {"eos_token_id": generation_end}
        (directory / "generation_config.json").write_text(json.dumps({"bos_token_id": 256, **written}))
    return directory


def generated(directory: Path, **parameters: Any) -> tuple[tuple[int, ...], FinishReason]:
    """The new tokens that the engine writes greedily, and how they end."""
    engine = load_engine(ModelChoice(str(directory), Precision.FP32), lambda progress: None, max_concurrency=1)
    try:
        settings = SamplingParameters.neutral(temperature=0, max_new_tokens=NUM_NEW, **parameters)
        generation = engine.submit(GenerationRequest(PROMPT, settings))
        ids = tuple(token_id for chunk in generation for token_id in chunk.token_ids)
        assert generation.result is not None
        return ids, generation.result.reason
    finally:
        engine.close()


def expected(directory: Path, **options: Any) -> tuple[int, ...]:
    """The same by transformers, with its end of text if it wrote one."""
    model = AutoModelForCausalLM.from_pretrained(directory).eval()
    with torch.no_grad():
        ids = model.generate(torch.tensor([PROMPT]), do_sample=False, max_new_tokens=NUM_NEW, pad_token_id=0, **options)
    return tuple(ids[0, len(PROMPT) :].tolist())


@cache
def endless(architecture: str) -> tuple[int, ...]:
    """What the model writes where nothing ends it."""
    with TemporaryDirectory() as directory:
        return generated(write(Path(directory), architecture, 256, ABSENT))[0]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(
    ("config_end", "generation_end"),
    [
        (256, [256, "late"]), (256, "late"), (256, ["late", "early"]), ("late", ABSENT), (["early", 256], ABSENT),
        (["late", "early", 50256], ABSENT), ("early", "late"), ("early", [256]), (None, ["late"]),
    ],
)  # fmt: skip
def test_a_text_ends_where_transformers_ends_it(
    architecture: str, config_end: Any, generation_end: Any, tmp_path: Path
) -> None:
    unended = endless(architecture)
    known = {"early": unended[3], "late": next(i for i in unended[6:] if i not in unended[:6])}

    def ids(named: Any) -> Any:
        return [known.get(n, n) for n in named] if isinstance(named, list) else known.get(named, named)

    directory = write(tmp_path / "model", architecture, ids(config_end), ids(generation_end))
    for num_before in (0, 5):
        wanted = expected(directory, min_new_tokens=num_before)
        written, reason = generated(directory, min_new_tokens=num_before)
        ends = wanted[-1] in known.values() and wanted != unended
        assert written == (wanted[:-1] if ends else wanted)
        assert reason is (FinishReason.END_OF_TEXT if ends else FinishReason.LENGTH)


@pytest.mark.parametrize(
    ("config_end", "generation_end", "bare"),
    [(None, ABSENT, False), (ABSENT, ABSENT, False), (50256, ABSENT, False), (7, None, True), (7, None, False),
     ("256", ABSENT, False), (True, ABSENT, False), ([], ABSENT, False), (7.5, ABSENT, False)],
)  # fmt: skip
def test_a_text_that_nothing_would_end_ends_at_the_end_of_text(
    config_end: Any, generation_end: Any, bare: bool, tmp_path: Path
) -> None:
    directory = write(tmp_path, "gptj", config_end, generation_end, bare)
    engine = load_engine(ModelChoice(str(directory), Precision.FP32), lambda progress: None, max_concurrency=1)
    try:
        assert engine._vocabulary.end_ids == {256}
    finally:
        engine.close()


def test_a_broken_generation_config_leaves_the_config(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    directory = write(tmp_path, "gptj", [256, 7], ABSENT)
    (directory / "generation_config.json").write_text("{")
    engine = load_engine(ModelChoice(str(directory), Precision.FP32), lambda progress: None, max_concurrency=1)
    try:
        assert engine._vocabulary.end_ids == {256, 7}
    finally:
        engine.close()
    assert "generation_config.json" in caplog.text

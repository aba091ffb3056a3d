"""From a choice of model to an engine that serves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyg_ui.engine.decoding.native.decoder import NativeModel
from pyg_ui.engine.decoding.native.slot_tensors import SlotTensors
from pyg_ui.engine.decoding.transformers_decoder import TransformersDecoder, TransformersModel
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import LoadProgress, ModelChoice
from pyg_ui.engine.serving.local import load_engine
from pyg_ui.errors import Message
from tests.checkpoints import ARCHITECTURES, tiny_model, write_checkpoint
from tests.engine.decoders import prefill, transformer_of
from tests.engine.local_engines import generate, greedy, transformers_greedy


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_checkpoint_in_a_directory_serves(architecture: str, tmp_path: Path) -> None:
    directory = write_checkpoint(tmp_path / "mine", architecture)
    reported: list[LoadProgress] = []
    engine = load_engine(ModelChoice(str(directory)), reported.append)
    try:
        assert engine.model.id == "mine"
        assert engine.model.architecture == architecture
        prompt = tuple(engine.encode("You: Hello!\nMira:"))
        assert generate(engine, greedy(prompt, 20)) == transformers_greedy(tiny_model(architecture), prompt, 20)
        assert reported[-1] == LoadProgress(Message("Warming up"))
    finally:
        engine.close()


def test_the_manager_serves_what_the_loader_makes(tmp_path: Path) -> None:
    directory = write_checkpoint(tmp_path / "mine", "gpt_neo")
    models = ModelManager(load_engine)
    models.start_loading(ModelChoice(str(directory)))
    assert models.wait(60).is_ready
    assert models.engine.count_tokens("Hi") == 2
    models.start_loading(ModelChoice(str(tmp_path / "nothing")))
    status = models.wait(60)
    assert status.error is not None
    assert status.is_ready
    models.close()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_slots_size_is_that_of_a_full_cache(architecture: str) -> None:
    model = tiny_model(architecture, context=64)
    decoder = TransformersDecoder(model, num_slots=1)
    prefill(decoder, 0, range(64))
    (cache,) = decoder._caches
    assert TransformersModel(model).slot_bytes == sum(keys.nbytes + values.nbytes for keys, values, _ in cache)
    native = NativeModel(transformer_of(model))
    held = SlotTensors(native.slot_shape, 1).layers(0)
    assert native.slot_bytes == sum(layer.both.nbytes for layer in held)

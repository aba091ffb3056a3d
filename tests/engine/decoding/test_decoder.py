"""Both decoders: cached equals uncached, however the work is cut up, on both architectures."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import cpu_offload
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from pyg_ui.engine.decoding.decoder import Decoder
from pyg_ui.engine.decoding.transformers_decoder import TransformersDecoder
from tests.checkpoints import ARCHITECTURES, tiny_model, write_checkpoint
from tests.engine.decoders import compiled_decoder, native_decoder, padded_decoder, prefill
from tests.engine.local_engines import random_ids

MakeDecoder = Callable[..., Decoder]


@pytest.fixture(params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Any:
    return tiny_model(request.param)


@pytest.fixture(params=[TransformersDecoder, native_decoder, compiled_decoder, padded_decoder])
def make_decoder(request: pytest.FixtureRequest) -> Any:
    return request.param


def uncached_logits(model: Any, ids: tuple[int, ...]) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0]


def assert_close(actual: torch.Tensor, expected: torch.Tensor) -> None:
    # Random GPT-Neo attention is unscaled and chaotic, so the last bits differ more than in a trained model.
    torch.testing.assert_close(actual, expected, rtol=1e-3, atol=1e-3)


def test_prefill_in_chunks_equals_one_forward_over_everything(model: Any, make_decoder: MakeDecoder) -> None:
    ids = random_ids(400)
    decoder = make_decoder(model, num_slots=1)
    expected = uncached_logits(model, ids)
    for start, stop in ((0, 100), (100, 101), (101, 256), (256, 400)):
        assert_close(prefill(decoder, 0, ids[start:stop]), expected[stop - 1])
    assert decoder.num_tokens(0) == 400


def test_decoding_equals_one_forward_beyond_the_window_and_to_the_last_position(
    model: Any, make_decoder: MakeDecoder
) -> None:
    ids = random_ids(512)
    decoder = make_decoder(model, num_slots=1)
    expected = uncached_logits(model, ids)
    prefill(decoder, 0, ids[:200])
    for position in range(200, 512):
        assert_close(decoder.decode([0], [ids[position]])[0], expected[position])
    assert decoder.num_tokens(0) == decoder.context_length == 512


def test_no_token_goes_beyond_the_context(model: Any, make_decoder: MakeDecoder) -> None:
    decoder = make_decoder(model, num_slots=1)
    prefill(decoder, 0, random_ids(512))
    with pytest.raises(AssertionError, match="beyond the context"):
        decoder.decode([0], [1])


def test_ragged_rows_equal_each_alone(model: Any, make_decoder: MakeDecoder) -> None:
    prompts = [random_ids(length, seed=length) for length in (3, 300, 40)]
    together = make_decoder(model, num_slots=3)
    for slot, ids in enumerate(prompts):
        prefill(together, slot, ids)
    logits = together.decode([2, 0, 1], [7, 8, 9])
    for row, (slot, token) in enumerate(((2, 7), (0, 8), (1, 9))):
        alone = make_decoder(model, num_slots=1)
        prefill(alone, 0, prompts[slot])
        assert_close(logits[row], alone.decode([0], [token])[0])


def test_tokens_of_one_slot_in_one_pass_equal_one_after_the_other(model: Any, make_decoder: MakeDecoder) -> None:
    ids = random_ids(400)
    decoder = make_decoder(model, num_slots=2)
    expected = uncached_logits(model, ids)
    prefill(decoder, 0, ids[:300])
    prefill(decoder, 1, ids[:20])
    logits = decoder.decode([0, 0, 1, 0], [*ids[300:302], ids[20], ids[302]])
    for row, position in enumerate((300, 301, 20, 302)):
        assert_close(logits[row], expected[position])
    assert (decoder.num_tokens(0), decoder.num_tokens(1)) == (303, 21)
    decoder.crop(0, 301)
    assert_close(decoder.decode([0], [ids[301]])[0], expected[301])


def test_a_cropped_slot_is_as_if_it_had_never_been_longer(model: Any, make_decoder: MakeDecoder) -> None:
    ids, other = random_ids(300), random_ids(60, seed=1)
    cropped, fresh = (make_decoder(model, num_slots=1) for _ in range(2))
    prefill(cropped, 0, ids)
    cropped.decode([0], [5])
    cropped.crop(0, 280)
    prefill(fresh, 0, ids[:280])
    assert cropped.num_tokens(0) == 280
    assert_close(prefill(cropped, 0, other), prefill(fresh, 0, other))
    assert_close(prefill(cropped, 0, other), uncached_logits(model, ids[:280] + other + other)[-1])


def test_a_copied_prefix_serves_and_leaves_its_source_alone(model: Any, make_decoder: MakeDecoder) -> None:
    ids, other = random_ids(300), random_ids(20, seed=1)
    decoder = make_decoder(model, num_slots=2)
    prefill(decoder, 0, ids)
    prefill(decoder, 1, other)
    decoder.copy(0, 1, 270)
    assert (decoder.num_tokens(0), decoder.num_tokens(1)) == (300, 270)
    assert_close(prefill(decoder, 1, other), uncached_logits(model, ids[:270] + other)[-1])
    assert_close(decoder.decode([0], [9])[0], uncached_logits(model, (*ids, 9))[-1])


def test_a_freed_slot_starts_anew(model: Any, make_decoder: MakeDecoder) -> None:
    decoder = make_decoder(model, num_slots=2)
    prefill(decoder, 0, random_ids(50))
    prefill(decoder, 1, random_ids(60))
    decoder.free(0)
    assert (decoder.num_tokens(0), decoder.num_tokens(1)) == (0, 60)
    assert_close(prefill(decoder, 0, (1, 2, 3)), uncached_logits(model, (1, 2, 3))[-1])


def test_a_model_that_accelerate_offloads_decodes_the_same(model: Any) -> None:
    ids = random_ids(30)
    expected = uncached_logits(model, ids)[-1]
    decoder = TransformersDecoder(cpu_offload(model, execution_device=torch.device("cpu")), num_slots=1)
    prefill(decoder, 0, ids[:29])
    assert_close(decoder.decode([0], ids[29:])[0], expected)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.filterwarnings("ignore")  # bitsandbytes warns about casts of its own making
def test_an_8bit_model_of_bitsandbytes_decodes_as_it_does_in_one_forward(architecture: str, tmp_path: Path) -> None:
    directory = write_checkpoint(tmp_path, architecture)
    quantised = AutoModelForCausalLM.from_pretrained(
        directory, quantization_config=BitsAndBytesConfig(load_in_8bit=True), device_map={"": "cpu"}
    )
    ids = random_ids(30)
    whole, cut = (TransformersDecoder(quantised, num_slots=1) for _ in range(2))
    expected = prefill(whole, 0, ids).float()
    prefill(cut, 0, ids[:29])
    actual = cut.decode([0], ids[29:])[0].float()
    assert ((actual - expected).norm() / expected.norm()).item() < 0.1


def test_a_pass_that_fails_near_its_end_leaves_every_slot_as_it_was(
    model: Any, make_decoder: MakeDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder, prompts = make_decoder(model, num_slots=2), (random_ids(40), random_ids(70, seed=1))
    for slot, ids in enumerate(prompts):
        prefill(decoder, slot, ids)
    passes: list[Callable[[], Any]] = [lambda: decoder.decode([0, 1], [7, 8]), lambda: prefill(decoder, 1, [8, 9, 10])]
    for run in passes:
        with monkeypatch.context() as patch:
            for _ in range(2):  # a pass of fixed shape is also tried out at first
                patch.setattr("torch.layer_norm", norms := CountedNorms())
                run()
                for slot, ids in enumerate(prompts):
                    decoder.crop(slot, len(ids))
            norms.num_left = norms.num_calls - 1
            with pytest.raises(MemoryError):
                run()
        assert [decoder.num_tokens(slot) for slot in (0, 1)] == [40, 70]
    logits = decoder.decode([0, 1], [7, 8])
    for row, ids in enumerate(((*prompts[0], 7), (*prompts[1], 8))):
        assert_close(logits[row], uncached_logits(model, ids)[-1])


class CountedNorms:
    """torch's layer norm, of which every layer has one and the end of a pass too; fails after so many calls."""

    def __init__(self) -> None:
        self.num_calls = 0
        self.num_left: float = math.inf
        self._compute = torch.layer_norm

    def __call__(self, *arguments: Any) -> torch.Tensor:
        self.num_calls += 1
        self.num_left -= 1
        if self.num_left < 0:
            raise MemoryError
        return self._compute(*arguments)

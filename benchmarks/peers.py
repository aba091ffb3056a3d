"""The engines that are compared, behind one contract: ours, transformers, bitsandbytes, CTranslate2.

Each samples as the page does by default, streams its text, and is told to write exactly so many tokens.
"""

from __future__ import annotations

import gc
import itertools
import logging
import shutil
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import repository  # noqa: F401
import torch

from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.decoding.native.kernels import KernelChooser
from pyg_ui.engine.engine import GenerationRequest
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.serving.local import LocalEngine, load_engine

TEMPERATURE, TOP_P, REPETITION_PENALTY = 0.5, 0.9, 1.05


@dataclass(frozen=True, slots=True)
class Reading:
    """One reply's times."""

    first_token_s: float
    tokens_per_s: float
    """From the median time between two tokens: what else the machine does now and then does not count."""

    @classmethod
    def of(cls, start: float, moments: Sequence[float]) -> Reading:
        """From the moments, in seconds, at which the tokens came."""
        gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
        return cls(moments[0] - start, 1 / statistics.median(gaps) if gaps else 0.0)


class Peer(Protocol):
    """An engine with one model in memory."""

    name: str

    def reply(self, prompt_ids: Sequence[int], num_new: int) -> Reading:
        """Continue a prompt. What was read of the very same prompt before may be reused."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


class OurEngine:
    """This program, from submitting a request to the text of its tokens."""

    def __init__(
        self,
        path: Path,
        precision: str,
        cache_directory: Path,
        num_slots: int = 1,
        *,
        compiled: Path | None = None,
        is_settled: bool = True,
    ) -> None:
        """Unless it `is_settled`, work that makes it quicker may go on while it serves.

        `compiled` is where the compiled kernels are kept; None is torch's operators only.
        It does not speculate: how often random weights repeat themselves says nothing of trained ones.
        """
        self.name = f"ours {precision}"
        choice = ModelChoice(str(path), Precision(precision), Device.CPU)
        cache = WeightCache(cache_directory)
        self.engine: LocalEngine = load_engine(
            choice,
            lambda progress: None,
            max_concurrency=num_slots,
            weight_cache=cache,
            chooser=KernelChooser(compiled),
            speculates=False,
        )
        if is_settled:
            self.engine.wait_until_improved()

    def reply(self, prompt_ids: Sequence[int], num_new: int) -> Reading:
        start = time.perf_counter()
        generation = self.engine.submit(request(prompt_ids, num_new))
        return Reading.of(start, [time.perf_counter() for chunk in generation for _ in chunk.token_ids])

    def close(self) -> None:
        self.engine.close()


class Transformers:
    """`generate` with a TextIteratorStreamer, in bf16, in fp32, or through bitsandbytes in 8 bit."""

    def __init__(
        self,
        path: Path,
        *,
        dtype: torch.dtype = torch.bfloat16,
        is_8bit: bool = False,
        reads_prompts: bool = True,
    ) -> None:
        """Unless it `reads_prompts`, random keys and values stand for them: decoding behind them takes as long."""
        from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

        short = "bf16" if dtype == torch.bfloat16 else "fp32"
        self.name = "bitsandbytes 8 bit" if is_8bit else f"transformers {short}"
        quantization: dict[str, Any] = {}
        if is_8bit:
            logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # each matmul says that it casts
            quantization = {"quantization_config": BitsAndBytesConfig(load_in_8bit=True)}
        self._tokenizer = AutoTokenizer.from_pretrained(path)
        self._model = AutoModelForCausalLM.from_pretrained(path, dtype=dtype, **quantization).eval()
        self._reads_prompts = reads_prompts
        self._cache: Any = None
        self._cached_ids: list[int] = []

    def reply(self, prompt_ids: Sequence[int], num_new: int) -> Reading:
        from transformers import TextIteratorStreamer

        moments: list[float] = []

        class Streamer(TextIteratorStreamer):
            def put(self, value: Any) -> None:
                is_prompt = self.next_tokens_are_prompt
                super().put(value)
                if not is_prompt:
                    moments.append(time.perf_counter())

        if self._cached_ids == list(prompt_ids):
            self._cache.crop(len(prompt_ids) - 1 - self._cache.get_seq_length())
        else:
            self._cache, self._cached_ids = self._new_cache(len(prompt_ids)), list(prompt_ids)
        streamer = Streamer(self._tokenizer, skip_prompt=True)
        options = {
            "input_ids": torch.tensor([prompt_ids]), "attention_mask": torch.ones(1, len(prompt_ids)),
            "past_key_values": self._cache, "streamer": streamer, "do_sample": True, "temperature": TEMPERATURE,
            "top_p": TOP_P, "top_k": 0, "repetition_penalty": REPETITION_PENALTY, "max_new_tokens": num_new,
            "min_new_tokens": num_new, "pad_token_id": 0,
        }  # fmt: skip
        start = time.perf_counter()
        thread = threading.Thread(target=self._model.generate, kwargs=options)
        thread.start()
        for _ in streamer:
            pass
        thread.join()
        return Reading.of(start, moments)

    def _new_cache(self, num_tokens: int) -> Any:
        from transformers import DynamicCache

        cache, config = DynamicCache(), self._model.config
        if not self._reads_prompts:
            heads = config.num_attention_heads
            shape = (1, heads, num_tokens - 1, config.hidden_size // heads)
            for layer in range(config.num_hidden_layers):
                cache.update(*(torch.randn(shape).to(self._model.dtype) for _ in range(2)), layer)
        return cache

    def close(self) -> None:
        del self._model, self._cache
        gc.collect()


class CTranslate2:
    """CTranslate2's generator with int8 weights; it has GPT-J only."""

    name = "CTranslate2 int8"

    def __init__(self, path: Path, directory: Path) -> None:
        import ctranslate2
        from transformers import AutoTokenizer

        converted = directory / f"{path.name}-ctranslate2"
        if not (converted / "model.bin").exists():
            shutil.rmtree(converted, ignore_errors=True)
            converter = ctranslate2.converters.TransformersConverter(str(path), low_cpu_mem_usage=True)
            converter.convert(str(converted), quantization="int8")
        self._tokens = AutoTokenizer.from_pretrained(path).convert_ids_to_tokens
        threads = torch.get_num_threads()
        self._generator = ctranslate2.Generator(str(converted), compute_type="int8", intra_threads=threads)

    def reply(self, prompt_ids: Sequence[int], num_new: int) -> Reading:
        moments: list[float] = []
        start = time.perf_counter()
        self._generator.generate_batch(
            [self._tokens(list(prompt_ids))], max_length=num_new, min_length=num_new, include_prompt_in_result=False,
            sampling_topp=TOP_P, sampling_topk=0, sampling_temperature=TEMPERATURE,
            repetition_penalty=REPETITION_PENALTY, callback=lambda step: moments.append(time.perf_counter()) or False,
        )  # fmt: skip
        return Reading.of(start, moments)

    def close(self) -> None:
        self._generator.unload_model()


def request(prompt_ids: Sequence[int], num_new: int, *, is_greedy: bool = False) -> GenerationRequest:
    """What our engine is asked: exactly so many tokens behind a prompt."""
    parameters = (
        SamplingParameters(temperature=0, max_new_tokens=num_new)
        if is_greedy
        else SamplingParameters(
            temperature=TEMPERATURE,
            top_p=TOP_P,
            top_k=0,
            repetition_penalty=REPETITION_PENALTY,
            max_new_tokens=num_new,
        )
    )
    return GenerationRequest(tuple(prompt_ids), parameters, ignore_end_of_text=True)

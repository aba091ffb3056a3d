"""From a choice of model to a model in memory with its tokenizer.

transformers builds and fills the model, accelerate divides it where a GPU is too small, bitsandbytes quantises it
on demand. Invariant: a model comes out of here only if every weight was found with the right shape; nothing is left
at random values. Code that stands in a checkpoint never runs.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from transformers.modeling_utils import PreTrainedModel
from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from pyg_ui.engine.blueprint import DTYPES, Blueprint, read_blueprint
from pyg_ui.engine.checkpoint_files import find_weight_files
from pyg_ui.engine.generation import ModelInfo
from pyg_ui.engine.hardware import free_ram, return_freed_memory
from pyg_ui.engine.hub import Hub
from pyg_ui.engine.manager import Device, LoadProgress, ModelChoice, Precision, ReportProgress
from pyg_ui.engine.placement import Placement, automatic_precision, place_on_cpu, place_on_gpu
from pyg_ui.engine.progress import ByteProgress
from pyg_ui.engine.source import fetch, find_source
from pyg_ui.engine.tokenizer import end_of_text_id, load_tokenizer
from pyg_ui.engine.weights import CountedWeight, StoredWeight, match_weights, open_weights
from pyg_ui.errors import CheckpointError, UnsupportedError, WeightError

_RETURN_EVERY_BYTES = 250_000_000


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model, ready to compute."""

    info: ModelInfo
    model: PreTrainedModel
    """In eval mode, on its device."""
    tokenizer: PreTrainedTokenizerFast
    end_of_text_id: int


def load_checkpoint(choice: ModelChoice, report: ReportProgress, hub: Hub | None = None) -> Checkpoint:
    """Find, download where needed, verify and load what was chosen.

    Raises CheckpointNotFoundError, WeightError that names the weight or the file, UnsupportedError, and
    CheckpointError for a broken file.
    """
    _check_choice(choice)
    hub = hub or Hub()
    source = find_source(choice.source, hub)
    directory = fetch(source, hub, report)
    report(LoadProgress("Checking the checkpoint"))
    blueprint = read_blueprint(directory)
    device = _choose_device(choice.device)
    precision = _choose_precision(choice, blueprint, device)
    tokenizer = load_tokenizer(directory)
    with open_weights(find_weight_files(directory)) as stored:
        weights = match_weights(stored, blueprint.shapes, tied=blueprint.tied)
        model = _fill(blueprint, weights, precision, _place(blueprint, precision, device), report)
    info = ModelInfo(
        id=source.id,
        architecture=blueprint.config.model_type,
        num_parameters=blueprint.num_parameters,
        context_length=blueprint.config.max_position_embeddings,
        precision=precision,
        device=device,
        is_demo=source.entry is not None and source.entry.is_demo,
        vocabulary_size=blueprint.config.vocab_size,
    )
    return Checkpoint(info, model, tokenizer, end_of_text_id(tokenizer))


def _check_choice(choice: ModelChoice) -> None:
    if choice.load_in_8bit and importlib.util.find_spec("bitsandbytes") is None:
        raise UnsupportedError(
            "Loading in 8 bit needs bitsandbytes, which is not installed. Run `pip install bitsandbytes`, or choose "
            "another precision."
        )


def _choose_device(device: Device) -> str:
    has_gpu = torch.cuda.is_available()
    if device is Device.CUDA and not has_gpu:
        raise UnsupportedError("There is no GPU that torch can use here. Choose the device cpu, or auto.")
    return "cuda" if has_gpu and device is not Device.CPU else "cpu"


def _choose_precision(choice: ModelChoice, blueprint: Blueprint, device: str) -> str:
    if choice.load_in_8bit:
        return "8bit"
    if choice.precision is not Precision.AUTO:
        return choice.precision.value
    has_gpu_bf16 = device == "cuda" and torch.cuda.get_device_capability() >= (8, 0)
    return automatic_precision(blueprint.num_parameters, device=device, has_gpu_bf16=has_gpu_bf16)


def _place(blueprint: Blueprint, precision: str, device: str) -> Placement:
    weight_bytes = blueprint.weight_bytes(precision)
    if device == "cpu":
        return place_on_cpu(weight_bytes, free_ram=free_ram(), precision=precision)
    return place_on_gpu(
        weight_bytes,
        blueprint.cache_bytes(precision),
        free_vram=torch.cuda.mem_get_info()[0],
        free_ram=free_ram(),
        precision=precision,
    )


def _fill(
    blueprint: Blueprint, weights: dict[str, StoredWeight], precision: str, placement: Placement, report: ReportProgress
) -> PreTrainedModel:
    """The model with its weights: transformers walks over them and reads each once."""
    if precision == "8bit":
        report(LoadProgress("Preparing 8 bit"))
        report = _with_memory_returned(report)
    quantization = _quantization() if precision == "8bit" else None
    progress = ByteProgress(report, "Reading weights", sum(weight.num_bytes for weight in weights.values()))
    dtype = DTYPES[precision]
    model_class: Any = blueprint.model_class  # its declared type leaves out the pair that output_loading_info returns
    model: PreTrainedModel
    try:
        with _without_progress_bar():
            model, outcome = model_class.from_pretrained(
                None,
                config=blueprint.config,
                state_dict={name: CountedWeight(weight, dtype, progress) for name, weight in weights.items()},
                dtype=dtype,
                device_map=placement.device_map,
                max_memory=placement.max_memory,
                quantization_config=quantization,
                attn_implementation="eager",
                output_loading_info=True,
            )
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(
            f"The model could not be loaded ({reason}). Choose another precision or device."
        ) from error
    _check_outcome(model, outcome)
    model.requires_grad_(False)
    return model


def _with_memory_returned(report: ReportProgress) -> ReportProgress:
    """Report, and every now and then return the 16-bit weights' memory, which would else double the peak in 8 bit."""
    returned_at = 0

    def report_and_return(progress: LoadProgress) -> None:
        nonlocal returned_at
        report(progress)
        if progress.done - returned_at >= _RETURN_EVERY_BYTES or progress.done == progress.total:
            returned_at = progress.done
            return_freed_memory()

    return report_and_return


def _quantization() -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_8bit=True)  # type: ignore[no-untyped-call]


def _check_outcome(model: Any, outcome: dict[str, Any]) -> None:
    """The second look at the invariant, in transformers' own account of what it did."""
    for problem in ("missing_keys", "mismatched_keys", "error_msgs"):
        if outcome[problem]:
            raise WeightError(f"The weight {next(iter(outcome[problem]))} could not be loaded ({problem}).")
    if len(set(getattr(model, "hf_device_map", {}).values())) < 2:  # a divided model's parts come and go
        for name, value in model.named_parameters():
            if value.is_meta:
                raise WeightError(f"The weight {name} was not loaded.")


@contextlib.contextmanager
def _without_progress_bar() -> Iterator[None]:
    """Keep transformers' bar off the terminal: the page and the log show the progress."""
    was_enabled = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if was_enabled:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]

"""From a choice of model to a model in memory with its tokenizer.

Our own forward pass takes the weights product by product; models that bitsandbytes quantises or accelerate divides
stay transformers'. Invariant: a model comes out of here only if every weight was found with the right shape; nothing
is left at random values. Code that stands in a checkpoint never runs.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from pyg_ui.engine.arithmetic import TORCHS_OWN, Arithmetic
from pyg_ui.engine.checkpoints.blueprint import Blueprint, read_blueprint
from pyg_ui.engine.checkpoints.files import find_weight_files
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.checkpoints.source import fetch, find_source
from pyg_ui.engine.checkpoints.tokenizer import end_of_text_id, load_tokenizer
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.checkpoints.weights import match_weights, open_weights
from pyg_ui.engine.decoding.decoder import LoadedModel
from pyg_ui.engine.decoding.native.loading import assemble_model, has_gpu_bf16
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.hardware import free_ram
from pyg_ui.engine.model_status import Device, LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.placement import Placement, automatic_precision, is_small, place_on_cpu, place_on_gpu
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import CheckpointError, Message, UnsupportedError


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model, ready to compute."""

    info: ModelInfo
    model: LoadedModel
    tokenizer: Tokenizer
    end_of_text_id: int


def load_checkpoint(
    choice: ModelChoice,
    report: ReportProgress,
    hub: Hub | None = None,
    weight_cache: WeightCache | None = None,
    choose_arithmetic: Callable[[], Arithmetic] = lambda: TORCHS_OWN,
) -> Checkpoint:
    """Find, download where needed, verify and load what was chosen. Quantised weights are kept in `weight_cache`.

    A large model on a processor computes with what `choose_arithmetic` finds, which may take a while the first time.
    Raises CheckpointNotFoundError, WeightError that names the weight or the file, UnsupportedError, and
    CheckpointError for a broken file.
    """
    _check_choice(choice)
    hub = hub or Hub()
    source = find_source(choice.source, hub)
    directory = fetch(source, hub, report)
    report(LoadProgress(Message("Checking the checkpoint")))
    blueprint = read_blueprint(directory)
    device = _choose_device(choice.device)
    precision = _choose_precision(choice, blueprint, device)
    tokenizer = load_tokenizer(directory)
    files = find_weight_files(directory)
    with open_weights(files) as stored, _failures_named():
        weights = match_weights(stored, blueprint.shapes, tied=blueprint.tied)
        placement = _place(blueprint, precision, device)
        model: LoadedModel
        if precision is Precision.BITSANDBYTES or placement.is_divided:
            from pyg_ui.engine.decoding.transformers_loading import fill_model  # it takes seconds to import

            model = fill_model(blueprint, weights, precision, placement, report)
        else:
            place = torch.device(placement.device)
            is_worth_it = device == "cpu" and not is_small(blueprint.size.num_parameters)
            arithmetic = choose_arithmetic() if is_worth_it else TORCHS_OWN
            model = assemble_model(blueprint, weights, files, precision, place, weight_cache, report, arithmetic)
    info = ModelInfo(
        id=source.id,
        architecture=blueprint.architecture.model_type,
        num_parameters=blueprint.size.num_parameters,
        context_length=blueprint.architecture.context_length,
        precision=precision,
        device=device,
        is_demo=source.entry is not None and source.entry.is_demo,
        vocabulary_size=blueprint.architecture.vocab_size,
    )
    return Checkpoint(info, model, tokenizer, end_of_text_id(tokenizer))


@contextlib.contextmanager
def _failures_named() -> Iterator[None]:
    """Say what happened where a library gives up, for want of memory mostly."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(
            f"The model could not be loaded ({reason}). Choose another precision or device."
        ) from error


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


def _choose_precision(choice: ModelChoice, blueprint: Blueprint, device: str) -> Precision:
    if choice.load_in_8bit:
        return Precision.BITSANDBYTES
    if choice.precision is not Precision.AUTO:
        return choice.precision
    is_bf16_quick = device == "cuda" and has_gpu_bf16()
    return automatic_precision(blueprint.size.num_parameters, device=device, has_gpu_bf16=is_bf16_quick)


def _place(blueprint: Blueprint, precision: Precision, device: str) -> Placement:
    weight_bytes = blueprint.size.weight_bytes(precision)
    if device == "cpu":
        return place_on_cpu(weight_bytes, free_ram=free_ram(), precision=precision)
    return place_on_gpu(
        weight_bytes,
        blueprint.size.cache_bytes(precision, device),
        free_vram=torch.cuda.mem_get_info()[0],
        free_ram=free_ram(),
        precision=precision,
    )

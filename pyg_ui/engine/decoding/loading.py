"""Loads the model that a choice names, with its tokenizer.

Models that bitsandbytes quantises or accelerate divides use transformers' forward pass, all others our own. Invariant:
a model is returned only if every weight was found with the right shape, so no weight keeps random values. Code in a
checkpoint is never run.
"""

import contextlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from pyg_ui.engine.checkpoints.blueprint import read_blueprint
from pyg_ui.engine.checkpoints.end_tokens import read_end_ids
from pyg_ui.engine.checkpoints.files import find_weight_files
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.checkpoints.source import fetch, find_source
from pyg_ui.engine.checkpoints.tokenizer import load_tokenizer
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.checkpoints.weights import StoredCheckpoint, match_weights, open_weights
from pyg_ui.engine.decoding.decoder import LoadedModel
from pyg_ui.engine.decoding.native.assembly import assemble_model, has_gpu_bf16
from pyg_ui.engine.decoding.native.kernels import KernelChooser
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.hardware import free_ram
from pyg_ui.engine.model_status import Device, LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.placement import ModelSize, Placement, automatic_precision, is_small, place_on_cpu, place_on_gpu
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import CheckpointError, Message, UnsupportedError


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A model in memory, with its tokenizer."""

    info: ModelInfo
    model: LoadedModel
    tokenizer: Tokenizer
    end_ids: frozenset[int]
    """The ids of the tokens that end a text."""


def load_checkpoint(
    choice: ModelChoice,
    report: ReportProgress,
    hub: Hub | None = None,
    weight_cache: WeightCache | None = None,
    chooser: KernelChooser | None = None,
) -> LoadedCheckpoint:
    """Find, download where needed, verify and load what was chosen. Quantised weights are kept in `weight_cache`.

    The chooser decides what our own forward pass computes with, which takes time at the first load. Raises
    CheckpointNotFoundError, WeightError that names the weight or the file, UnsupportedError, and CheckpointError for a
    broken file.
    """
    _check_choice(choice)
    hub = hub or Hub()
    source = find_source(choice.source, hub)
    directory = fetch(source, hub, report)
    report(LoadProgress(Message("Checking the checkpoint")))
    blueprint = read_blueprint(directory)
    architecture, size = blueprint.architecture, blueprint.size
    device = _choose_device(choice.device)
    precision = _choose_precision(choice, size, device)
    tokenizer, end_of_text_id = load_tokenizer(directory)
    end_ids = read_end_ids(directory, blueprint, end_of_text_id)
    files = find_weight_files(directory)
    with open_weights(files) as stored, _failures_named():
        weights = match_weights(stored, architecture.shapes(), tied=blueprint.tied)
        checkpoint = StoredCheckpoint(blueprint, files, weights)
        placement = _place(size, precision, device)
        model: LoadedModel
        if precision is Precision.BITSANDBYTES or placement.is_divided:
            from pyg_ui.engine.decoding.transformers_loading import fill_model  # it takes seconds to import

            model = fill_model(checkpoint, precision, placement, report)
        else:
            chooser = chooser or KernelChooser()
            kernels = chooser.choose(torch.device(placement.device), is_small=is_small(size.num_parameters))
            model = assemble_model(checkpoint, precision, kernels, weight_cache, report)
    info = ModelInfo(
        id=source.id,
        architecture=architecture.model_type,
        num_parameters=size.num_parameters,
        context_length=architecture.context_length,
        precision=precision,
        device=device,
        is_demo=source.entry is not None and source.entry.is_demo,
        may_loop=source.entry is not None and source.entry.is_demo,
        vocabulary_size=architecture.vocab_size,
    )
    return LoadedCheckpoint(info, model, tokenizer, end_ids)


@contextlib.contextmanager
def _failures_named() -> Iterator[None]:
    """Turn what a library raises, mostly because memory is short, into a CheckpointError."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        template = "The model could not be loaded ({reason}). Choose another precision or device."
        raise CheckpointError(template, reason=reason) from error


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


def _choose_precision(choice: ModelChoice, size: ModelSize, device: str) -> Precision:
    if choice.load_in_8bit:
        return Precision.BITSANDBYTES
    if choice.precision is not Precision.AUTO:
        return choice.precision
    is_bf16_quick = device == "cuda" and has_gpu_bf16()
    return automatic_precision(size.num_parameters, device=device, has_gpu_bf16=is_bf16_quick)


def _place(size: ModelSize, precision: Precision, device: str) -> Placement:
    weight_bytes = size.weight_bytes(precision)
    if device == "cpu":
        return place_on_cpu(weight_bytes, free_ram=free_ram(), precision=precision)
    cache_bytes, free_vram = size.cache_bytes(precision, device), torch.cuda.mem_get_info()[0]
    return place_on_gpu(weight_bytes, cache_bytes, free_vram=free_vram, free_ram=free_ram(), precision=precision)

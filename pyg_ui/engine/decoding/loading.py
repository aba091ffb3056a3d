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
from pyg_ui.engine.gpu.memory import GpuMemory, gpu_memory
from pyg_ui.engine.hardware import free_ram
from pyg_ui.engine.model_status import Device, LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.placement import ModelSize, Placement, automatic_precision, is_small, place_beside, place_on_cpu
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
    vram = _prepare_gpu() if device == "cuda" else None
    precision = _choose_precision(choice, size, vram)
    tokenizer, end_of_text_id = load_tokenizer(directory)
    end_ids = read_end_ids(directory, blueprint, end_of_text_id)
    files = find_weight_files(directory)
    with open_weights(files) as stored, _failures_named():
        weights = match_weights(stored, architecture.shapes(), tied=blueprint.tied)
        checkpoint = StoredCheckpoint(blueprint, files, weights)
        placement = _place(size, precision, vram)
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


def _prepare_gpu() -> GpuMemory:
    """Count the first GPU's memory, and have its sums of fp16 kept in fp32: parts of them can leave fp16's range."""
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    return gpu_memory(torch.device("cuda", 0))


def _choose_precision(choice: ModelChoice, size: ModelSize, vram: GpuMemory | None) -> Precision:
    if choice.load_in_8bit:
        return Precision.BITSANDBYTES
    if choice.precision is not Precision.AUTO:
        return choice.precision
    if vram is None:
        return automatic_precision(size, vram=None)
    # What another model holds counts: that one will be unloaded.
    return automatic_precision(size, vram=vram.free + vram.held, has_gpu_bf16=has_gpu_bf16())


def _place(size: ModelSize, precision: Precision, vram: GpuMemory | None) -> Placement:
    weight_bytes = size.weight_bytes(precision)
    if vram is None:
        return place_on_cpu(weight_bytes, free_ram=free_ram(), precision=precision)
    return place_beside(
        weight_bytes,
        size.cache_bytes(precision, "cuda"),
        free_vram=vram.free,
        held_vram=vram.held,
        free_ram=free_ram(),
        precision=precision,
    )

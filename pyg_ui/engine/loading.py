"""From a choice of model to a model in memory with its tokenizer.

Our own forward pass takes the weights product by product; models that bitsandbytes quantises or accelerate divides
stay transformers'. Invariant: a model comes out of here only if every weight was found with the right shape; nothing
is left at random values. Code that stands in a checkpoint never runs.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from pyg_ui.engine.blueprint import DTYPES, Blueprint, read_blueprint
from pyg_ui.engine.checkpoint_files import find_weight_files
from pyg_ui.engine.decoder import LoadedModel
from pyg_ui.engine.generation import ModelInfo
from pyg_ui.engine.hardware import free_ram
from pyg_ui.engine.hub import Hub
from pyg_ui.engine.linear import LinearKind
from pyg_ui.engine.manager import Device, LoadProgress, ModelChoice, Precision, ReportProgress
from pyg_ui.engine.model_status import BITSANDBYTES
from pyg_ui.engine.native.assembly import Assembler, Numerics
from pyg_ui.engine.native.decoder import NativeModel
from pyg_ui.engine.placement import Placement, automatic_precision, place_on_cpu, place_on_gpu
from pyg_ui.engine.progress import ByteProgress
from pyg_ui.engine.source import fetch, find_source
from pyg_ui.engine.tokenizer import end_of_text_id, load_tokenizer
from pyg_ui.engine.weights import StoredWeight, match_weights, open_weights
from pyg_ui.errors import CheckpointError, UnsupportedError


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model, ready to compute."""

    info: ModelInfo
    model: LoadedModel
    tokenizer: Tokenizer
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
        model = _load(blueprint, weights, precision, _place(blueprint, precision, device), report)
    info = ModelInfo(
        id=source.id,
        architecture=blueprint.architecture.model_type,
        num_parameters=blueprint.num_parameters,
        context_length=blueprint.architecture.context_length,
        precision=precision,
        device=device,
        is_demo=source.entry is not None and source.entry.is_demo,
        vocabulary_size=blueprint.architecture.vocab_size,
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
        return BITSANDBYTES
    if choice.precision is not Precision.AUTO:
        return choice.precision.value
    has_gpu_bf16 = device == "cuda" and _has_gpu_bf16()
    return automatic_precision(blueprint.num_parameters, device=device, has_gpu_bf16=has_gpu_bf16)


def _has_gpu_bf16() -> bool:
    return torch.cuda.get_device_capability() >= (8, 0)


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


def _load(
    blueprint: Blueprint,
    weights: Mapping[str, StoredWeight],
    precision: str,
    placement: Placement,
    report: ReportProgress,
) -> LoadedModel:
    try:
        if precision == BITSANDBYTES or placement.is_divided:
            from pyg_ui.engine.transformers_loading import fill_model  # it takes seconds to import

            return fill_model(blueprint, weights, precision, placement, report)
        return _assemble(blueprint, weights, precision, placement, report)
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(
            f"The model could not be loaded ({reason}). Choose another precision or device."
        ) from error


def _assemble(
    blueprint: Blueprint,
    weights: Mapping[str, StoredWeight],
    precision: str,
    placement: Placement,
    report: ReportProgress,
) -> NativeModel:
    total = sum(weight.num_bytes for weight in weights.values())
    progress = ByteProgress(report, "Reading weights", total)
    device = torch.device(placement.device)
    assembler = Assembler(weights, blueprint.tied, _numerics(precision, device), device, progress.add)
    model = NativeModel(assembler.assemble(blueprint.architecture))
    progress.reach(total)  # a tied weight that is stored twice was read once
    return model


def _numerics(precision: str, device: torch.device) -> Numerics:
    if precision not in ("8bit", "4bit"):
        return Numerics(DTYPES[precision])
    # On a processor the quantised products take and give fp32. An output layer of 4 bits would err too much.
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16 if _has_gpu_bf16() else torch.float16
    return Numerics(dtype, products=LinearKind(precision), head=LinearKind.INT8)

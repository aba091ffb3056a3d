"""Where a model's weights go and in which precision: decisions on plain numbers, testable without a GPU.

No torch; what the machine has is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyg_ui.engine.engine import ModelInfo
from pyg_ui.errors import NotEnoughMemoryError

BYTES_PER_WEIGHT = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "8bit": 1.0, "8bit-bnb": 1.0, "4bit": 0.625}
"""Of what is quantised, by ModelInfo's precision, with the scales of 4 bit; embeddings stay in 16 bit beside it."""
_SMALL_MODEL_PARAMETERS = 500_000_000
MOST_SLOTS = 8
"""How many replies are written at once where nobody says; beyond it each one gets too slow to read along."""
_DIVISIBLE = ("fp32", "bf16", "fp16")
"""The precisions that accelerate can divide over devices."""
_CACHE_SHARE = 0.8
"""How much of the memory that is free after loading the caches may take."""
_USABLE_VRAM = 0.9
"""The part of the GPU's free memory that weights and caches may take; the rest is for activations."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A device map for transformers, and memory limits for accelerate when it divides the model."""

    device_map: str | dict[str, str | int]
    max_memory: dict[int | str, int] | None = None

    @property
    def device(self) -> str | int:
        """The one device that holds the whole model, as torch names it. Only where it is not divided."""
        assert isinstance(self.device_map, dict)
        return self.device_map[""]

    @property
    def is_divided(self) -> bool:
        """Whether accelerate divides the model over several devices."""
        return self.max_memory is not None


def automatic_precision(num_parameters: int, *, device: str, has_gpu_bf16: bool = False) -> str:
    """The precision that `auto` stands for.

    On a GPU bf16 where it computes it, as GPT-Neo's activations can leave fp16's range, else fp16. On a processor
    a model under half a billion parameters stays in fp32: its memory does not matter, and every processor is good
    at fp32. A larger one is kept in our 8 bit: decoding is bound by reading the weights, and half of bf16's bytes
    are read in about half the time.
    """
    if device == "cuda":
        return "bf16" if has_gpu_bf16 else "fp16"
    return "fp32" if is_small(num_parameters) else "8bit"


def is_small(num_parameters: int) -> bool:
    """Whether a model is quick and small on any processor, whatever is done with it."""
    return num_parameters < _SMALL_MODEL_PARAMETERS


def choose_num_slots(free_bytes: int, bytes_per_slot: int, wanted: int | None = None) -> int:
    """How many caches of a full context to keep: those wanted, MOST_SLOTS if None, as far as they fit; at least one.

    `free_bytes` is what is free once the weights are in memory.
    """
    return max(1, min(wanted or MOST_SLOTS, int(free_bytes * _CACHE_SHARE) // bytes_per_slot))


def fits_in_place_of(model: ModelInfo, error: NotEnoughMemoryError) -> bool:
    """Whether what did not fit beside a loaded model would once that one is unloaded."""
    held = model.num_parameters * BYTES_PER_WEIGHT.get(model.precision, 0)
    return model.device == error.device and error.needed_bytes <= error.free_bytes + held


def place_on_cpu(weight_bytes: int, *, free_ram: int, precision: str) -> Placement:
    """The whole model in the processor's memory. Raises NotEnoughMemoryError where the weights alone do not fit."""
    if weight_bytes > free_ram:
        raise NotEnoughMemoryError(
            f"The weights need {weight_bytes / 1e9:.1f} GB in {precision}, and {free_ram / 1e9:.1f} GB of memory are "
            "free. Choose a smaller precision or model.",
            needed_bytes=weight_bytes,
            free_bytes=free_ram,
            device="cpu",
        )
    return Placement({"": "cpu"})


def place_on_gpu(weight_bytes: int, cache_bytes: int, *, free_vram: int, free_ram: int, precision: str) -> Placement:
    """The whole model on the first GPU where it and one chat fit; else divided between GPU and processor.

    Raises NotEnoughMemoryError where both together are too small, or the GPU alone for what cannot be divided.
    """
    usable = int(free_vram * _USABLE_VRAM)
    if weight_bytes + cache_bytes <= usable:
        return Placement({"": 0})
    room_on_gpu = max(0, usable - cache_bytes)
    if precision not in _DIVISIBLE:
        raise NotEnoughMemoryError(
            f"In {precision} the whole model must fit the GPU: {weight_bytes / 1e9:.1f} GB are needed, "
            f"{room_on_gpu / 1e9:.1f} GB are free. Choose a smaller model, another precision, or the device cpu.",
            needed_bytes=weight_bytes,
            free_bytes=room_on_gpu,
            device="cuda",
        )
    if weight_bytes > room_on_gpu + free_ram:
        raise NotEnoughMemoryError(
            f"The weights need {weight_bytes / 1e9:.1f} GB in {precision}; the GPU has {room_on_gpu / 1e9:.1f} GB and "
            f"the processor {free_ram / 1e9:.1f} GB free. Choose a smaller precision or model.",
            needed_bytes=weight_bytes,
            free_bytes=room_on_gpu + free_ram,
            device="cuda",
        )
    return Placement("auto", {0: room_on_gpu, "cpu": free_ram})

"""How much memory a model needs, where its weights go, and which precision `auto` means.

Works on plain numbers: it imports no torch and does not ask the machine, so it can be tested without a GPU.
"""

from dataclasses import dataclass

from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import NotEnoughMemoryError

_SMALL_MODEL_PARAMETERS = 500_000_000
MOST_SLOTS = 8
"""How many replies are written at once by default. With more, each one gets too slow to read along."""
_CACHE_SHARE = 0.8
"""The share of the memory free after loading that the KV caches may take."""
_USABLE_VRAM = 0.9
"""The share of the GPU's free memory that weights and caches may take; the rest is for activations and graphs."""
_LEFTOVERS = 2**28
"""Less than this on a GPU is not another model, but what libraries keep there."""
_SEVERAL_CHATS = 4
"""With room for fewer, `auto` takes 8 bit rather than 16 on a GPU, and a model takes the place of the one before."""


@dataclass(frozen=True, slots=True)
class ModelSize:
    """The numbers that decide how much memory a model takes. Counts are of parameters."""

    num_parameters: int
    """Of the whole model; tied weights count once."""
    num_linear: int
    """Weights of the linear layers inside the model's layers, without biases and without the output layer."""
    num_head: int
    """Weights of the output layer."""
    is_tied: bool
    """Whether the output layer has the same weights as the token embedding."""
    num_cached: int
    """Keys and values of one full context."""

    def weight_bytes(self, precision: Precision) -> int:
        """Memory of the weights.

        Quantisation applies to the linear layers. In our own formats the output layer is kept in 8 bit, beside the
        embedding where both are tied. Everything else keeps the precision's floating-point type.
        """
        num_kept, num_bytes = self.num_parameters - self.num_linear, self.num_linear * precision.bytes_per_weight
        if precision.is_quantized and precision is not Precision.BITSANDBYTES:
            num_bytes += self.num_head
            num_kept -= 0 if self.is_tied else self.num_head
        return int(num_bytes + num_kept * precision.dtype_bytes)

    def token_bytes(self, precision: Precision) -> int:
        """Bytes of weights that are read for each token: all but the embeddings, of which a token reads one row."""
        is_own = precision.is_quantized and precision is not Precision.BITSANDBYTES
        return int(
            self.num_linear * precision.bytes_per_weight + self.num_head * (1 if is_own else precision.dtype_bytes)
        )

    def cache_bytes(self, precision: Precision, device: str) -> int:
        """Memory of the keys and values of one chat that fills the context. On a processor it is at most this."""
        return self.num_cached * (4 if device == "cpu" else precision.dtype_bytes)


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


def automatic_precision(size: ModelSize, *, vram: int | None, has_gpu_bf16: bool = False) -> Precision:
    """The precision that `auto` stands for. `vram` is a GPU's memory in bytes; None is for a processor.

    On a GPU it is 16 bit if several chats fit beside the weights, else 8 bit or 4 bit if one does, else 16 bit again,
    which can be divided between GPU and processor. 16 bit is bf16 where the hardware has it, because GPT-Neo's
    activations can leave fp16's range. On a processor a model under half a billion parameters stays in fp32: its
    memory does not matter, and every processor is quick in fp32. A larger one is kept in our 8 bit: decoding is limited
    by reading the weights, and half of bf16's bytes are read in about half the time.
    """
    if vram is None:
        return Precision.FP32 if is_small(size.num_parameters) else Precision.INT8
    widest = Precision.BF16 if has_gpu_bf16 else Precision.FP16
    for precision, num_chats in ((widest, _SEVERAL_CHATS), (Precision.INT8, 1), (Precision.INT4, 1)):
        if size.weight_bytes(precision) + num_chats * size.cache_bytes(precision, "cuda") <= vram * _USABLE_VRAM:
            return precision
    return widest


def is_small(num_parameters: int) -> bool:
    """Whether a model is quick on any processor without compiled kernels or quantisation."""
    return num_parameters < _SMALL_MODEL_PARAMETERS


def choose_num_slots(free_bytes: int, bytes_per_slot: int, wanted: int | None = None) -> int:
    """How many slots with a full context to make: as many as wanted, or MOST_SLOTS, if they fit; at least one.

    `free_bytes` is the memory that is free after the weights were loaded.
    """
    return max(1, min(wanted or MOST_SLOTS, int(free_bytes * _CACHE_SHARE) // bytes_per_slot))


def fits_in_place_of(model: ModelInfo, error: NotEnoughMemoryError) -> bool:
    """Whether a model that did not fit beside the loaded one would fit after that one is unloaded."""
    bytes_per_weight = {precision.value: precision.bytes_per_weight for precision in Precision}
    used = error.held_bytes or model.num_parameters * bytes_per_weight.get(model.precision, 0)
    return model.device == error.device and error.needed_bytes <= error.free_bytes + used


def place_on_cpu(weight_bytes: int, *, free_ram: int, precision: Precision) -> Placement:
    """The whole model in the processor's memory. Raises NotEnoughMemoryError where the weights alone do not fit."""
    if weight_bytes > free_ram:
        template = (
            "The weights need {needed} in {precision}, and {free} of memory are free. Choose a smaller precision or "
            "model."
        )
        raise _not_enough(template, weight_bytes, free_ram, "cpu", precision=precision)
    return Placement({"": "cpu"})


def place_beside(
    weight_bytes: int, cache_bytes: int, *, free_vram: int, held_vram: int, free_ram: int, precision: Precision
) -> Placement:
    """As `place_on_gpu`, on a GPU of which another model holds `held_vram` bytes.

    A model is never divided, nor left with few chats, because of another one that will be unloaded when this one is
    ready. NotEnoughMemoryError then says that it fits once the other one is gone.
    """
    alone = place_on_gpu(
        weight_bytes, cache_bytes, free_vram=free_vram + held_vram, free_ram=free_ram, precision=precision
    )
    needed = weight_bytes + _SEVERAL_CHATS * cache_bytes
    if held_vram < _LEFTOVERS or needed <= free_vram * _USABLE_VRAM:
        return alone
    template = "The GPU does not hold another model too: {needed} are needed, {free} are free."
    needed = min(needed, free_vram + held_vram)  # a divided model takes all there is
    raise _not_enough(template, needed, free_vram, "cuda", held_vram)


def place_on_gpu(
    weight_bytes: int, cache_bytes: int, *, free_vram: int, free_ram: int, precision: Precision
) -> Placement:
    """The whole model on the first GPU if it and one chat fit there; else divided between GPU and processor.

    Raises NotEnoughMemoryError if both together are too small, or the GPU alone for a quantised model, which accelerate
    cannot divide.
    """
    usable = int(free_vram * _USABLE_VRAM)
    if weight_bytes + cache_bytes <= usable:
        return Placement({"": 0})
    room_on_gpu = max(0, usable - cache_bytes)
    if precision.is_quantized:
        template = (
            "In {precision} the whole model must fit the GPU: {needed} are needed, {free} are free. Choose a smaller "
            "model, another precision, or the device cpu."
        )
        raise _not_enough(template, weight_bytes, room_on_gpu, "cuda", precision=precision)
    if weight_bytes > room_on_gpu + free_ram:
        template = (
            "The weights need {needed} in {precision}; the GPU has {gpu} and the processor {ram} free. Choose a "
            "smaller precision or model."
        )
        free = {"gpu": _gigabytes(room_on_gpu), "ram": _gigabytes(free_ram)}
        raise _not_enough(template, weight_bytes, room_on_gpu + free_ram, "cuda", precision=precision, **free)
    return Placement("auto", {0: room_on_gpu, "cpu": free_ram})


def _not_enough(
    template: str, needed: int, free: int, device: str, held_bytes: int = 0, /, **values: object
) -> NotEnoughMemoryError:
    return NotEnoughMemoryError(
        template,
        needed_bytes=needed,
        free_bytes=free,
        device=device,
        held_bytes=held_bytes,
        needed=_gigabytes(needed),
        free=_gigabytes(free),
        **values,
    )


def _gigabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.1f} GB"

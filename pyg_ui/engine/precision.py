"""How a model's weights can be kept in memory, and what each way needs. Imports no torch."""

from enum import StrEnum
from typing import Self


class Precision(StrEnum):
    """How weights are kept in memory. The values are used in options, in the API and in the records of chats."""

    AUTO = "auto"
    """Chosen at load; no loaded model has it."""
    FP32 = "fp32", "float32", 4
    BF16 = "bf16", "bfloat16", 2
    FP16 = "fp16", "float16", 2
    INT8 = "8bit", "bfloat16", 1
    INT4 = "4bit", "bfloat16", 0.625
    """The scales of the groups are counted in."""
    BITSANDBYTES = "8bit-bnb", "float16", 1
    """8 bit by bitsandbytes, through transformers. It computes in fp16 and casts any other type with a warning."""

    dtype_name: str
    """torch's name for the type of everything that is not quantised."""
    bytes_per_weight: float
    """Of the weights in the layers' linear layers."""

    def __new__(cls, value: str, dtype_name: str = "", bytes_per_weight: float = 0) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.dtype_name, member.bytes_per_weight = dtype_name, bytes_per_weight
        return member

    @property
    def dtype_bytes(self) -> int:
        """Size of a number that is not quantised."""
        return 4 if self is Precision.FP32 else 2

    @property
    def is_quantized(self) -> bool:
        """Whether linear layers keep whole numbers and scales instead of floating-point weights."""
        return self in (Precision.INT8, Precision.INT4, Precision.BITSANDBYTES)


OWN_PRECISIONS = tuple(option for option in Precision if option not in (Precision.AUTO, Precision.BITSANDBYTES))
"""Those of our own forward pass. What bitsandbytes makes is about as large as INT8."""

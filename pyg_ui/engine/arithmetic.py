"""What a processor computes parts of a step with: torch's operators, or quicker ones where there are some."""

from __future__ import annotations

from dataclasses import dataclass

from pyg_ui.engine.decoding.native.attention import AttendCompiled
from pyg_ui.engine.decoding.native.transformer import Activation, gelu_new
from pyg_ui.engine.linear import MakeBf16, MakeInt8, Multiply


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What stands beside torch's operators. None of it changes what is computed by more than the last bits, but where
    keys and values are kept in bf16, which no one need do."""

    make_int8: MakeInt8 | None = None
    attend: AttendCompiled | None = None
    attends_bf16: bool = False
    """Whether it also reads keys and values in bf16 quickly."""
    multiply_bf16: Multiply | None = None
    """A further way to multiply by unquantised weights in bf16."""
    make_bf16: MakeBf16 | None = None
    """Makes products with unquantised weights in bf16 that nobody else keeps."""
    activate: Activation = gelu_new
    """The usual activation, of fp32."""


TORCHS_OWN = Arithmetic()

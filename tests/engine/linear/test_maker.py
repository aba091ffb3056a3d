"""The maker of linear layers: a scheme for each precision, chosen once."""

from __future__ import annotations

import pytest
import torch

from pyg_ui.engine.linear import int8_scheme
from pyg_ui.engine.linear.contract import WeightFormat
from pyg_ui.engine.linear.maker import SCHEMES, LinearMaker
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision

CPU = torch.device("cpu")


def test_every_precision_has_a_scheme_on_every_device() -> None:
    assert SCHEMES.keys() == {(device, precision) for device in ("cpu", "cuda") for precision in OWN_PRECISIONS}


def test_only_quantised_weights_are_stored() -> None:
    maker = LinearMaker(CPU)
    formats = {precision: maker.format_for(precision) for precision in OWN_PRECISIONS}
    assert formats[Precision.INT4] is WeightFormat.INT4
    assert formats[Precision.INT8] in (WeightFormat.INT8, WeightFormat.INT8_PAIRED)
    assert {formats[precision] for precision in OWN_PRECISIONS if not precision.is_quantized} == {None}


def test_a_maker_measures_each_precision_once(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = LinearMaker(CPU)
    first = maker.quantized(Precision.INT8)
    monkeypatch.setattr(int8_scheme, "choose_int8", pytest.fail)
    assert maker.quantized(Precision.INT8) is first

"""Reads the sampling parameters from the values of their fields. Knows no components."""

from collections.abc import Mapping
from typing import Any

from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters


def read_parameters(fields: Mapping[str, Any]) -> SamplingParameters:
    """The parameters that the fields show. Raises ParameterError, which names the parameter."""
    return SamplingParameters(**{declared.name: fields[declared.name] for declared in DECLARATIONS})

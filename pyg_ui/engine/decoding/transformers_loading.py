"""Loads models into transformers: those that bitsandbytes quantises or accelerate divides over devices.

The weights were opened and matched before; each of them is read once.
"""

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers.modeling_utils import PreTrainedModel
from transformers.utils import logging as transformers_logging
from transformers.utils.quantization_config import BitsAndBytesConfig

from pyg_ui.engine.checkpoints.progress import ByteProgress
from pyg_ui.engine.checkpoints.weights import StoredCheckpoint, StoredWeight
from pyg_ui.engine.decoding.transformers_decoder import TransformersModel
from pyg_ui.engine.hardware import return_freed_memory
from pyg_ui.engine.linear.contract import dtype_of
from pyg_ui.engine.model_status import LoadProgress, ReportProgress
from pyg_ui.engine.placement import Placement
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message, WeightError

_CLASSES = {
    "gpt_neo": ("gpt_neo.modeling_gpt_neo", "GPTNeoForCausalLM"),
    "gptj": ("gptj.modeling_gptj", "GPTJForCausalLM"),
}
_RETURN_EVERY_BYTES = 250_000_000


@dataclass(frozen=True, slots=True)
class _CountedWeight:
    """A stored weight that is converted and counted when transformers reads it, by indexing."""

    weight: StoredWeight
    dtype: torch.dtype
    progress: ByteProgress

    def __getitem__(self, index: object) -> torch.Tensor:
        # A copy even if the type is the same: a view of the mapped file would be read only at the first token, and
        # would break if the file changed later.
        tensor = torch.empty(self.weight.shape, dtype=self.dtype)
        self.weight.copy_into(tensor)
        self.progress.add(self.weight.num_bytes)
        return tensor


def fill_model(
    checkpoint: StoredCheckpoint, precision: Precision, placement: Placement, report: ReportProgress
) -> TransformersModel:
    """The model with its weights. Raises WeightError, and what transformers raises where memory is short."""
    quantization = None
    if precision is Precision.BITSANDBYTES:
        report(LoadProgress(Message("Preparing 8 bit")))
        report = _with_memory_returned(report)
        quantization = BitsAndBytesConfig(load_in_8bit=True)  # type: ignore[no-untyped-call]
    progress = ByteProgress(report, Message("Reading weights"), checkpoint.num_bytes)
    dtype = dtype_of(precision)
    module, name = _CLASSES[checkpoint.blueprint.architecture.model_type]
    model_class = getattr(importlib.import_module(f"transformers.models.{module}"), name)  # takes a tenth of a second
    model: PreTrainedModel
    with _without_progress_bar():
        model, outcome = model_class.from_pretrained(
            None,
            config=_config(model_class, checkpoint.blueprint.written),
            state_dict={name: _CountedWeight(weight, dtype, progress) for name, weight in checkpoint.weights.items()},
            dtype=dtype,
            device_map=placement.device_map,
            max_memory=placement.max_memory,
            quantization_config=quantization,
            attn_implementation="eager",
            output_loading_info=True,
        )
    _check_outcome(model, outcome)
    model.requires_grad_(False)
    return TransformersModel(model)


def _config(model_class: Any, written: Mapping[str, Any]) -> Any:
    """Only the fields that the architecture declares: nothing else in the file can change how it is loaded."""
    config_class = model_class.config_class
    return config_class(**{name: written[name] for name in config_class.__annotations__ if name in written})


def _with_memory_returned(report: ReportProgress) -> ReportProgress:
    """Report, and from time to time return the memory of 16-bit weights, which would double the peak in 8 bit."""
    returned_at = 0

    def report_and_return(progress: LoadProgress) -> None:
        nonlocal returned_at
        report(progress)
        if progress.done - returned_at >= _RETURN_EVERY_BYTES or progress.done == progress.total:
            returned_at = progress.done
            return_freed_memory()

    return report_and_return


def _check_outcome(model: Any, outcome: dict[str, Any]) -> None:
    """Check the invariant a second time, in transformers' own report. Raises WeightError."""
    for problem in ("missing_keys", "mismatched_keys", "error_msgs"):
        if outcome[problem]:
            name = next(iter(outcome[problem]))
            raise WeightError("The weight {name} could not be loaded ({problem}).", name=name, problem=problem)
    if len(set(getattr(model, "hf_device_map", {}).values())) < 2:  # a divided model's parts come and go
        for name, value in model.named_parameters():
            if value.is_meta:
                raise WeightError("The weight {name} was not loaded.", name=name)


@contextlib.contextmanager
def _without_progress_bar() -> Iterator[None]:
    """Hide transformers' progress bar on the terminal: the page and the log show the progress."""
    was_enabled = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if was_enabled:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]

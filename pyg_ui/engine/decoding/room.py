"""Makes a decoder with as many slots as there is memory for."""

import logging

import torch

from pyg_ui.engine.decoding.decoder import Decoder, LoadedModel
from pyg_ui.engine.gpu.memory import drop_what_failed, gpu_memory
from pyg_ui.engine.hardware import free_ram
from pyg_ui.engine.placement import choose_num_slots
from pyg_ui.errors import CheckpointError

logger = logging.getLogger(__name__)


def make_decoder(model: LoadedModel, wanted: int | None = None) -> Decoder:
    """A decoder with `wanted` slots, or with the usual number, or with fewer if memory is short.

    Raises CheckpointError if there is not even room for one.
    """
    device = model.device
    free_bytes = gpu_memory(device).free if device.type == "cuda" else free_ram()
    num_slots = choose_num_slots(free_bytes, model.slot_bytes, wanted)
    while True:
        try:
            return model.make_decoder(num_slots)
        except torch.OutOfMemoryError as error:
            if num_slots == 1:
                raise CheckpointError(
                    "The weights fit the GPU, but no chat fits beside them. Choose a smaller precision or model."
                ) from error
            drop_what_failed(error)
        logger.warning("The GPU has no room for %d slots; trying half as many", num_slots)
        num_slots //= 2

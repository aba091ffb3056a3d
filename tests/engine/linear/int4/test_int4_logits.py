"""What 4 bit costs the demo models: the error of their logits against other ways to round to as many bits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.precision import Precision
from tests.engine.decoders import compiled_decoder, relative_error
from tests.engine.linear.int4.test_int4_blocks import nearest, q4_0

DIRECTORIES = {entry.id: entry.directory for entry in CATALOG if entry.is_demo}
CHAT = """Mira's Persona: Mira is a cartographer. She lives in a lighthouse. She loves storms and dislikes crowds.
<START>
You: Hi! Who are you?
Mira: *looks up* I am Mira, and I draw maps of places that nobody has seen yet.
You: Where do you live, and what do you like most about it?
Mira: In the old lighthouse. *smiles* At night I hear the storm, and by day nobody comes.
You: Can you show me one of your maps?
Mira:"""


def logits_of(model: Any, ids: list[int], rounding: Callable[[Tensor], Tensor] | None = None) -> Tensor:
    """Of a model in fp32, the layers' weights of which are rounded; their mean says nothing, and is taken away."""
    rounded = copy.deepcopy(model)
    with torch.inference_mode():
        for name, weight in rounded.named_parameters():
            if rounding and ".h." in name and weight.ndim == 2:
                weight.copy_(torch.nan_to_num(rounding(weight)))  # a group of zeros has no step
        return centred(rounded(torch.tensor([ids])).logits[0])


def centred(logits: Tensor) -> Tensor:
    return logits - logits.mean(dim=-1, keepdim=True)


@pytest.mark.parametrize("name", DIRECTORIES)
def test_logits_in_4_bit_err_less_than_by_q4_0_and_by_plain_rounding(name: str) -> None:
    model: Any = AutoModelForCausalLM.from_pretrained(DIRECTORIES[name], dtype=torch.float32).eval()
    ids = AutoTokenizer.from_pretrained(DIRECTORIES[name])(CHAT).input_ids
    exact = logits_of(model, ids)
    decoder = compiled_decoder(model, num_slots=1, precision=Precision.INT4)
    error = relative_error(centred(decoder.prefill_all(0, ids)), exact)
    assert error < 0.9 * relative_error(logits_of(model, ids, q4_0), exact)
    assert error < 0.8 * relative_error(logits_of(model, ids, nearest), exact)

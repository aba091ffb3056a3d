"""A load takes little more memory than the model it makes, in any precision."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import GPTJConfig, GPTJForCausalLM

from tests.engine.layouts import write_layout
from tests.repository import ROOT

MEGABYTE = 1_000_000
MEASURE = """
import sys
from pathlib import Path
from pyg_ui.engine.checkpoints.blueprint import read_blueprint
from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.precision import Precision

def memory(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024

tiny, directory, precision = sys.argv[1:]
load_checkpoint(ModelChoice(tiny, Precision(precision)), lambda progress: None)  # whatever is set up only once
Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
before = memory("VmRSS")
checkpoint = load_checkpoint(ModelChoice(directory, Precision(precision)), lambda progress: None)
size = read_blueprint(Path(directory)).size
print(memory("VmHWM") - before, memory("VmRSS") - before, size.weight_bytes(Precision(precision)))
"""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-J of 300 MB in 16 bit, its largest linear layer 29 MB."""
    config = GPTJConfig(
        vocab_size=258, n_positions=64, n_embd=1280, n_layer=7, n_head=5, rotary_dim=64, bos_token_id=0, eos_token_id=0
    )
    with torch.device("meta"):
        model = GPTJForCausalLM(config)
    shapes = {
        name: value.shape for name, value in model.state_dict().items() if name not in model.all_tied_weights_keys
    }
    state = {name: torch.full(shape, 0.01, dtype=torch.float16) for name, shape in shapes.items()}
    return write_layout(tmp_path_factory.mktemp("large"), model, state=state)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is asked of Linux")
@pytest.mark.parametrize("precision", ["bf16", "8bit"])
def test_a_load_peaks_near_the_models_own_size(precision: str, checkpoint: Path) -> None:
    command = [sys.executable, "-c", MEASURE, "demo-j", str(checkpoint), precision]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    peak, kept, size = map(int, output.split())
    assert kept < size + 40 * MEGABYTE
    assert peak < size + 180 * MEGABYTE

"""Where the repository and what lies in it and beside it is found."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"
CHARACTERS = ROOT / "characters"
DEMO_MODELS = ROOT / "pyg_ui" / "demo_models"
GPT2_TOKENIZER = ROOT.parent / "shared" / "gpt2-tokenizer"
"""The real tokenizer of the Pygmalion models, where this machine has it: tests that want it skip without."""

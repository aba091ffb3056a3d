"""The corpus generator, the training and the evaluation of the two demo checkpoints.

Both checkpoints lie in `pyg_ui/demo_models`. Nothing in `pyg_ui` imports this package.
"""

from pathlib import Path

CHECKPOINTS = Path(__file__).parents[1] / "pyg_ui" / "demo_models"
"""Where the two checkpoints lie."""

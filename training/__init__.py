"""The corpus generator, the training and the evaluation of the two demo checkpoints.

Both checkpoints are data of the package, in `pyg_ui/demo_models`; nothing there imports this.
"""

from pathlib import Path

CHECKPOINTS = Path(__file__).parents[1] / "pyg_ui" / "demo_models"
"""Where the two checkpoints lie."""

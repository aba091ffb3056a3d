"""The whole app on a machine with room for every model: `python -m tests.browser.door_app`.

Where the tests run, memory and disk may be too small for the real models. What is downloaded is tiny.
"""

from __future__ import annotations

from unittest.mock import patch

from huggingface_hub import constants

from pyg_ui.application import Application
from pyg_ui.engine.checkpoints import fitting
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.hardware import Hardware
from pyg_ui.settings import Settings

ROOMY = Hardware(free_ram=64 * 10**9, free_vram=None, has_fast_bf16=False)

if __name__ == "__main__":
    with (
        patch.object(Hub, "free_disk", lambda self: 10**12),
        patch.object(fitting, "probe_hardware", lambda: ROOMY),
        patch.object(constants, "DOWNLOAD_CHUNK_SIZE", 1000),  # a download is cancelled between two chunks
    ):
        Application.build(Settings.from_command_line()).run()

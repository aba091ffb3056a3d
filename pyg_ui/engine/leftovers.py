"""Removes what processes left behind that were killed while they wrote."""

import contextlib
import shutil
import time
from pathlib import Path

ABANDONED_AFTER_S = 600
"""What was not written to for so long belongs to no process any more."""


def remove_leftovers(directory: Path, pattern: str) -> None:
    """Remove the unfinished files and folders of that name pattern that nobody writes any more."""
    for path in directory.glob(pattern):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime < ABANDONED_AFTER_S:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()

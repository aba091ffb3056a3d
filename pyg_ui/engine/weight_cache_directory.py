"""Where quantised weights are kept. Needs no torch, so that settings can be read without it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def weight_cache_directory(environ: Mapping[str, str]) -> Path:
    """`pyg_ui/weights` in `XDG_CACHE_HOME`, which only counts if it is absolute, or else in `~/.cache`."""
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "pyg_ui" / "weights"

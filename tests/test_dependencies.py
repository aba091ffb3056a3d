"""The versions of dependencies: none with a hole that is known and mended."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from tests.repository import ROOT

FLOORS = {
    "gradio": "6.31",  # CVE-2026-59806, CVE-2026-48545: files read, uploads, redirects
    "starlette": "0.49.1",  # CVE-2025-62727: a header that takes quadratic time
    "python-multipart": "0.0.18",  # CVE-2024-53981: a form that keeps the server busy
    "h11": "0.16",  # CVE-2025-43859: requests smuggled past a proxy
    "torch": "2.6",  # CVE-2025-32434: code run by loading weights
    "Pillow": "11.3",  # CVE-2025-48379: a picture that writes beyond a buffer
}
"""For each library, the first version without the holes, which are named."""

_LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
REQUIRED = {each.name: each for each in (Requirement(line) for line in _LINES if line and not line.startswith("#"))}


@pytest.mark.parametrize("name", FLOORS)
def test_no_version_with_a_known_hole_is_taken(name: str) -> None:
    lowest = next(each.version for each in REQUIRED[name].specifier if each.operator in (">=", "=="))
    assert Requirement(f"x>={FLOORS[name]}").specifier.contains(lowest)
    assert REQUIRED[name].specifier.contains(version(name).partition("+")[0], prereleases=True)

"""The gallery's tests use the same page as those of the editor."""

from __future__ import annotations

from tests.ui.character.conftest import room

__all__ = ["room"]

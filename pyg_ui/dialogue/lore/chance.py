"""Draws what a lorebook leaves to chance, always the same for the same chat and the same turn.

So the inspector shows what the model was given, and repeating a reply repeats its prompt.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256

from pyg_ui.dialogue.chat import Turn


class Chance:
    """Draws numbers for the prompt after these turns."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns

    @cached_property
    def _seed(self) -> bytes:
        digest = sha256()
        for turn in self._turns:
            digest.update(f"{turn.role}:{len(turn.text)}:{turn.text}".encode(errors="surrogatepass"))
        return digest.digest()

    def draw(self, *purpose: object) -> float:
        """A number from 0 up to, but not including, 1. The same purpose always draws the same number."""
        digest = sha256(self._seed + repr(purpose).encode(errors="surrogatepass")).digest()
        return int.from_bytes(digest[:6]) / 2**48

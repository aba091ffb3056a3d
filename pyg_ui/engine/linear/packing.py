"""Packing products while they are already in use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from pyg_ui.engine.linear.int8 import Int8Linear

logger = logging.getLogger(__name__)


class BackgroundPacking:
    """Packs products one after the other on a thread of its own. Results stay the same to the bit."""

    def __init__(self, products: Sequence[Int8Linear]) -> None:
        self._products = products
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._pack, name="packing", daemon=True)

    def start(self) -> None:
        """Begin with the first product."""
        self._thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the thread ends; whether it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop after the product at hand, and wait for it. Products that are not packed stay usable."""
        self._is_stopped.set()
        self._thread.join()

    def _pack(self) -> None:
        for product in self._products:
            if self._is_stopped.is_set():
                return
            product.pack()
        logger.info("All products are packed.")

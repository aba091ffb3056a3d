"""Events: how the page's components call their handlers.

Every event is private to the page, and generating events share one limit, so that no more wait than can be served.
"""

from __future__ import annotations

from typing import Any

NUM_GENERATING = 64
"""How many replies may be asked for at once; how many of them are written at once is the engine's business."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
"""For handlers that answer at once."""
AGAIN: dict[str, Any] = QUICK | {"trigger_mode": "always_last"}
"""For handlers that answer at once, where what happens meanwhile must not go by: they are called once more after it."""
GENERATING: dict[str, Any] = {
    "api_visibility": "private", "show_progress": "hidden", "concurrency_limit": NUM_GENERATING,
    "concurrency_id": "generate",
}  # fmt: skip
"""For handlers that stream from the engine."""
IN_BROWSER: dict[str, Any] = {"api_visibility": "private", "queue": False}
"""For scripts that need no handler."""

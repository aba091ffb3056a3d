"""Imports Gradio in half its time.

At each import Gradio compares the type stubs of its eighty components with their sources, which takes 3 of 5 seconds
on two slow cores. It skips classes without a source file, so during the import its classes appear to have none.
"""

import importlib
import inspect
from typing import Any


def import_gradio() -> None:
    """Import Gradio without a look at its type stubs, which come with it."""
    find_file = inspect.getfile

    def find_other_file(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError(f"{thing.__qualname__} needs no type stub")
        return find_file(thing)

    inspect.getfile = find_other_file  # type: ignore[assignment]
    try:
        importlib.import_module("gradio")
    finally:
        inspect.getfile = find_file

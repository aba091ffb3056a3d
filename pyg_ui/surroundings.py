"""What the process must be given by the machine that it runs on, and how it ends where that is too little."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]  # ships no types

from pyg_ui.errors import SettingsError, StoreError

LEAST_ADDRESS_SPACE = 1_400_000_000
"""Bytes of addresses that the page, torch and the smallest model need."""


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """End the process with one line for what this machine or its settings do not allow."""
    try:
        yield
    except (SettingsError, StoreError) as error:
        reason = str(error.for_operators)
    except ImportError as error:
        reason = f"A library cannot be loaded: {error}. Install what requirements.txt lists, or free some memory."
    except MemoryError:
        reason = "Memory ran out. Free some, or raise the limit of this process."
    except RuntimeError as error:
        if "start new thread" not in str(error):
            raise
        reason = "The system lets this process start no more threads. Raise the limit of processes (ulimit -u)."
    else:
        return
    raise SystemExit(f"app.py: {reason}")


def check_address_space() -> None:
    """Raise SettingsError where this process may not have the addresses (`ulimit -v`) that it needs.

    Without them libraries fail in the middle of their work, or end the process.
    """
    if sys.platform != "linux":
        return
    limit = psutil.Process().rlimit(psutil.RLIMIT_AS)[0]
    if 0 <= limit < LEAST_ADDRESS_SPACE:
        raise SettingsError(
            "This process may use {limit:.1f} GB of addresses (ulimit -v), but needs {least:.1f} GB and room for a "
            "model. Raise the limit, or remove it.", limit=limit / 1e9, least=LEAST_ADDRESS_SPACE / 1e9,
        )  # fmt: skip

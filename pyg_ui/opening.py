"""How the process begins to serve and is told to end: Gradio's queue, the opening of the port, and signals."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gradio as gr
from gradio import networking

from pyg_ui.errors import SettingsError

logger = logging.getLogger(__name__)

_MAX_EVENTS = 1000
"""How many events of pages may have come that no handler has begun with."""


def with_calm_queue(page: gr.Blocks) -> Any:
    """Give the page its queue of events. An event may wait 20 ms before it begins.

    Gradio looks for events a thousand times a second, and so often interrupts a model that computes on the same cores.
    """
    page.queue(max_size=_MAX_EVENTS)
    queue: Any = page._queue
    queue.sleep_when_free, queue.progress_update_sleep_when_free = 0.02, 0.1
    queue.send_message = _to_who_is_there(queue.send_message)
    return page


def _to_who_is_there(send: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Sends an event's message unless the page was closed: Gradio forgets pages before it ends their events."""

    def send_message(event: Any, message: Any) -> None:
        with suppress(KeyError):
            send(event, message)

    return send_message


def stop_signal() -> threading.Event:
    """An event that Ctrl+C and SIGTERM set. The second of them ends the process at once."""
    stop = threading.Event()

    def take(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, take)
    return stop


def end_process_after(seconds: float) -> None:
    """End the process then, if it is still there: its end waits for threads, and these perhaps for other programs."""

    def end() -> None:
        logger.warning("Not everything has ended in time.")
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


@contextmanager
def opening(address: str) -> Iterator[None]:
    """While Gradio opens the page there, however slowly it answers. Raises SettingsError where that cannot be.

    Gradio asks the page that it has opened for an answer, and gives up after 3 s without one: on a busy or a small
    machine that only takes longer.
    """
    ask = networking.url_ok
    networking.url_ok = lambda url: True
    try:
        yield
    except OSError as error:
        raise SettingsError(
            "{address} cannot be opened. Another program may use the port already, perhaps this one in another window: "
            "choose another with --port.", address=address,
        ) from error  # fmt: skip
    finally:
        networking.url_ok = ask

"""Each engine in a process of its own, and nothing of it on the process's first thread.

OpenMP keeps a team of threads for every thread that ever computed, and once the teams of a process together have
more threads than there are processors, it lets them sleep instead of waiting busily: each of the hundreds of short
matmuls of a token then takes a tenth of a millisecond longer. Two engines in one process would slow each other so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from peers import Peer, Reading

Made = TypeVar("Made")


class PeerProcess:
    """A peer whose model lies in another process."""

    def __init__(self, make: Callable[[], Peer]) -> None:
        """`make` must be picklable."""
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(make, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.name: str = self._receive()

    def reply(self, prompt_ids: Sequence[int], num_new: int) -> Reading:
        self._connection.send((list(prompt_ids), num_new))
        reading: Reading = self._receive()
        return reading

    def close(self) -> None:
        self._connection.close()
        self._process.join()

    def _receive(self) -> Any:
        answer = self._connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def on_own_thread(call: Callable[[], Made]) -> Made:
    """Call on a thread that ends with it, and its team with the thread."""
    results: list[Made] = []
    thread = threading.Thread(target=lambda: results.append(call()))
    thread.start()
    thread.join()
    return results[0]


def _serve(make: Callable[[], Peer], connection: Connection) -> None:
    try:
        peer = on_own_thread(make)
        connection.send(peer.name)
        while True:
            connection.send(peer.reply(*connection.recv()))
    except EOFError:
        pass
    except Exception as error:
        connection.send(error)

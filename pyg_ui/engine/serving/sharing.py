"""How much of an engine each client may use where strangers are clients: few generations at once, and short ones."""

import threading
from collections import Counter
from dataclasses import replace
from typing import Any, cast

from pyg_ui.clients import Caps, Lines
from pyg_ui.engine.engine import Engine, Generation, GenerationRequest
from pyg_ui.engine.model_status import Loader, ModelChoice, ReportProgress
from pyg_ui.errors import TooManyRequestsError


class Sharing:
    """What each client has asked for, from all models that one process loads."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self._lock = threading.Lock()
        self._lines = Lines()
        self._present: Counter[str] = Counter()
        """How many generations of each client wait or run."""

    def among(self, loader: Loader) -> Loader:
        """A loader whose engines are shared."""

        def load(choice: ModelChoice, report: ReportProgress) -> Engine:
            return cast(Engine, SharedEngine(loader(choice, report), self))

        return load

    def take(self, client: str) -> None:
        """Count a generation that begins. Raises TooManyRequestsError, and counts nothing, if it is too many."""
        caps = self.caps
        with self._lock:
            if self._present[client] >= caps.num_texts_at_once:
                raise TooManyRequestsError(
                    "{number} texts are being written for you already, and nobody may have more here. Wait for one of "
                    "them.",
                    wait_s=caps.text_interval_s,
                    number=caps.num_texts_at_once,
                )  # fmt: skip
            wait_s = self._lines.pass_s(client, caps.num_texts, caps.text_interval_s)
            if wait_s:
                raise TooManyRequestsError(
                    "You have asked for many texts in a short time. Ask again in {seconds:.0f} seconds.",
                    wait_s=wait_s,
                    seconds=max(1.0, wait_s),
                )
            self._present[client] += 1

    def give_back(self, client: str) -> None:
        """A generation is over, or has not begun."""
        with self._lock:
            self._present[client] -= 1
            if not self._present[client]:
                del self._present[client]


class SharedEngine:
    """An engine of which each client gets a share. Everything else is the engine's own."""

    def __init__(self, engine: Engine, sharing: Sharing) -> None:
        self._engine = engine
        self._sharing = sharing

    def submit(self, request: GenerationRequest) -> Generation:
        """Start a generation of capped length. Raises TooManyRequestsError, and what `Engine.submit` raises."""
        sharing, client = self._sharing, request.client
        capped = replace(request, parameters=request.parameters.with_at_most(sharing.caps.num_new_tokens))
        sharing.take(client)
        try:
            generation = self._engine.submit(capped)
        except BaseException:
            sharing.give_back(client)
            raise
        generation.when_over(lambda: sharing.give_back(client))
        return generation

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

"""`/metrics`: counts of generations and tokens, and times, in Prometheus' text format.

Every generation is counted, also those of the page, because the engine itself is watched. No text is kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from pyg_ui.api.dialect import GUARDED, Responses
from pyg_ui.engine.engine import Engine, Generation, GenerationRequest
from pyg_ui.engine.model_status import Loader, ModelChoice, ReportProgress
from pyg_ui.errors import EngineBusyError

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The counts of one process, in their own registry."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        shared: dict[str, Any] = {"namespace": "pygmalion", "registry": self._registry}
        counter: Callable[..., Counter] = partial(Counter, **shared)
        histogram: Callable[..., Histogram] = partial(Histogram, buckets=_SECONDS, **shared)
        self._ended = counter("generations", "Generations that are over, by how they ended.", ["end"])
        self._refused = counter("refused_generations", "Generations refused because the queue was full.")
        self._prompt = counter("prompt_tokens", "Tokens of prompts.")
        self._cached = counter("cached_prompt_tokens", "Tokens of prompts that were found in the cache.")
        self._new = counter("generated_tokens", "Tokens generated.")
        self._in_flight = Gauge("generations_in_flight", "Generations that wait or run.", **shared)
        self._queued = histogram("queue_seconds", "How long generations waited for their turn.")
        self._first = histogram("first_token_seconds", "From being asked to the first token.")

    def text(self) -> bytes:
        """All counts in Prometheus' text format."""
        return generate_latest(self._registry)

    def watching(self, loader: Loader) -> Loader:
        """A loader whose engines are watched."""

        def load(choice: ModelChoice, report: ReportProgress) -> Engine:
            return cast(Engine, WatchedEngine(loader(choice, report), self))

        return load

    def check_room(self, engine: Engine) -> None:
        """Count a refusal. Raises what `Engine.check_room` raises."""
        with self._counting_refusals():
            engine.check_room()

    def submit(self, engine: Engine, request: GenerationRequest) -> Generation:
        """Start a generation and count it. Raises what `Engine.submit` raises."""
        with self._counting_refusals():
            generation = engine.submit(request)
        self._in_flight.inc()
        generation.when_over(lambda: self._over(generation))
        return generation

    @contextmanager
    def _counting_refusals(self) -> Iterator[None]:
        try:
            yield
        except EngineBusyError:
            self._refused.inc()
            raise

    def _over(self, generation: Generation) -> None:
        self._in_flight.dec()
        finish = generation.result
        self._ended.labels(end=finish.reason if finish else "failed").inc()
        if finish is None:
            return
        timings = finish.timings
        self._prompt.inc(timings.num_prompt_tokens)
        self._cached.inc(timings.num_cached_tokens)
        self._new.inc(timings.num_new_tokens)
        if timings.num_new_tokens:
            self._queued.observe(timings.queued_s)
            self._first.observe(timings.queued_s + timings.prefill_s)


class WatchedEngine:
    """An engine whose generations are counted. Everything else is the engine's own."""

    def __init__(self, engine: Engine, metrics: Metrics) -> None:
        self._engine = engine
        self.submit = partial(metrics.submit, engine)
        self.check_room = partial(metrics.check_room, engine)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def add_metrics(router: APIRouter, metrics: Metrics) -> None:
    """`/metrics`."""
    text: Responses = {200: {"description": "Prometheus' text form.", "content": {"text/plain": {}}}}
    refused: Responses = {status: {"description": description} for status, description in GUARDED.items()}

    @router.get("/metrics", summary="Counts for Prometheus", response_class=Response, responses=text | refused)
    async def show() -> Response:
        """Tokens, the queue, the time to the first token and the cache's hits, since the process began."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

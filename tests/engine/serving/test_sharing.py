"""What one client may ask of an engine that strangers use, over real loaders and generations."""

from __future__ import annotations

import pytest

from pyg_ui.clients import Caps
from pyg_ui.engine.engine import Engine, GenerationRequest
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.sharing import Sharing
from pyg_ui.errors import InputError, TooManyRequestsError
from tests.fakes import FakeEngine


def shared(sharing: Sharing) -> Engine:
    """A fake engine that is loaded anew, and answers everything with one endless story."""
    return sharing.among(lambda choice, report: FakeEngine(lambda _: "tick " * 5000))(ModelChoice("a"), lambda _: None)


def request(client: str, **changes: int) -> GenerationRequest:
    return GenerationRequest((1, 2), SamplingParameters().with_changes({"max_new_tokens": 8, **changes}), client=client)


def test_after_so_many_texts_a_client_waits_and_others_do_not() -> None:
    sharing = Sharing(Caps(num_texts=3, text_interval_s=60))
    engine = shared(sharing)
    for _ in range(3):
        engine.submit(request("a")).text()
    with pytest.raises(TooManyRequestsError, match="Ask again in 60 seconds") as refused:
        shared(sharing).submit(request("a"))  # another model changes nothing
    assert 55 < refused.value.wait_s <= 60
    engine.submit(request("b")).text()


def test_a_client_has_few_texts_at_once_and_gets_its_place_back() -> None:
    engine = shared(Sharing(Caps(num_texts_at_once=2)))
    running = [engine.submit(request("a", max_new_tokens=300)) for _ in range(2)]
    with pytest.raises(TooManyRequestsError, match="2 texts are being written"):
        engine.submit(request("a"))
    engine.submit(request("b")).text()
    running[0].cancel()
    list(running[0])
    list(running[1])
    engine.submit(request("a")).text()


def test_a_text_is_no_longer_than_the_cap() -> None:
    engine = shared(Sharing(Caps(num_new_tokens=5)))
    generation = engine.submit(request("a", max_new_tokens=400, min_new_tokens=50))
    generation.text()
    assert generation.result is not None
    assert generation.result.timings.num_new_tokens == 5


def test_what_the_engine_refuses_takes_no_place() -> None:
    engine = shared(Sharing(Caps(num_texts_at_once=1)))
    with pytest.raises(InputError):
        engine.submit(GenerationRequest((), SamplingParameters(), client="a"))
    engine.submit(request("a")).text()

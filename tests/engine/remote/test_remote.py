"""The engine on another server, where that server is a plain one, refuses, or fails."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pyg_ui.engine.engine import Chunk, FinishReason, GenerationRequest
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.remote.address import ServerAddress, find_address
from pyg_ui.engine.remote.connecting import connect
from pyg_ui.engine.remote.dialects import PLAIN
from pyg_ui.engine.remote.engine import RemoteEngine
from pyg_ui.engine.remote.server import Server
from pyg_ui.engine.remote.tokenizers import find_tokenizer
from pyg_ui.errors import EngineBusyError, EngineError, InputError, PygmalionError, RemoteError, UnsupportedError
from tests.engine.remote.fake_server import Answer, FakeServer, Lines, serving, told
from tests.fakes import DEMO_INFO

CARDS = {"/v1/models": (200, {"object": "list", "data": [{"id": "some-model"}, {"id": "other"}]})}


def connected(server: FakeServer, name: str = "", key: str = "") -> RemoteEngine:
    return connect(ModelChoice(server.url + name), lambda progress: None, key_of=lambda address: key)


@contextmanager
def engine_of(server: FakeServer, silence_s: float = 20.0) -> Iterator[RemoteEngine]:
    """An engine that has not tried the server."""
    with serving(server):
        there = Server(ServerAddress(server.url, "some-model"), silence_s=silence_s)
        engine = RemoteEngine(there, PLAIN, DEMO_INFO, find_tokenizer(there, "some-model", None))
        yield engine
        engine.close()


def request_of(engine: RemoteEngine, *stop: str, **options: Any) -> GenerationRequest:
    parameters = SamplingParameters.neutral(max_new_tokens=40)
    return GenerationRequest(tuple(engine.encode("You: Hi\nBob:")), parameters, stop, **options)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("http://host:8000/v1", ServerAddress("http://host:8000/v1")),
        (" https://host/below/v1/#owner/name ", ServerAddress("https://host/below/v1", "owner/name")),
        ("http://host:8000", None),
        ("https://huggingface.co/owner/v1", None),
        ("http://name:word@host/v1", None),
        ("file:///v1", None),
        ("owner/v1", None),
        ("demo-j", None),
    ],
)
def test_an_address_of_a_server_is_told_from_other_names(named: str, found: ServerAddress | None) -> None:
    assert find_address(named) == found


def test_a_plain_server_gets_text_and_no_stop_strings_and_the_text_is_cut_here() -> None:
    def complete(body: dict[str, Any]) -> Lines:
        return told([" Fine", ".\nYo", "u: And"] if len(server.bodies) > 1 else [" Hi"])

    server = FakeServer(complete, CARDS)
    with serving(server):
        engine = connected(server)
        try:
            generation = engine.submit(request_of(engine, *(f"\n{n}:" for n in range(8)), "\nYou:"))
            assert generation.text() == " Fine."
            assert generation.result is not None
            assert (generation.result.reason, generation.result.stop) == (FinishReason.STOP, "\nYou:")
        finally:
            engine.close()
    sent = server.bodies[-1]
    assert sent["prompt"] == "You: Hi\nBob:"
    assert sent["model"] == engine.model.id == "some-model"
    assert sent["seed"] == generation.result.seed
    assert sent.keys().isdisjoint({"stop", "typical_p", "top_k", "logprobs"})
    assert {"typical_p", "top_k", "lens"} <= engine.model.lacks
    assert "temperature" not in engine.model.lacks


def test_a_stop_string_ends_the_servers_work_too() -> None:
    def complete(body: dict[str, Any]) -> Lines:
        return told([" Fine.\nYou: ", *itertools.repeat("word ", 200_000)])

    server = FakeServer(complete)
    with engine_of(server) as engine:
        assert engine.submit(request_of(engine, "\nYou:")).text() == " Fine."
        assert server.has_left.wait(20)


def test_cancelling_closes_the_connection_while_nothing_arrives() -> None:
    server = FakeServer(lambda body: iter(()))

    def complete(body: dict[str, Any]) -> Lines:
        yield {"choices": [{"text": "Well", "finish_reason": None}]}
        yield from itertools.chain.from_iterable(
            [{"choices": [{"text": "", "finish_reason": None}]}] for _ in itertools.count()
        )

    server.complete = complete
    with engine_of(server) as engine:
        generation = engine.submit(request_of(engine))
        assert next(iter(generation)).text == "Well"
        generation.cancel()
        assert server.has_left.wait(20)
        assert list(generation) == []
        assert generation.result is not None
        assert generation.result.reason is FinishReason.CANCELLED


def test_a_server_that_dies_leaves_what_it_had_written() -> None:
    def complete(body: dict[str, Any]) -> Lines:
        yield {"choices": [{"text": "Once upon", "finish_reason": None}]}
        yield None

    with engine_of(FakeServer(complete)) as engine:
        generation, read = engine.submit(request_of(engine)), list[Chunk]()
        with pytest.raises(RemoteError, match="go on"):
            read.extend(iter(generation))
        assert [chunk.text for chunk in generation] if not read else [chunk.text for chunk in read] == ["Once upon"]


def test_a_silent_server_is_given_up() -> None:
    def complete(body: dict[str, Any]) -> Lines:
        server.has_left.wait(2)
        yield "[DONE]"

    server = FakeServer(complete)
    with engine_of(server, silence_s=0.05) as engine, pytest.raises(RemoteError, match=r"0\.05 s"):
        engine.submit(request_of(engine)).text()


@pytest.mark.parametrize(
    ("answer", "kind", "told_of"),
    [
        ((401, {"error": {"message": "no"}}), RemoteError, "--model-key"),
        ((403, "?"), RemoteError, "--model-key"),
        ((404, {"error": {"code": "not_found"}}), RemoteError, "no such model"),
        ((429, {}), EngineBusyError, "full"),
        ((503, {"error": {"code": "queue_full"}}), EngineBusyError, "full"),
        ((503, {"error": {"code": "model_unavailable"}}), RemoteError, "no model loaded"),
        ((400, {"error": {"message": "You: Hi", "param": "top_k"}}), InputError, "400, top_k"),
        ((422, {"detail": [{"msg": "You: Hi"}]}), InputError, "422"),
        ((500, {"error": {"message": "You: Hi"}}), RemoteError, "500"),
        ((307, "http://127.0.0.1:1/v1/completions"), RemoteError, "not understood"),
    ],
)
def test_a_refusal_says_what_to_do_and_repeats_no_prompt(
    answer: Answer, kind: type[PygmalionError], told_of: str
) -> None:
    with engine_of(FakeServer(lambda body: answer)) as engine:
        with pytest.raises(kind, match=told_of) as caught:
            engine.submit(request_of(engine)).text()
        assert "Hi" not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    "events",
    [
        [{"error": {"message": "The engine is dead", "code": 500}}, "[DONE]"],
        ["[DONE]"],
        ["{}", "[]"],
        ["no JSON"],
        [{"choices": [7]}],
        [{"choices": [{"text": 7, "finish_reason": None}]}],
        [{"choices": [{"text": "", "finish_reason": "abort"}]}],
        [{"choices": "none"}],
    ],
)
def test_an_odd_stream_is_an_error_of_the_engine(events: list[object]) -> None:
    with engine_of(FakeServer(lambda body: iter(events))) as engine, pytest.raises(EngineError):
        engine.submit(request_of(engine)).text()


@pytest.mark.parametrize(
    ("looks", "name", "told_of"),
    [
        ({"/v1/models": (401, {})}, "", "--model-key"),
        ({"/v1/models": (200, {"data": []})}, "", "#NAME"),
        ({"/v1/models": (500, {})}, "", "#NAME"),
        (CARDS, "#third", "It has some-model, other"),
    ],
)
def test_a_server_that_cannot_serve_is_refused_at_the_start(looks: Any, name: str, told_of: str) -> None:
    server = FakeServer(lambda body: told(["a"]), looks)
    with serving(server), pytest.raises(RemoteError, match=told_of) as caught:
        connected(server, name)
    assert server.url in str(caught.value)


def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    with serving(FakeServer(lambda body: told([]))) as server:
        pass
    with pytest.raises(RemoteError, match="cannot be reached"):
        connected(server)


def test_the_key_and_the_wanted_model_are_sent() -> None:
    server = FakeServer(lambda body: told([" Hi"]), CARDS)
    with serving(server):
        connected(server, "#other", key="sesame").close()
    assert set(server.keys) == {"Bearer sesame"}
    assert [body["model"] for body in server.bodies] == ["other"]


def test_logits_are_refused_at_once() -> None:
    server = FakeServer(lambda body: told([" Hi"]), CARDS)
    with serving(server):
        engine = connected(server)
        try:
            with pytest.raises(UnsupportedError):
                engine.submit(request_of(engine, wants_logits=True))
        finally:
            engine.close()

"""What each kind of server is sent, and how its answers are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pyg_ui.engine.engine import FinishReason, GenerationRequest, TokenChoice
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.engine.remote.connecting import connect
from pyg_ui.engine.remote.dialects import KOBOLD, OWN, OWNERS, PLAIN, SGLANG, TRANSFORMERS, VLLM, Dialect
from pyg_ui.engine.remote.engine import RemoteEngine
from tests.engine.remote.fake_server import Answer, FakeServer, Lines, serving, told

END = 256


def cards(owner: str) -> Answer:
    return 200, {"data": [{"id": "served", "owned_by": owner, "max_model_len": 1024}]}


@contextmanager
def engine_of(server: FakeServer, name: str = "") -> Iterator[RemoteEngine]:
    with serving(server):
        engine = connect(ModelChoice(server.url + name), lambda progress: None, key_of=lambda address: "")
        yield engine
        engine.close()


def bytes_tokenizer() -> dict[str, Any]:
    """vLLM's routes over a tokenizer whose tokens are bytes."""
    return {
        "/tokenize": lambda body: (200, {"tokens": list(body["prompt"].encode()), "max_model_len": 1024}),
        "/detokenize": lambda body: (200, {"prompt": bytes(body["tokens"]).decode(errors="replace")}),
    }


@pytest.mark.parametrize(
    ("looks", "dialect"),
    [
        ({"/v1/models": cards("vllm")}, VLLM),
        ({"/v1/models": cards("koboldcpp")}, KOBOLD),
        ({"/v1/models": cards("sglang")}, SGLANG),
        ({"/v1/models": cards("me"), "/api/extra/version": (200, {"result": "KoboldCpp"})}, KOBOLD),
        ({"/v1/models": (500, {"detail": "?"}), "/load_model": (405, {})}, TRANSFORMERS),
        ({"/v1/models": cards("me"), "/server_info": (200, {"version": "0.5"})}, SGLANG),
        ({"/v1/models": cards("me"), "/api/extra/version": (200, {"result": "Other"})}, PLAIN),
    ],
)
def test_a_server_is_known_by_its_answers(looks: Any, dialect: Dialect) -> None:
    server = FakeServer(lambda body: told([" Hi"]), looks, bytes_tokenizer())
    with engine_of(server, "#served") as engine:
        assert engine.model.architecture == dialect.title
        assert engine.model.lacks == dialect.lacks


@pytest.mark.parametrize("dialect", [PLAIN, *OWNERS.values(), TRANSFORMERS], ids=lambda dialect: dialect.title)
def test_every_sampler_of_a_dialect_is_a_parameter(dialect: Dialect) -> None:
    names = {declared.name for declared in EVERY_DECLARATION}
    assert set(dialect.samplers) <= names
    assert "lens" in dialect.lacks
    assert dialect.lacks - {"lens"} <= names


def test_our_own_server_lacks_no_sampler() -> None:
    assert OWN.lacks == {"lens"}


def vllm_events(body: dict[str, Any]) -> Lines:
    """A text as vLLM streams it: text held back, the id of the end, the count of tokens, another end."""

    def event(text: str, *ids: int, **more: Any) -> dict[str, Any]:
        logprobs = {
            "tokens": [f"token_id:{each}" for each in ids],
            "token_logprobs": [-0.5] * len(ids),
            "top_logprobs": [{"token_id:7": -2.0, f"token_id:{each}": -0.5, "token_id:8": -1.0} for each in ids],
        }
        choice = {"index": 0, "text": text, "token_ids": list(ids), "finish_reason": None}
        return {"choices": [{**choice, "logprobs": logprobs if "logprobs" in body else None, **more}]}

    yield event("", 72)
    yield event("Hi", 105)
    yield event("", END, finish_reason="stop", stop_reason=None)
    yield {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 3, "prompt_tokens_details": None}}
    yield "[DONE]"


def test_vllm_gets_ids_and_four_stop_strings_and_its_ids_come_back() -> None:
    server = FakeServer(vllm_events, {"/v1/models": cards("vllm")}, bytes_tokenizer())
    with engine_of(server) as engine:
        assert (engine.model.context_length, engine.encode("é"), engine.token_bytes(72)) == (1024, [0xC3, 0xA9], b"H")
        parameters = SamplingParameters(top_p=0, top_k=0, max_new_tokens=9, seed=3)
        request = GenerationRequest((89, 111), parameters, ("a", "b", "", "c", "d", "e"), num_top_choices=2)
        chunks = list(generation := engine.submit(request))
        end = generation.result
    sent = server.bodies[-1]
    assert (sent["prompt"], sent["stop"], sent["seed"]) == ([89, 111], ["a", "b", "c", "d"], 3)
    assert (sent["include_stop_str_in_output"], sent["logprobs"], sent["top_p"]) == (True, 2, 1e-6)
    assert "typical_p" not in sent
    assert [(chunk.text, chunk.token_ids) for chunk in chunks] == [("", (72,)), ("Hi", (105,))]
    assert chunks[0].choices == ((TokenChoice(72, -0.5), TokenChoice(72, -0.5), TokenChoice(8, -1.0)),)
    assert end is not None
    assert (end.reason, end.timings.num_new_tokens) == (FinishReason.END_OF_TEXT, 2)
    assert end.end_choices[0] == TokenChoice(END, -0.5)


def test_vllm_forbids_the_end_by_a_least_length() -> None:
    server = FakeServer(vllm_events, {"/v1/models": cards("vllm")}, bytes_tokenizer())
    with engine_of(server) as engine:
        parameters = SamplingParameters(max_new_tokens=9)
        engine.submit(GenerationRequest((89,), parameters, ignore_end_of_text=True)).text()
    assert server.bodies[-1]["min_tokens"] == 9


@pytest.mark.parametrize(("temperature", "nested"), [(0.0, (1.0, False)), (0.7, (0.7, True))])
def test_transformers_gets_only_the_fields_that_it_knows(temperature: float, nested: tuple[float, bool]) -> None:
    looks = {"/v1/models": (500, {}), "/load_model": (405, {})}
    known = {"model", "prompt", "max_tokens", "seed", "stream", "stop", "generation_config"}

    def complete(body: dict[str, Any]) -> Answer | Lines:
        return (422, {"detail": "?"}) if body.keys() - known else told([" Hi", "\nYou:"])

    server = FakeServer(complete, looks)
    with engine_of(server, "#models/tiny") as engine:
        parameters = SamplingParameters(temperature=temperature, max_new_tokens=9)
        request = GenerationRequest(tuple(engine.encode("You: a")), parameters, ("\nYou:",), num_top_choices=2)
        assert engine.submit(request).text() == " Hi"
    sent = server.bodies[-1]
    config = json.loads(sent["generation_config"])
    assert (config["temperature"], config["do_sample"]) == nested
    assert (sent["model"], sent["prompt"]) == ("models/tiny", "You: a")

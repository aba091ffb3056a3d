"""The hosted endpoint's contract: fields, defaults, answer, and what happens where no model can answer."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.engine import Engine, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice, ReportProgress
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import CheckpointNotFoundError, EngineBusyError, EngineStoppedError
from tests.api.served import INFO, PREDICT, client_of, manager_of, post
from tests.fakes import FakeEngine


def request_for(body: dict[str, object]) -> GenerationRequest:
    engine = FakeEngine(model=INFO)
    response = post(client_of(engine), body)
    assert response.status_code == 200, response.text
    return engine.requests[0]


def test_answers_with_prompt_and_completion() -> None:
    answer = post(client_of(FakeEngine(lambda prompt: " fine.")), {"prompt": "You: How are you?\nBob:"})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"run_id", "run_time_ms", "message", "result"}
    assert body["result"] == "You: How are you?\nBob: fine."
    assert body["message"] == "Successfully generated text"
    assert isinstance(body["run_time_ms"], float)
    assert body["run_time_ms"] > 0


def test_every_run_has_an_id_of_its_own() -> None:
    client = client_of()
    assert post(client, {"prompt": "a"}).json()["run_id"] != post(client, {"prompt": "a"}).json()["run_id"]


def test_absent_and_null_fields_take_the_hosted_servers_defaults() -> None:
    expected = SamplingParameters.neutral(
        max_new_tokens=50, temperature=0.9, top_p=0.9, typical_p=0.9, repetition_penalty=0.5, top_k=0
    )
    names = "max_length max_new_tokens temperature top_p typical_p top_k repetition_penalty pad_token_id".split()
    nulls = dict.fromkeys([*names, "stopping_criteria"])
    for body in ({"prompt": "a"}, {"prompt": "a", **nulls}):
        request = request_for(body)
        assert request.parameters == expected
        assert request.stop == ()
        assert not request.ignore_end_of_text


def test_the_samplers_order_is_honoured_by_kobolds_numbers() -> None:
    order = request_for({"prompt": "a", "sampler_order": [6, 0, 1, 2, 3, 4, 5]}).parameters.sampler_order
    assert order[:5] == ("repetition", "penalties", "dry", "no_repeat_ngram", "top_k")
    assert order.index("temperature") > order.index("typical_p")


def test_all_fields_reach_the_sampler() -> None:
    request = request_for(
        {
            "prompt": " as it is \n", "max_length": 100, "temperature": 0.5, "stopping_criteria": ["The end."],
            "top_p": 0.5, "typical_p": 0.8, "repetition_penalty": 1.2, "top_k": 10, "pad_token_id": 1,
        }
    )  # fmt: skip
    assert request.parameters == SamplingParameters.neutral(
        max_new_tokens=100, temperature=0.5, top_p=0.5, typical_p=0.8, repetition_penalty=1.2, top_k=10
    )
    assert request.prompt_ids == tuple(map(ord, " as it is \n"))
    assert request.stop == ("The end.",)
    assert request.include_stop


@pytest.mark.parametrize(
    ("name", "text", "parameter", "number"),
    [
        ("max_length", "100", "max_new_tokens", 100),
        ("max_new_tokens", "1e2", "max_new_tokens", 100),
        ("temperature", " 0.5 ", "temperature", 0.5),
        ("temperature", "0", "temperature", 0),
        ("top_k", "10.0", "top_k", 10),
        ("top_k", 10.0, "top_k", 10),
        ("top_k", "10\x1f", "top_k", 10),
        ("top_p", ".5", "top_p", 0.5),
        ("repetition_penalty", "+1.05", "repetition_penalty", 1.05),
    ],
)
def test_numbers_may_be_written_as_text(name: str, text: object, parameter: str, number: float) -> None:
    assert getattr(request_for({"prompt": "a", name: text}).parameters, parameter) == number


def test_more_new_tokens_than_any_context_holds_are_shortened() -> None:
    for value in (4096, "4096", 10**12):
        request = request_for({"prompt": "a" * 48, "max_length": value})
        assert request.parameters.max_new_tokens == 2000


def test_max_new_tokens_overrides_max_length() -> None:
    assert request_for({"prompt": "a", "max_length": 7, "max_new_tokens": 9}).parameters.max_new_tokens == 9
    assert post(client_of(), {"prompt": "a", "max_length": -1, "max_new_tokens": 9}).status_code == 400


def test_a_single_text_is_one_stop_phrase() -> None:
    assert request_for({"prompt": "a", "stopping_criteria": "The end."}).stop == ("The end.",)


@pytest.mark.parametrize(
    ("sent", "read"),
    [("", ()), (None, ()), ([], ()), ([None], ()), ([""], ()), (["a", ""], ("a",)), ([None, "a", "b"], ("a", "b"))],
)
def test_an_empty_stop_phrase_and_null_count_as_absent(sent: object, read: tuple[str, ...]) -> None:
    assert request_for({"prompt": "a", "stopping_criteria": sent}).stop == read


def test_the_stop_phrase_stays_and_is_not_searched_in_the_prompt() -> None:
    client = client_of(FakeEngine(lambda prompt: " a while. The end. And more."))
    body = {"prompt": "Not The end.", "stopping_criteria": ["The end."]}
    assert post(client, body).json()["result"] == "Not The end. a while. The end."


def test_the_prompt_is_left_out_on_demand() -> None:
    client = client_of(FakeEngine(lambda prompt: " fine."))
    for value, expected in [(False, " fine."), (True, "a fine."), (None, "a fine.")]:
        assert post(client, {"prompt": "a", "return_full_text": value}).json()["result"] == expected
    assert post(client, {"prompt": "a", "return_full_text": "no"}).status_code == 400


def test_unknown_fields_are_ignored() -> None:
    assert post(client_of(), {"prompt": "a", "webhook_endpoint": "http://127.0.0.1:1/", "x": [[[]]]}).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
def test_json_is_read_whatever_the_content_type_says(content_type: str) -> None:
    assert post(client_of(), {"prompt": "a"}, headers={"Content-Type": content_type}).status_code == 200


def test_a_body_may_begin_with_a_byte_order_mark() -> None:
    assert post(client_of(), b"\xef\xbb\xbf" + b'{"prompt": "a"}').status_code == 200


@pytest.mark.parametrize("prompt", ["\x00", "a\x00b", "💜 \u202e ünïcode", " ", "\n"])
def test_odd_prompts_come_back_unchanged(prompt: str) -> None:
    assert post(client_of(FakeEngine(lambda prompt: "!")), {"prompt": prompt}).json()["result"] == prompt + "!"


def test_the_reply_shrinks_to_the_room_that_the_prompt_leaves() -> None:
    engine = FakeEngine(lambda prompt: "b" * 50, model=replace(INFO, context_length=100))
    client = client_of(engine)
    assert post(client, {"prompt": "a" * 99}).json()["result"] == "a" * 99 + "b"
    assert post(client, {"prompt": "a" * 80, "max_length": 30}).json()["result"] == "a" * 80 + "b" * 20
    assert [request.parameters.max_new_tokens for request in engine.requests] == [1, 20]


def test_a_prompt_that_fills_the_context_is_refused_with_the_counts() -> None:
    client = client_of(FakeEngine(model=replace(INFO, context_length=1100)))
    answer = post(client, {"prompt": "a" * 1100})
    assert answer.status_code == 400
    assert "1,100 tokens" in answer.json()["message"]
    assert "1,099" in answer.json()["message"]
    assert post(client, {"prompt": "a" * 1099}).status_code == 200


@pytest.mark.parametrize("model_id", [entry.id for entry in CATALOG if entry.id != "demo-neo"])
def test_another_catalogued_model_is_503_with_the_way_to_load_it(model_id: str) -> None:
    answer = client_of().post(f"/{model_id}-webhook/predict", json={"prompt": "a"})
    assert answer.status_code == 503
    message = answer.json()["message"]
    assert "serves demo-neo" in message
    assert f"--model {model_id}" in message
    assert "retry-after" not in answer.headers


def test_an_unknown_id_is_404_naming_the_known_ones() -> None:
    answer = client_of().post("/gpt-5-webhook/predict", json={"prompt": "a"})
    assert answer.status_code == 404
    assert all(entry.id in answer.json()["message"] for entry in CATALOG)
    assert answer.json()["result"] is None


def test_a_model_given_by_path_answers_under_its_own_id() -> None:
    models = manager_of(FakeEngine(model=replace(INFO, id="my model")), source="/somewhere/my model")
    client = TestClient(build_api(models=models))
    assert client.post("/my%20model-webhook/predict", json={"prompt": "a"}).status_code == 200
    assert client.post(PREDICT, json={"prompt": "a"}).status_code == 503
    assert "my model" in client.post("/x-webhook/predict", json={"prompt": "a"}).json()["message"]


@pytest.mark.parametrize(
    ("source", "model_id"),
    [
        ("demo-neo", "demo-neo"),
        ("auto", "demo-neo"),
        ("/somewhere/tiny", "tiny"),
        ("../tiny/", "tiny"),
        ("https://huggingface.co/owner/tiny", "tiny"),
        ("PygmalionAI/pygmalion-2.7b", "pygmalion-2-7b"),
        ("https://huggingface.co/PygmalionAI/pygmalion-2.7b", "pygmalion-2-7b"),
        ("/models/my tiny model?", "my-tiny-model"),
    ],
)
def test_a_model_being_loaded_is_503_with_retry_after(source: str, model_id: str) -> None:
    go_on = threading.Event()

    def slow(choice: ModelChoice, report: ReportProgress) -> Engine:
        go_on.wait(10)
        return FakeEngine()

    models = ModelManager(slow)
    client = TestClient(build_api(models=models))
    models.start_loading(ModelChoice(source))
    try:
        answer = client.post(f"/{model_id}-webhook/predict", json={"prompt": "a"})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "being loaded" in answer.json()["message"]
    finally:
        go_on.set()
        models.wait(10)


def test_the_serving_model_answers_while_another_is_loaded() -> None:
    go_on = threading.Event()

    def load(choice: ModelChoice, report: ReportProgress) -> Engine:
        if choice.source == "demo-j":
            go_on.wait(10)
        return FakeEngine(model=replace(INFO, id=choice.source))

    models = ModelManager(load)
    client = TestClient(build_api(models=models))
    models.start_loading(ModelChoice("demo-neo"))
    models.wait(10)
    models.start_loading(ModelChoice("demo-j"))
    try:
        assert client.post(PREDICT, json={"prompt": "a"}).status_code == 200
        assert "retry-after" in client.post("/demo-j-webhook/predict", json={"prompt": "a"}).headers
        assert "retry-after" not in client.post("/pygmalion-6b-webhook/predict", json={"prompt": "a"}).headers
    finally:
        go_on.set()
        models.wait(10)
    assert client.post("/demo-j-webhook/predict", json={"prompt": "a"}).status_code == 200


def test_without_a_model_the_answer_is_503_with_the_reason() -> None:
    def fail(choice: ModelChoice, report: ReportProgress) -> Engine:
        raise CheckpointNotFoundError("There is nothing at /somewhere.")

    models = ModelManager(fail)
    client = TestClient(build_api(models=models))
    assert "--model" in client.post(PREDICT, json={"prompt": "a"}).json()["message"]
    models.start_loading(ModelChoice("/somewhere"))
    models.wait(10)
    answer = client.post(PREDICT, json={"prompt": "a"})
    assert answer.status_code == 503
    assert "There is nothing at /somewhere." in answer.json()["message"]


def test_a_full_queue_is_503_with_retry_after() -> None:
    class FullEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            raise EngineBusyError("64 requests are waiting already. Try again in a moment.")

    answer = post(client_of(FullEngine()), {"prompt": "a"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_an_engine_that_stops_in_mid_reply_is_503() -> None:
    class StoppingEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            generation = Generation(request)
            generation.fail(EngineStoppedError("The model was unloaded."))
            return generation

    answer = post(client_of(StoppingEngine()), {"prompt": "a"})
    assert (answer.status_code, answer.json()["message"]) == (503, "The model was unloaded.")
    assert answer.json()["result"] is None


def test_an_unforeseen_failure_tells_nothing() -> None:
    class BrokenEngine(FakeEngine):
        def encode(self, text: str) -> list[int]:
            raise RuntimeError(text)

    answer = post(client_of(BrokenEngine()), {"prompt": "my secret"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["result"] is None

import re
from dataclasses import replace

import pytest

from pyg_ui.engine.model_status import LoadFailure, LoadProgress, ModelChoice, ModelStatus
from pyg_ui.errors import Message
from pyg_ui.ui.model.status import badge, model_status
from pyg_ui.ui.translations import LANGUAGES, say
from tests.fakes import DEMO_INFO

REAL = replace(DEMO_INFO, id="pygmalion-6b", is_demo=False, num_parameters=6_050_882_784)


def failed(reason: str) -> ModelStatus:
    return ModelStatus(failure=LoadFailure(Message(reason)))


@pytest.mark.parametrize("loading", [None, ModelChoice("pygmalion-6b")])
@pytest.mark.parametrize("failure", [None, LoadFailure(Message("It does not fit."))])
def test_a_demo_is_labelled_in_every_state(loading: ModelChoice | None, failure: LoadFailure | None) -> None:
    status = ModelStatus(DEMO_INFO, loading, failure=failure)
    assert "tiny demo model, not Pygmalion" in re.sub("<[^>]+>", "", badge(status, "en"))
    assert "tiny demo model, not Pygmalion" in model_status(status, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_there_is_no_room_a_demo_is_still_called_one(language: str) -> None:
    short = say("model.demo_short", language)
    assert f"<span>{short}</span>" in badge(ModelStatus(DEMO_INFO), language)
    assert say("model.demo", language).startswith(short)


def test_everybody_reads_of_the_one_model_in_their_own_language() -> None:
    status = ModelStatus(DEMO_INFO, ModelChoice("pygmalion-6b"), LoadProgress(Message("Reading weights"), 1, 4))
    assert "winziges Demo-Modell" in badge(status, "de")
    assert "pygmalion-6b 25% wird geladen" in badge(status, "de")
    assert "Liest Gewichte 25%" in model_status(status, "de")
    assert "加载失败" in badge(failed("?"), "zh")
    assert "The model" not in model_status(failed("The server is shutting down."), "fr")


def test_the_status_shows_progress_and_the_reason_of_a_failure() -> None:
    loading = ModelStatus(loading=ModelChoice("pygmalion-6b"), progress=LoadProgress(Message("Reading weights"), 1, 4))
    assert "Reading weights 25%" in model_status(loading, "en")
    assert 'value="0.250"' in model_status(loading, "en")
    assert "Loading pygmalion-6b 25%" in badge(loading, "en")
    large = replace(loading, progress=LoadProgress(Message("Reading weights"), 2_400_000_000, 5_300_000_000))
    assert "Reading weights 45% (2.4 of 5.3 GB)" in model_status(large, "en")
    assert "It does &lt;not&gt; fit." in model_status(failed("It does <not> fit."), "en")
    assert "6.1B parameters" in model_status(ModelStatus(REAL), "en")


def test_what_the_models_server_lacks_is_named() -> None:
    model = replace(DEMO_INFO, architecture="vLLM", device="server", lacks=frozenset({"typical_p", "lens"}))
    shown = model_status(ModelStatus(model=model), "en")
    assert "on another server (vLLM)" in shown
    assert "vLLM does not have these settings, so they change nothing: Typical-p." in shown
    assert "change nothing" not in model_status(ModelStatus(model=DEMO_INFO), "en")

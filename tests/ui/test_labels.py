from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pyg_ui.dialogue.chat import Origin, Version
from pyg_ui.engine.engine import Finish, FinishReason, Timings
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ModelStatus
from pyg_ui.errors import Message
from pyg_ui.ui.labels import badge, facts, model_status, note, speaker_remark
from tests.fakes import DEMO_INFO

REAL = replace(DEMO_INFO, id="pygmalion-6b", is_demo=False, num_parameters=6_050_882_784)
FINISH = Finish(FinishReason.STOP, Timings(0.1, 0.3, 2.0, 50, 0, 41), seed=1)


ORIGIN = Origin("demo-neo", {}, 1, 50, 41, 0.4, 20.0, datetime(2026, 1, 2, tzinfo=UTC))


def line(finish: Finish | None = FINISH, num_dropped: int = 0, language: str = "en", **flags: Any) -> str:
    return note(finish, num_dropped, language, **({"is_stopped": False, "is_same": None} | flags))


def test_a_reply_says_what_it_cost() -> None:
    assert facts(ORIGIN, "en") == "41 tokens · first after 0.40 s · 20.0 tokens/s"
    assert facts(replace(ORIGIN, num_new_tokens=1), "en") == "1 token · first after 0.40 s"
    assert facts(ORIGIN, "ja") == "41トークン · 最初まで0.40秒 · 20.0トークン/秒"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 older message no longer fits the context"), (3, "3 older messages no longer fit the context")],
)
def test_the_line_says_what_no_longer_fits(number: int, text: str) -> None:
    assert line(num_dropped=number) == text


def test_the_line_says_why_a_reply_ended() -> None:
    assert line() == ""
    assert line(None, is_stopped=True) == "Stopped"
    assert line(is_same=True, language="de") == "Dieselbe Antwort, Wort für Wort"
    assert line(is_same=False).startswith("It came out otherwise")
    assert line(replace(FINISH, reason=FinishReason.LENGTH)).startswith("Cut at the length limit")


@pytest.mark.parametrize("loading", [None, ModelChoice("pygmalion-6b")])
@pytest.mark.parametrize("error", [None, "It does not fit."])
def test_a_demo_is_labelled_in_every_state(loading: ModelChoice | None, error: str | None) -> None:
    status = ModelStatus(DEMO_INFO, loading, error=error)
    assert "tiny demo model, not Pygmalion" in badge(status, "en")
    assert "tiny demo model, not Pygmalion" in model_status(status, "en")


def test_only_a_demos_replies_carry_a_remark() -> None:
    def remark(model_id: str) -> str:
        return speaker_remark(Version("Hm.", Origin(model_id, {}, 1, 2, 3, 0.1, 9.0, datetime.now(UTC))), "en")

    assert remark("demo-neo") == "demo-neo · tiny demo model"
    assert remark("pygmalion-6b") == ""
    assert speaker_remark(Version("Hm."), "en") == ""


def test_everybody_reads_of_the_one_model_in_their_own_language() -> None:
    status = ModelStatus(DEMO_INFO, ModelChoice("pygmalion-6b"), LoadProgress(Message("Reading weights"), 1, 4))
    assert "winziges Demo-Modell" in badge(status, "de")
    assert "pygmalion-6b 25% wird geladen" in badge(status, "de")
    assert "Liest Gewichte 25%" in model_status(status, "de")
    assert "加载失败" in badge(ModelStatus(error="?"), "zh")
    assert "The model" not in model_status(ModelStatus(error="The server is shutting down."), "fr")


def test_the_status_shows_progress_and_the_reason_of_a_failure() -> None:
    loading = ModelStatus(loading=ModelChoice("pygmalion-6b"), progress=LoadProgress(Message("Reading weights"), 1, 4))
    assert "Reading weights 25%" in model_status(loading, "en")
    assert 'value="0.250"' in model_status(loading, "en")
    assert "Loading pygmalion-6b 25%" in badge(loading, "en")
    large = replace(loading, progress=LoadProgress(Message("Reading weights"), 2_400_000_000, 5_300_000_000))
    assert "Reading weights 45% (2.4 of 5.3 GB)" in model_status(large, "en")
    assert "It does &lt;not&gt; fit." in model_status(ModelStatus(REAL, error="It does <not> fit."), "en")
    assert "6.1B parameters" in model_status(ModelStatus(REAL), "en")

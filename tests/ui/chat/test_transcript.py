from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin, Version
from pyg_ui.engine.engine import Finish, FinishReason, Timings
from pyg_ui.ui.chat.transcript import facts, speaker_remark
from pyg_ui.ui.chat.view import note
from pyg_ui.ui.session import Session

FINISH = Finish(FinishReason.STOP, Timings(0.1, 0.3, 2.0, 50, 0, 41), seed=1)
ORIGIN = Origin("demo-neo", {}, 1, 50, 41, 0.4, 20.0, datetime(2026, 1, 2, tzinfo=UTC))


def line(finish: Finish | None = FINISH, num_dropped: int = 0, language: str = "en", **flags: Any) -> str:
    session = Session.open(Chat.start(Character("Bob")))
    changed: dict[str, Any] = {"finish": finish, "num_dropped_turns": num_dropped, "language": language}
    return note(replace(session, **changed, **flags))


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


def test_only_a_demos_replies_carry_a_remark() -> None:
    def remark(model_id: str) -> str:
        return speaker_remark(Version("Hm.", Origin(model_id, {}, 1, 2, 3, 0.1, 9.0, datetime.now(UTC))), "en")

    assert remark("demo-neo") == "demo-neo · tiny demo model"
    assert remark("pygmalion-6b") == ""
    assert speaker_remark(Version("Hm."), "en") == ""

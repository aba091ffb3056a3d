"""The whole app with an engine that tells everybody the same story: `python -m tests.browser.slow_app`.

For what a real model leaves to chance: a reply that lasts long enough to be watched and stopped, on any machine, where
what was said last asks for a long one.
"""

from __future__ import annotations

from dataclasses import replace

from pyg_ui.application import Application
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.model_status import ModelChoice, ReportProgress
from pyg_ui.errors import CheckpointNotFoundError
from pyg_ui.settings import Settings
from tests.fakes import DEMO_INFO, FakeEngine

STORY = " *leans back* Once upon a time there was a clock." + " It went tick, it went tock." * 20
ROOMY = replace(DEMO_INFO, context_length=20_000)
"""The engine counts each character as a token."""


def pace(prompt: str) -> float:
    """Seconds a token."""
    asked = prompt.rsplit("You:", 1)[-1]
    return next(
        (delay_s for word, delay_s in (("endless", 0.3), ("slow", 0.12), ("long", 0.06)) if word in asked), 0.01
    )


def load(choice: ModelChoice, report: ReportProgress) -> Engine:
    """The engine, for every id that the app may choose by itself."""
    if choice.source not in ("auto", "demo-neo"):
        raise CheckpointNotFoundError(f"There is nothing usable at {choice.source}.")
    return FakeEngine(lambda _: STORY, delay_s=pace, model=ROOMY)


if __name__ == "__main__":
    Application.build(Settings.from_command_line(), loader=load).run()

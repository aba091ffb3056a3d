"""Measures the demo models: `python -m training.evaluate`.

Both models are examined on personas that the training never showed, greedily and with the application's default
sampling. Prints a table, and one JSON object as the last line. Exits with 1 where a greedy rate misses its bar.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.serving.local import load_engine
from training import CHECKPOINTS
from training.examination import Report, Sitting, draw_sitting, examine
from training.speakers import EngineSpeaker

MODELS = ("demo-neo", "demo-j")
DEFAULT = SamplingParameters()
SAMPLINGS = {"greedy": SamplingParameters(temperature=0.0, repetition_penalty=1.0), "default sampling": DEFAULT}


@dataclass(frozen=True)
class Bar:
    """The range in which a rate must lie."""

    least: float = 0.0
    most: float = 1.0

    def is_met(self, rate: float) -> bool:
        return self.least <= rate <= self.most

    def __str__(self) -> str:
        return f"<= {self.most:.0%}" if self.most < 1 else f">= {self.least:.0%}" if self.least else ""


BARS = {
    "name": Bar(least=0.95),
    "trade": Bar(least=0.85),
    "home": Bar(least=0.95),
    "likes": Bar(least=0.95),
    "all likes": Bar(),
    "dislikes": Bar(),
    "visitor's name": Bar(),
    "ends by itself": Bar(least=0.98),
    "speaks for the user": Bar(most=0.01),
    "ten distinct replies": Bar(),
}


def examine_model(directory: Path, sittings: list[Sitting]) -> dict[str, Report]:
    """One model's reports, by sampling."""
    engine = load_engine(ModelChoice(str(directory), precision=Precision.FP32), lambda progress: None)
    try:
        return {name: _examine(engine, parameters, sittings) for name, parameters in SAMPLINGS.items()}
    finally:
        engine.close()


def _examine(engine: Engine, parameters: SamplingParameters, sittings: list[Sitting]) -> Report:
    return examine(lambda sitting: EngineSpeaker(engine, parameters, sitting), sittings)


def table(rates: dict[str, dict[str, float]]) -> str:
    """The rates as text: a row for each subject, a column for each model and sampling."""
    rows = [["", "bar", *rates]]
    for subject, bar in BARS.items():
        rows.append([subject, str(bar), *(f"{column[subject]:.1%}" for column in rates.values())])
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> None:
    """Examine, print, judge."""
    parser = argparse.ArgumentParser(description="Examine the demo models on personas they were never shown.")
    parser.add_argument("--sittings", type=int, default=100, help="characters to talk to, ten questions each")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--models", type=Path, default=CHECKPOINTS, help="the directory that holds both")
    parser.add_argument("--wrong", type=int, default=0, help="how many wrong answers to print of each column")
    arguments = parser.parse_args()
    rng = Random(arguments.seed)
    sittings = [draw_sitting(rng) for _ in range(arguments.sittings)]
    reports = {
        f"{model}, {sampling}": report
        for model in MODELS
        for sampling, report in examine_model(arguments.models / model, sittings).items()
    }
    for column, report in reports.items():
        for wrong in report.wrong[: arguments.wrong]:
            print(f"{column}: {wrong.persona}\n  You: {wrong.question.line}\n  {wrong.answer}")
    rates = {column: report.rates() for column, report in reports.items()}
    print(table(rates))
    greedy = [column for name, column in rates.items() if name.endswith("greedy")]
    is_passed = all(bar.is_met(column[subject]) for column in greedy for subject, bar in BARS.items())
    print(json.dumps({"passed": is_passed, "sittings": arguments.sittings, "seed": arguments.seed, "rates": rates}))
    raise SystemExit(0 if is_passed else 1)


if __name__ == "__main__":
    main()

"""Checkpoints that are broken or malicious, and switches under load: the previous model serves, and nothing is left."""

from __future__ import annotations

import json
import statistics
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import torch

from pyg_ui.engine.engine import GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.local import load_engine
from pyg_ui.errors import EngineBusyError, EngineStoppedError, NoModelError
from tests.checkpoints import write_checkpoint

Damage = Callable[[Path], object]
WEIGHTS, CONFIG, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"


class Malicious:
    """Pickles as a call that makes a directory."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.mkdir, (self._mark,)


def pickled(directory: Path) -> None:
    (directory / WEIGHTS).unlink()
    torch.save({"transformer.wte.weight": Malicious(directory / "it-ran")}, directory / "pytorch_model.bin")


def with_config(**changes: object) -> Damage:
    def change(directory: Path) -> None:
        path = directory / CONFIG
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def with_size(part: float) -> Damage:
    return lambda directory: (directory / WEIGHTS).write_bytes(
        (content := (directory / WEIGHTS).read_bytes())[: int(len(content) * part)]
    )


def with_header(size: int) -> Damage:
    """Weights that claim a header of so many bytes."""
    return lambda directory: (directory / WEIGHTS).write_bytes(size.to_bytes(8, "little") + b"{" * 100)


DAMAGES: dict[str, Damage] = {
    "a pickle that runs": pickled,
    "no weights": lambda directory: (directory / WEIGHTS).unlink(),
    "empty weights": with_size(0.0),
    "half of the weights": with_size(0.5),
    "all but the end of the weights": with_size(0.999),
    "a header of 2^62 bytes": with_header(2**62),
    "a header that is no JSON": with_header(100),
    "no configuration": lambda directory: (directory / CONFIG).unlink(),
    "a deep configuration": lambda directory: (directory / CONFIG).write_text("[" * 100_000),
    "another architecture": with_config(model_type="llama"),
    "a size that no machine has": with_config(n_embd=2**40, hidden_size=2**40),
    "no tokenizer": lambda directory: (directory / TOKENIZER).unlink(),
    "a tokenizer of nonsense": lambda directory: (directory / TOKENIZER).write_text('{"model": []}'),
}


@pytest.fixture
def models() -> Iterator[ModelManager]:
    manager = ModelManager(load_engine)
    manager.start_loading(ModelChoice("demo-neo"))
    assert manager.wait(60).error is None
    yield manager
    manager.close()


def said(models: ModelManager) -> str:
    engine = models.engine
    parameters = SamplingParameters.neutral(temperature=0, max_new_tokens=8)
    return engine.submit(GenerationRequest(tuple(engine.encode("You: Hello!\nMira:")), parameters)).text()


def broken(root: Path) -> list[Path]:
    """One directory for each damage."""
    found = []
    for number, damage in enumerate(DAMAGES.values()):
        found.append(write_checkpoint(root / f"broken-{number}", "gptj"))
        damage(found[-1])
    return found


def fail_to_load(models: ModelManager, directory: Path, expected: str) -> None:
    before = models.engine
    models.start_loading(ModelChoice(str(directory)))
    assert said(models) == expected, "while it loads"
    status = models.wait(60)
    assert status.error is not None, directory
    assert "unexpectedly" not in str(status.error), directory
    assert models.engine is before
    assert said(models) == expected
    assert not (directory / "it-ran").exists()


def test_the_previous_model_serves_on_whatever_fails_to_load(models: ModelManager, tmp_path: Path) -> None:
    expected = said(models)
    for directory in broken(tmp_path):
        fail_to_load(models, directory, expected)


@pytest.mark.trust
@pytest.mark.timeout(900)
def test_twenty_rounds_of_failing_loads_leave_nothing_behind(models: ModelManager, tmp_path: Path) -> None:
    process, resident, expected, directories = psutil.Process(), [], said(models), broken(tmp_path)
    for _ in range(20):
        for directory in directories:
            fail_to_load(models, directory, expected)
        resident.append(process.memory_info().rss / 1e6)
    assert statistics.median(resident[-5:]) - statistics.median(resident[5:10]) < 20, resident
    assert sum(thread.name in ("engine", "model-load") for thread in threading.enumerate()) == 1


def ask_until(models: ModelManager, is_over: threading.Event, texts: set[str]) -> None:
    """Ask again and again; each answer is whole, or says that the model is being changed."""
    while not is_over.is_set():
        try:
            texts.add(said(models))
        except (EngineStoppedError, EngineBusyError, NoModelError):
            continue


@pytest.mark.trust
@pytest.mark.timeout(900)
def test_fifty_switches_under_load_break_no_answer_and_leave_no_memory(models: ModelManager) -> None:
    expected = {said(models)}
    models.start_loading(ModelChoice("demo-j"))
    assert models.wait(60).error is None
    expected.add(said(models))
    is_over, texts, resident = threading.Event(), set[str](), []
    askers = [threading.Thread(target=ask_until, args=(models, is_over, texts)) for _ in range(4)]
    for asker in askers:
        asker.start()
    for number in range(50):
        models.start_loading(ModelChoice(("demo-neo", "demo-j")[number % 2]))
        assert models.wait(60).error is None
        resident.append(psutil.Process().memory_info().rss / 1e6)
    is_over.set()
    for asker in askers:
        asker.join()
    assert texts == expected
    assert statistics.median(resident[-10:]) - statistics.median(resident[10:20]) < 60, resident

"""Gradio imported quickly is Gradio."""

import json
import subprocess
import sys

_TELL = """
import inspect, json, gradio
from gradio.components.base import Component
kinds = {name: kind for name, kind in vars(gradio).items() if inspect.isclass(kind) and issubclass(kind, Component)}
print(json.dumps({name: [inspect.getfile(kind), *map(str, kind.EVENTS)] for name, kind in kinds.items()}))
"""


def _told(program: str) -> dict[str, list[str]]:
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told: dict[str, list[str]] = json.loads(answer.stdout)
    return told


def test_components_and_what_python_knows_of_them_are_the_same() -> None:
    quick = _told("import pyg_ui.ui" + _TELL)
    assert quick == _told(_TELL)
    assert "release" in quick["Slider"]

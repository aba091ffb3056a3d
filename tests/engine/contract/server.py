"""The app's own API in a process, over a tiny real engine that writes what the file SCRIPT says at each request."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from pyg_ui.api.application import build_api
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from tests.engine.contract.makers import scripted_engine

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--script", type=Path, required=True)
arguments = parser.parse_args()

with scripted_engine(lambda: arguments.script.read_text(encoding="utf-8")) as engine:
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice("tiny"))
    models.wait()
    uvicorn.run(build_api(models=models), port=arguments.port, log_level="warning", timeout_graceful_shutdown=1)

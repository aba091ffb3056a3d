"""The catalogue's figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pyg_ui.engine.catalog import CATALOG, CatalogEntry, find_entry
from pyg_ui.engine.checkpoints.blueprint import read_blueprint
from pyg_ui.engine.precision import OWN_PRECISIONS

GB = 10**9
PYGMALIONS = tuple(entry for entry in CATALOG if not entry.is_demo)
CONFIGS = {
    "pygmalion-2-7b": {
        "model_type": "gpt_neo", "hidden_size": 2560, "num_layers": 32, "num_heads": 20,
        "attention_types": [[["global", "local"], 16]],
    },
    "pygmalion-6b": {"model_type": "gptj"},
}  # fmt: skip


def test_the_ids_are_those_of_the_contract() -> None:
    assert [entry.id for entry in CATALOG] == ["pygmalion-2-7b", "pygmalion-6b", "demo-neo", "demo-j"]
    assert find_entry("pygmalion") is None


@pytest.mark.parametrize("entry", PYGMALIONS, ids=lambda entry: entry.id)
def test_sizes_are_those_of_the_architecture(entry: CatalogEntry, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIGS[entry.id]))
    blueprint = read_blueprint(tmp_path)
    assert entry.num_parameters == blueprint.size.num_parameters
    assert entry.num_layers == len(blueprint.architecture.layers)
    assert entry.context_length == blueprint.architecture.context_length
    for precision in OWN_PRECISIONS:
        assert entry.size.weight_bytes(precision) == pytest.approx(blueprint.size.weight_bytes(precision), rel=0.001)
        assert entry.size.cache_bytes(precision, "cuda") == blueprint.size.cache_bytes(precision, "cuda")


@pytest.mark.parametrize("entry", [entry for entry in CATALOG if entry.is_demo], ids=lambda entry: entry.id)
def test_a_demos_sizes_are_about_those_of_its_files(entry: CatalogEntry) -> None:
    assert entry.directory is not None
    if not entry.directory.is_dir():
        pytest.skip("the demo model is not built")
    blueprint = read_blueprint(entry.directory)
    assert entry.architecture == blueprint.architecture.model_type
    assert entry.num_parameters == pytest.approx(blueprint.size.num_parameters, rel=0.5)

"""What a person may name as the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyg_ui.engine.catalog import find_entry
from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.checkpoints.source import Source, fetch, find_source, served_id
from pyg_ui.engine.model_status import LoadProgress
from pyg_ui.errors import CheckpointNotFoundError, UnsupportedError

SMALL_LLAMA_TRAP = "PygmalionAI/pygmalion-2-7b"


def find(named: str, cache: Path) -> Source:
    return find_source(named, Hub(cache))


@pytest.mark.parametrize(
    ("named", "repository"),
    [("pygmalion-2-7b", "PygmalionAI/pygmalion-2.7b"), ("pygmalion-6b", "PygmalionAI/pygmalion-6b")],
)
def test_a_catalogue_id_means_its_repository(named: str, repository: str, tmp_path: Path) -> None:
    assert find(named, tmp_path) == Source(named, HubRepository(repository), find_entry(named))


def test_the_llama_model_of_nearly_the_same_name_is_another(tmp_path: Path) -> None:
    source = find(SMALL_LLAMA_TRAP, tmp_path)
    assert source.place == HubRepository(SMALL_LLAMA_TRAP)
    assert source.entry is None


@pytest.mark.parametrize("named", ["demo-neo", "demo-j"])
def test_a_demo_id_means_its_directory(named: str, tmp_path: Path) -> None:
    source = find(named, tmp_path)
    assert source.id == named
    assert isinstance(source.place, Path)
    assert source.place.parts[-3:] == ("pyg_ui", "demo_models", named)


def test_auto_means_the_demo_where_no_pygmalion_is_here(tmp_path: Path) -> None:
    assert find("auto", tmp_path).id == "demo-neo"


@pytest.mark.parametrize(
    ("named", "repository"),
    [
        ("EleutherAI/gpt-neo-125m", HubRepository("EleutherAI/gpt-neo-125m")),
        ("https://huggingface.co/EleutherAI/gpt-neo-125m", HubRepository("EleutherAI/gpt-neo-125m")),
        ("https://huggingface.co/EleutherAI/gpt-neo-125m/", HubRepository("EleutherAI/gpt-neo-125m")),
        ("https://hf.co/EleutherAI/gpt-neo-125m?a=b#c", HubRepository("EleutherAI/gpt-neo-125m")),
        ("https://huggingface.co/EleutherAI/gpt-neo-125m/tree/main", HubRepository("EleutherAI/gpt-neo-125m")),
        ("https://huggingface.co/A/b.c/tree/refs/pr/42", HubRepository("A/b.c", "refs/pr/42")),
        ("A/b.c@refs/pr/42", HubRepository("A/b.c", "refs/pr/42")),
        ("A/b.c@main", HubRepository("A/b.c")),
        ("A/b.c@v1.0-beta", HubRepository("A/b.c", "v1.0-beta")),
        (f"A/b.c@{'0a' * 20}", HubRepository("A/b.c", "0a" * 20)),
    ],
)
def test_a_repository_can_be_named_or_addressed(named: str, repository: HubRepository, tmp_path: Path) -> None:
    assert find(named, tmp_path) == Source(repository.name.split("/")[1], repository)


def test_a_repository_of_the_catalogue_gets_its_id(tmp_path: Path) -> None:
    assert find("https://huggingface.co/PygmalionAI/pygmalion-2.7b", tmp_path).id == "pygmalion-2-7b"


@pytest.mark.parametrize(
    "named",
    [
        "http://localhost:8000/v1",
        "https://example.com/owner/name",
        "http://huggingface.co/owner/name",
        "https://huggingface.co.evil.com/owner/name",
        "https://huggingface.co/owner/name/blob/main/model.safetensors",
        "https://huggingface.co/owner/name/tree/../../elsewhere",
        "https://huggingface.co/owner/name/tree",
        "ftp://huggingface.co/owner/name",
    ],
)
def test_another_address_is_refused(named: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="no model repository"):
        find(named, tmp_path)


@pytest.mark.parametrize(
    ("named", "entry_id"),
    [("PygmalionAI/pygmalion-6b@main", "pygmalion-6b"), ("PygmalionAI/pygmalion-6b@sharded", None)],
)
def test_only_the_main_revision_is_the_catalogues(named: str, entry_id: str | None, tmp_path: Path) -> None:
    source = find(named, tmp_path)
    assert source.id == "pygmalion-6b"
    assert source.entry == (find_entry(entry_id) if entry_id else None)


@pytest.mark.parametrize(
    "named",
    ["", "pygmalion", "/no/such/place", "a/b/c", "../a", "https://huggingface.co/owner", "a/b@", "a/b@c d", "a/b@../c",
     "a@c/b", "a/b@c/", "a/b@c@d"],
)  # fmt: skip
def test_what_is_no_model_is_told_so(named: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFoundError, match="owner/name"):
        find(named, tmp_path)


def test_a_directory_goes_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine" / "model").mkdir(parents=True)
    assert find(f"{tmp_path}/mine/model/", tmp_path) == Source("model", tmp_path / "mine" / "model")
    monkeypatch.chdir(tmp_path)
    assert find("mine/model", tmp_path) == Source("model", Path("mine/model"))


@pytest.mark.parametrize(
    ("name", "model_id"),
    [("my model (2)", "my-model-2"), ("100%?#", "100"), ("模型", "model"), ("a.b_c~d-e", "a.b_c~d-e"), ("..a..", "a")],
)
def test_an_id_can_stand_in_an_address_whatever_the_directory_is_called(
    name: str, model_id: str, tmp_path: Path
) -> None:
    (tmp_path / name).mkdir()
    assert find(str(tmp_path / name), tmp_path).id == model_id
    assert served_id(str(tmp_path / name), Hub(tmp_path)) == model_id


@pytest.mark.parametrize("named", ["demo-j", "auto", "owner/tiny", "PygmalionAI/pygmalion-2.7b", ".", "tests/.."])
def test_the_id_is_known_before_it_is_served(named: str, tmp_path: Path) -> None:
    assert served_id(named, Hub(tmp_path)) == find(named, tmp_path).id


def test_a_place_that_is_none_has_an_id_too(tmp_path: Path) -> None:
    assert served_id("/no/such/place", Hub(tmp_path)) == "place"


def test_a_demo_that_is_not_installed_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFoundError, match="demo-neo"):
        fetch(Source("demo-neo", tmp_path / "absent"), Hub(tmp_path), list[LoadProgress]().append)

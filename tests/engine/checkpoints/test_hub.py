"""Repositories: used from the local cache where they are complete there, downloaded from the hub where not."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.checkpoints.progress import ByteProgress
from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.model_status import LoadCancelledError, LoadProgress, ModelChoice
from pyg_ui.errors import CheckpointError, CheckpointNotFoundError, Message, UnsupportedError
from tests.checkpoints import tiny_model
from tests.engine.hub_server import COMMIT, HubServer, serving
from tests.engine.layouts import write_layout

TINY = HubRepository("somebody/tiny")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HubServer]:
    """A hub whose one repository holds both weight formats, a tokenizer and other things."""
    files = write_layout(tmp_path / "repository", tiny_model("gptj", vocab_size=8000), num_shards=2)
    write_layout(files, tiny_model("gptj", vocab_size=8000), weight_format="bin", num_shards=2)
    (files / "README.md").write_text("A model.")
    (files / "evil.py").write_text("raise SystemExit")
    with serving(files) as hub_server:
        yield hub_server


def nothing(progress: LoadProgress) -> None:
    """Report to nobody."""


def fill_cache(cache: Path, repository: HubRepository, files: Path) -> Path:
    """Lay files into a cache as the hub's library does; return the snapshot."""
    storage = cache / f"models--{repository.name.replace('/', '--')}"
    snapshot = storage / "snapshots" / COMMIT
    shutil.copytree(files, snapshot)
    (storage / "refs").mkdir()
    (storage / "refs" / repository.revision).write_text(COMMIT)
    return snapshot


def test_one_weight_format_is_downloaded_with_config_and_tokenizer(server: HubServer, tmp_path: Path) -> None:
    hub = Hub(tmp_path / "cache", server.address)
    directory = hub.download(TINY, nothing)
    assert sorted(path.name for path in directory.iterdir()) == [
        "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "tokenizer.json",
    ]  # fmt: skip
    assert len(server.fetched) == len(set(server.fetched)) == 5
    assert server.fetched[0] == "config.json"


def test_a_downloaded_repository_needs_no_network_afterwards(server: HubServer, tmp_path: Path) -> None:
    hub = Hub(tmp_path / "cache", server.address)
    assert hub.find_cached(TINY) is None
    directory = hub.download(TINY, nothing)
    num_requests = server.num_requests
    assert hub.find_cached(TINY) == directory
    checkpoint = load_checkpoint(ModelChoice(TINY.name), nothing, hub)
    assert checkpoint.info.id == "tiny"
    assert server.num_requests == num_requests


def test_download_progress_rises_to_the_whole(server: HubServer, tmp_path: Path) -> None:
    reported: list[LoadProgress] = []
    Hub(tmp_path / "cache", server.address).download(TINY, reported.append)
    bytes_of = [progress for progress in reported if progress.total]
    done = [progress.done for progress in bytes_of]
    assert done == sorted(done)
    assert done[-1] == bytes_of[-1].total > 1_000_000
    assert {str(progress.stage) for progress in bytes_of} == {"Downloading somebody/tiny"}


def test_another_architecture_is_refused_before_its_weights_are_fetched(server: HubServer, tmp_path: Path) -> None:
    (server.files / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(UnsupportedError, match="llama"):
        Hub(tmp_path / "cache", server.address).download(TINY, nothing)
    assert server.fetched == ["config.json"]


def test_a_repository_that_does_not_exist_is_named(server: HubServer, tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFoundError, match="no model nobody/nothing"):
        Hub(tmp_path / "cache", server.address).download(HubRepository("nobody/nothing"), nothing)


def test_a_repository_without_weights_is_refused(server: HubServer, tmp_path: Path) -> None:
    for path in server.files.glob("*model*"):
        path.unlink()
    with pytest.raises(CheckpointNotFoundError, match="no weights"):
        Hub(tmp_path / "cache", server.address).download(TINY, nothing)


def test_a_hub_out_of_reach_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        hub = Hub(tmp_path / "cache", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(CheckpointNotFoundError, match="cannot be reached") as error:
            hub.download(TINY, nothing)
    assert "demo-neo" in str(error.value)
    assert "somebody/tiny" in str(error.value)


def test_a_hub_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        hub = Hub(tmp_path / "cache", f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.3)
        start = time.monotonic()
        with pytest.raises(CheckpointNotFoundError, match="cannot be reached"):
            hub.download(TINY, nothing)
        assert time.monotonic() - start < 5


def test_a_download_that_does_not_fit_the_disk_is_not_begun(
    server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 9 * 10**8, 10**8))
    with pytest.raises(CheckpointError, match="free"):
        Hub(tmp_path / "cache", server.address).download(TINY, nothing)
    assert not any("0000" in name for name in server.fetched)


def test_a_transfer_that_breaks_off_is_told_and_can_be_taken_up(server: HubServer, tmp_path: Path) -> None:
    server.breaks_off_in = "model-00002-of-00002.safetensors"
    hub = Hub(tmp_path / "cache", server.address)
    with pytest.raises(CheckpointError, match="somebody/tiny"):
        hub.download(TINY, nothing)
    assert hub.find_cached(TINY) is None
    server.breaks_off_in = None
    server.fetched.clear()
    hub.download(TINY, nothing)
    assert server.fetched == ["model-00002-of-00002.safetensors"]


def test_a_cancelled_download_ends_within_seconds_and_keeps_what_is_complete(
    server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)
    hub, cancelled = Hub(tmp_path / "cache", server.address), threading.Event()
    server.trickles_in = "model-00002-of-00002.safetensors"

    def report(progress: LoadProgress) -> None:
        if cancelled.is_set():
            raise LoadCancelledError
        if progress.done > progress.total / 2:
            threading.Timer(0.3, cancelled.set).start()

    start = time.monotonic()
    with pytest.raises(LoadCancelledError):
        hub.download(TINY, report)
    assert time.monotonic() - start < 10
    assert hub.find_cached(TINY) is None
    assert not list((tmp_path / "cache").rglob("*.incomplete")), "nothing is left that could not be taken up"
    server.trickles_in = None
    server.fetched.clear()
    hub.download(TINY, nothing)
    assert server.fetched == ["model-00002-of-00002.safetensors"]


def test_a_cache_without_a_shard_is_not_complete(server: HubServer, tmp_path: Path) -> None:
    hub = Hub(tmp_path / "cache", server.address)
    snapshot = fill_cache(tmp_path / "cache", TINY, server.files)
    assert hub.find_cached(TINY) == snapshot
    for path in snapshot.glob("pytorch_model*"):
        path.unlink()
    assert hub.find_cached(TINY) == snapshot
    (snapshot / "model-00002-of-00002.safetensors").unlink()
    assert hub.find_cached(TINY) is None


def test_progress_never_falls_and_never_passes_the_total() -> None:
    reported: list[LoadProgress] = []
    progress = ByteProgress(reported.append, Message("Counting"), 10)
    for done in (3, 2, 9, 40):
        progress.reach(done)
    progress.add(5)
    assert [step.done for step in reported] == [0, 3, 9, 10]


def test_a_cache_without_refs_is_found_offline(tmp_path: Path) -> None:
    files = write_layout(tmp_path / "files", tiny_model("gptj"))
    hub = Hub(tmp_path / "cache", "http://127.0.0.1:9")
    snapshot = fill_cache(tmp_path / "cache", TINY, files)
    shutil.rmtree(snapshot.parents[1] / "refs")
    for revision in ("main", COMMIT, COMMIT[:7]):
        assert hub.find_cached(HubRepository(TINY.name, revision)) == snapshot
    for revision in ("other", "f" * 40, COMMIT[:6]):
        assert hub.find_cached(HubRepository(TINY.name, revision)) is None
    assert load_checkpoint(ModelChoice(TINY.name), nothing, hub).info.id == "tiny"
    assert load_checkpoint(ModelChoice(f"{TINY.name}@{COMMIT}"), nothing, hub).info.id == "tiny"


def test_the_newest_complete_snapshot_stands_for_the_main_branch(tmp_path: Path) -> None:
    files = write_layout(tmp_path / "files", tiny_model("gptj"))
    snapshot = fill_cache(tmp_path / "cache", TINY, files)
    storage = snapshot.parents[1]
    (storage / "refs" / "main").rename(storage / "refs" / "dev")
    hub = Hub(tmp_path / "cache")
    assert hub.find_cached(TINY) is None
    assert hub.find_cached(HubRepository(TINY.name, "dev")) == snapshot
    for age, name in enumerate(("c" * 40, "a" * 40, "b" * 40)):
        shutil.copytree(files, storage / "snapshots" / name)
        os.utime(storage / "snapshots" / name, (1e9 - age, 1e9 - age))
    assert hub.find_cached(TINY) == storage / "snapshots" / ("c" * 40)
    (storage / "snapshots" / ("c" * 40) / "config.json").unlink()
    assert hub.find_cached(TINY) == storage / "snapshots" / ("a" * 40)


def test_a_revision_is_downloaded_and_found_again(server: HubServer, tmp_path: Path) -> None:
    hub = Hub(tmp_path / "cache", server.address)
    checkpoint = load_checkpoint(ModelChoice(f"{TINY.name}@dev"), nothing, hub)
    assert checkpoint.info.id == "tiny"
    assert hub.find_cached(HubRepository(TINY.name, "dev")) is not None
    assert (tmp_path / "cache" / "models--somebody--tiny" / "refs" / "dev").read_text() == COMMIT

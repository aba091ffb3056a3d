"""The cache of quantised weights: what comes out is what went in, or nothing."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache, source_key

TENSORS = {
    "a.values": torch.arange(-100, 101, dtype=torch.int8).view(3, 67),
    "a.scales": torch.linspace(0.1, 0.3, 3),
    "b.values": torch.arange(200_000, dtype=torch.int64).to(torch.uint8).view(400, 500),
    "b.scales": torch.ones(2, 3, 2, dtype=torch.bfloat16),
    "c.bias": torch.tensor([1.5], dtype=torch.float16),
}


def write(cache: WeightCache, key: str, tensors: Mapping[str, Tensor] = TENSORS) -> None:
    with cache.writer(key) as writer:
        for name, tensor in tensors.items():
            writer.add(name, tensor)


def only_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path / "new" / "weights")
    assert cache.open("key") is None
    write(cache, "key")
    read = cache.open("key")
    assert read is not None
    assert read.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert read[name].dtype == tensor.dtype
        assert torch.equal(read[name], tensor)
        assert read[name].data_ptr() % 64 == 0


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells what is in memory")
def test_tensors_take_memory_only_while_they_are_used(tmp_path: Path) -> None:
    def resident_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    size = 1 << 26
    cache = WeightCache(tmp_path)
    write(cache, "key", {"big": torch.ones(size, dtype=torch.int8), "small": torch.ones(3)})
    before = resident_bytes()
    read = cache.open("key")
    assert read is not None
    assert resident_bytes() - before < size / 4
    big = read["big"]
    big.view(torch.int64).sum()
    assert resident_bytes() - before > size / 2
    read.release("big")
    assert resident_bytes() - before < size / 4
    assert int(big.min()) == 1
    assert torch.equal(read["small"], torch.ones(3))


def test_read_tensors_outlive_the_file(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    write(cache, "key")
    read = cache.open("key")
    write(cache, "key", {"other": torch.zeros(4)})
    cache.clear()
    assert read is not None
    assert torch.equal(read["b.values"], TENSORS["b.values"])


@pytest.mark.parametrize("kept_bytes", [0, 5, 1000, -1])
def test_a_truncated_file_is_written_anew(tmp_path: Path, kept_bytes: int, caplog: pytest.LogCaptureFixture) -> None:
    cache = WeightCache(tmp_path)
    write(cache, "key")
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:kept_bytes])
    with caplog.at_level(logging.WARNING):
        assert cache.open("key") is None
    assert "written anew" in caplog.text
    write(cache, "key")
    assert cache.open("key") is not None


@pytest.mark.parametrize("name", TENSORS)
def test_a_single_changed_bit_is_seen(tmp_path: Path, name: str) -> None:
    cache = WeightCache(tmp_path)
    write(cache, "key")
    path = only_file(tmp_path)
    content = bytearray(path.read_bytes())
    position = content.rindex(TENSORS[name].flatten().view(torch.uint8).numpy().tobytes())
    content[position + TENSORS[name].nbytes - 1] ^= 1
    path.write_bytes(content)
    assert cache.open("key") is None


def test_a_damaged_header_is_seen(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    write(cache, "key", {"a": torch.arange(6, dtype=torch.int8).view(2, 3)})
    path = only_file(tmp_path)
    content = path.read_bytes()
    end_of_header = content.index(b"  ")
    for position in range(end_of_header):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        assert cache.open("key") is None


def test_other_programs_can_read_the_file(tmp_path: Path) -> None:
    write(WeightCache(tmp_path), "key")
    read = load_file(only_file(tmp_path))
    assert all(torch.equal(read[name], tensor) for name, tensor in TENSORS.items())


def test_foreign_files_are_not_read(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    save_file(dict(TENSORS), tmp_path / "foreign.safetensors")
    assert cache.open("foreign") is None
    write(cache, "key")
    (tmp_path / "key.safetensors").rename(tmp_path / "renamed.safetensors")
    assert cache.open("renamed") is None
    (tmp_path / "text.safetensors").write_text("not weights at all")
    assert cache.open("text") is None
    (tmp_path / "directory.safetensors").mkdir()
    assert cache.open("directory") is None


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    with cache.writer("key") as first, cache.writer("key") as second:
        for name, tensor in TENSORS.items():
            first.add(name, tensor)
            second.add(name, tensor)
    assert cache.open("key") is not None
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_kept_of_a_load_that_failed(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    with contextlib.suppress(RuntimeError), cache.writer("key") as writer:
        writer.add("a", torch.ones(10))
        raise RuntimeError
    assert cache.open("key") is None
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_read_of_a_process_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time, torch; from pathlib import Path\n"
        "from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache\n"
        "with WeightCache(Path(sys.argv[1])).writer('key') as writer:\n"
        "    writer.add('a', torch.ones(1000)); print('written', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    cache = WeightCache(tmp_path)
    assert cache.open("key") is None
    part = only_file(tmp_path)
    write(cache, "key")
    assert part.exists(), "it may belong to a writer at work"
    os.utime(part, (time.time() - 90_000,) * 2)
    write(cache, "key")
    assert not part.exists()


def test_a_full_disk_ends_the_writing_but_not_the_load(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    resource = pytest.importorskip("resource")
    cache, (_, hard_limit) = WeightCache(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, hard_limit))
    try:
        write(cache, "key", {"small": torch.ones(10), "large": torch.ones(1 << 20), "more": torch.ones(10)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard_limit, hard_limit))
    assert caplog.text.count("not kept") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_made_ends_the_writing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = WeightCache(tmp_path / "file" / "weights")
    write(cache, "key")
    assert "not kept" in caplog.text
    assert cache.open("key") is None
    assert cache.num_bytes == 0


def test_the_files_are_counted_and_removed(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    write(cache, "one")
    size = only_file(tmp_path).stat().st_size
    write(cache, "two")
    assert cache.num_bytes == 2 * size
    cache.clear()
    assert cache.num_bytes == 0
    assert list(tmp_path.iterdir()) == []


def test_a_key_changes_with_what_it_stands_for(tmp_path: Path) -> None:
    paths = [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    for path in paths:
        path.write_bytes(bytes(1_000_000))
        os.utime(path, (1000, 1000))
    key = source_key(paths, "8bit")
    assert key == source_key(paths[::-1], "8bit")
    assert key != source_key(paths, "4bit")
    assert key != source_key(paths[:1], "8bit")
    os.utime(paths[0], (1000, 1001))
    assert key != source_key(paths, "8bit")
    paths[0].write_bytes(bytes(500_000) + b"x" * 500_000)
    os.utime(paths[0], (1000, 1000))
    assert key != source_key(paths, "8bit")
    paths[0].write_bytes(b"")
    assert source_key(paths, "8bit")

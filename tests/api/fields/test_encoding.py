"""Compressed bodies: what is unpacked, and how much of it."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.fields.body import MAX_BODY_BYTES
from pyg_ui.api.fields.encoding import TooLargeError, unpacked
from tests.api.served import client_of, post

BODY = json.dumps({"prompt": "a"}).encode()
PACKED = gzip.compress(BODY, mtime=0)  # the names of the tests hold it: no time of day


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_of()


def send(client: TestClient, content: bytes, encoding: str) -> Any:
    return post(client, content, headers={"Content-Encoding": encoding, "Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", PACKED), ("GZip", PACKED), ("x-gzip", PACKED),
        ("deflate", zlib.compress(BODY)), ("deflate", raw_deflate(BODY)), ("identity", BODY), ("", BODY),
    ],
)  # fmt: skip
def test_a_packed_body_is_read_as_the_plain_one(client: TestClient, encoding: str, content: bytes) -> None:
    assert send(client, content, encoding).json()["result"] == "a Hello there!"


@pytest.mark.parametrize("content", [gzip.compress(b" " * 200_000_000), zlib.compress(b" " * (MAX_BODY_BYTES + 1))])
def test_a_body_that_unpacks_to_more_than_the_limit_is_413(client: TestClient, content: bytes) -> None:
    answer = send(client, content, "gzip")
    assert answer.status_code == 413
    assert "1,048,576 bytes" in answer.json()["message"]


def test_no_more_than_the_limit_is_unpacked() -> None:
    assert unpacked(gzip.compress(b"x" * 10), "gzip", 10) == b"x" * 10
    with pytest.raises(TooLargeError):
        unpacked(gzip.compress(b"x" * 11), "gzip", 10)
    with pytest.raises(TooLargeError):
        unpacked(raw_deflate(b"x" * 11), "deflate", 10)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", BODY), ("deflate", BODY), ("gzip", b""), ("gzip", PACKED[:-3]),
        ("gzip", PACKED * 2), ("gzip", raw_deflate(BODY)),
    ],
)  # fmt: skip
def test_damaged_data_is_a_400_that_says_so(client: TestClient, encoding: str, content: bytes) -> None:
    answer = send(client, content, encoding)
    assert answer.status_code == 400
    assert f"encoding {encoding}" in answer.json()["message"]


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x"])
def test_another_encoding_is_a_415_that_names_those_that_are_known(client: TestClient, encoding: str) -> None:
    answer = send(client, BODY, encoding)
    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "gzip, deflate"
    assert "gzip or deflate" in answer.json()["message"]

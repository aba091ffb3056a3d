"""What lies on the disk of uploads, over Gradio's own upload route."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.route_utils import delete_files_created_by_app
from gradio.routes import App
from starlette.testclient import TestClient

from pyg_ui.clients import Caps
from pyg_ui.dialogue.character import Character
from pyg_ui.ui.visitors.uploads import UploadShares
from tests.ui.building import built, page_for

MIB = 1 << 20
CAPS = Caps(client_uploads_mb=3, uploads_mb=5)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def page() -> gr.Blocks:
    page = page_for(Character("Mira"))
    page.max_file_size = None
    return page


def upload(client: TestClient, num_bytes: int) -> Any:
    return client.post("/gradio_api/upload", files={"files": ("card.png", b"x" * num_bytes)})


@pytest.fixture
def shares(page: gr.Blocks) -> tuple[UploadShares, Clock]:
    clock = Clock()
    return UploadShares(built(lambda: App.create_app(page)), CAPS, clock), clock


def test_a_client_and_all_together_have_a_share_of_an_hour(shares: tuple[UploadShares, Clock]) -> None:
    app, clock = shares
    ann, bob = (TestClient(app, client=(f"192.0.2.{number}", 5)) for number in (1, 2))
    assert [upload(ann, MIB).status_code for _ in range(3)] == [200, 200, 413]  # each is a little more than its file
    assert "in the last hour" in upload(ann, MIB).text
    assert [upload(bob, MIB).status_code for _ in range(3)] == [200, 200, 413]
    assert upload(TestClient(app, client=("192.0.2.3", 5)), MIB).status_code == 413
    clock.now += 3601
    assert upload(ann, MIB).status_code == 200
    assert ann.get("/gradio_api/app_id").status_code == 200


def test_an_upload_says_how_long_it_is(shares: tuple[UploadShares, Clock]) -> None:
    def parts() -> Iterator[bytes]:
        yield b"x"

    assert TestClient(shares[0]).post("/gradio_api/upload", content=parts()).status_code == 411


def test_uploads_are_deleted_within_an_hour(page: gr.Blocks) -> None:
    assert page.delete_cache is not None
    assert sum(page.delete_cache) <= 3600
    with TestClient(built(lambda: App.create_app(page))) as client:
        path = Path(upload(client, 10).json()[0])
        assert path.read_bytes() == b"x" * 10
        delete_files_created_by_app(page, 3000)
        assert path.exists()
        delete_files_created_by_app(page, 0)
        assert not path.exists()

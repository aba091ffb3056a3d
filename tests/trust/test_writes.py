"""Names and paths from elsewhere lead nowhere: nothing is written but where the program keeps its data."""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx
import pytest

from tests.library.bombs import archive, charx
from tests.library.store.victims import open_database
from tests.library.using import use
from tests.server import AppServer

OUTSIDE = (
    "../evil", "../../../evil", "/tmp/evil", "..\\..\\evil", "C:\\evil", "a/../../evil", "./.././evil", "evil\0.png",
    "....//evil", "%2e%2e/evil", "~/evil", "evil\u202egnp", "CON", ".", "..", "", " ", "x" * 300, "evil\n",
)  # fmt: skip


def files_below(directory: Path) -> set[Path]:
    return {path for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["icon", "background", "x"])
def test_an_archives_paths_lead_nowhere(kind: str, tmp_path: Path) -> None:
    paths = [path for path in OUTSIDE if path.strip("\0")]
    card = tmp_path / "card.charx"
    card.write_bytes(archive({"card.json": charx(paths, kind)} | dict.fromkeys(paths, b"evil")))
    data = tmp_path / "deep" / "down" / "data"
    data.mkdir(parents=True)
    open_database(data)
    assert use(card, data).startswith("accepted")
    outside = files_below(tmp_path) - files_below(data)
    assert outside == {card}


@pytest.mark.server
def test_an_uploads_name_leads_nowhere(app_server: AppServer) -> None:
    kept = Path(tempfile.gettempdir()) / "gradio"
    with httpx.Client(base_url=f"{app_server.url}/gradio_api/") as client:
        for name in OUTSIDE:
            quoted = name.replace("\\", "\\\\").encode()
            body = (
                b'--x\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\nevil\r\n--x--\r\n' % quoted
            )
            answer = client.post("upload", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
            assert answer.status_code in (200, 400, 422), name
            for path in answer.json() if answer.status_code == 200 else ():
                assert Path(path).resolve().is_relative_to(kept.resolve()), name

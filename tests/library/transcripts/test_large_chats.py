"""Large files: dumps of hundreds of chats are read quickly, and what is too large is told with its limit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pyg_ui.errors import TranscriptError
from pyg_ui.library.transcripts.files import read_chats

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from pyg_ui.library.recognition import recognise_file
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
start, before = time.process_time(), peak()
found = recognise_file(Path(sys.argv[1]))
print(json.dumps([len(found.chats), sum(len(chat.turns) for chat in found.chats), time.process_time() - start, peak() - before]))
"""  # noqa: E501


def dump_message(number: int) -> dict[str, Any]:
    """A message with all the fields that such dumps have."""
    is_human = number % 2 == 1
    person = {"id": 1, "user": {"username": "anna", "account": None, "is_staff": False}, "is_human": is_human}
    fields = ("deleted", "image_rel_path", "image_prompt_text", "src_char", "responsible_user__username", "avatar")
    said = "The river rose in the night, and nobody dared to cross it before the morning came. " * 3
    return {"id": number, "uuid": f"{number:032x}", "text": said, "src": person, "tgt": dict(person),
            "is_alternative": False, "src__is_human": is_human, **dict.fromkeys(fields)}  # fmt: skip


def test_a_dump_of_twelve_thousand_messages_is_read_within_a_second_and_200_megabytes(tmp_path: Path) -> None:
    histories = [{"msgs": [dump_message(number) for number in range(50)]} for _ in range(240)]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps({"info": {"character": {"name": "Odo"}}, "histories": {"histories": histories}}))
    assert path.stat().st_size > 8 * 10**6
    num_chats, num_turns, seconds, mebibytes = json.loads(
        subprocess.check_output([sys.executable, "-c", MEASURE, str(path)])
    )
    assert (num_chats, num_turns) == (240, 12_000)
    assert seconds < 1
    assert mebibytes < 200


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"chat": ["' + b"x" * (16 * 2**20) + b'"]}', "its text may have 16 MiB. Split it into several files"),
        (b'{"chat": [' + b"[]," * 600_000 + b"[]]}", "its JSON may hold 1,000,000 values. Split it into several files"),
        (b'{"user_name": "a"}\n{"mes": "x"}\n' * 1_100_000, "its text may have 32 MiB. Split it into several files"),
    ],
)
def test_a_limit_says_what_it_is_and_how_to_go_on(data: bytes, problem: str) -> None:
    with pytest.raises(TranscriptError, match=problem):
        read_chats(data, "x.json")

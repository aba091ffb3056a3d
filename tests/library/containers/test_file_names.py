"""Names of files that are made for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.library.containers.files import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [("Night watch", "Night watch.md"), ("../../etc/passwd", "etc passwd.md"), ("a:b?c", "a b c.md"),
     ("", "untitled.md"), (" . ", "untitled.md"), ("CON", "CON_.md"), ("lpt1.x", "lpt1.x_.md"),
     ("aux .x", "aux .x_.md"), ("COM¹", "COM¹_.md"), ("auxiliary", "auxiliary.md"),
     ("invoice\u202egpj", "invoicegpj.md"), ("\u202e", "untitled.md"), ("👩\u200d🚀", "👩\u200d🚀.md"),
     (".hidden", "hidden.md"), ("灯台", "灯台.md"), ("a\nb", "a b.md"), ("x" * 300, "x" * 60 + ".md")],
)  # fmt: skip
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert file_name(title, ".md") == name


@given(st.text())
def test_no_title_becomes_a_path(title: str) -> None:
    name = file_name(title, ".md")
    assert not set(name) & set('<>:"/\\|?*\0\n\u202e\u2066\u200f')
    assert not name.startswith((".", " "))
    assert name.endswith(".md")

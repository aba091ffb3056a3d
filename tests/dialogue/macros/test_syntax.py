"""Where a text that is still being written may be shown."""

import pytest

from pyg_ui.dialogue.macros.syntax import unfinished


@pytest.mark.parametrize(
    "begun",
    [
        "<us",
        "<",
        "{",
        "{{",
        "{{/",
        "{{// a note",
        "{{CHAR}",
        "{{ ch",
        "{{random:a, {{char}}",
        "{{time_utc+",
        "{{random_user_1}",
        "{{roll d",
    ],
)
def test_an_unfinished_macro_begins_where_it_begins(begun: str) -> None:
    assert unfinished(f"Well, {begun}") == len("Well, ")


@pytest.mark.parametrize(
    "text", ["", "<USER>", "<usx", "{{char}}", "{{// a}} b", "{{foo", "{{random:a,b}}.", "a } b", "{a"]
)
def test_other_texts_hold_none(text: str) -> None:
    assert unfinished(text) == len(text)

from __future__ import annotations

import pytest

from pyg_ui.errors import Message, NotEnoughMemoryError, ParameterError, PromptTooLongError, PygmalionError


def test_an_error_keeps_its_template_and_its_values() -> None:
    error = PygmalionError("{file} has {count:,} lines.", file="a.json", count=1234)
    assert str(error) == "a.json has 1,234 lines."
    assert error.message == Message("{file} has {count:,} lines.", {"file": "a.json", "count": 1234})


def test_a_template_without_values_is_used_as_it_is() -> None:
    assert str(PygmalionError('Send {"prompt": "Hi"}.')) == 'Send {"prompt": "Hi"}.'


def test_a_message_may_stand_in_another() -> None:
    assert str(Message("No model: {reason}", {"reason": Message("{n} lost", {"n": 3})})) == "No model: 3 lost"


@pytest.mark.parametrize(
    "error",
    [
        PromptTooLongError("{num_tokens} of {limit}, {more}", num_tokens=5, limit=4, more="!"),
        NotEnoughMemoryError("{needed_bytes} of {free_bytes} on {device}", needed_bytes=5, free_bytes=4, device="cpu"),
        ParameterError("top_k", "{parameter} is {value}", parameter="top_k", value=5),
    ],
)
def test_what_an_error_knows_fills_its_template(error: PygmalionError) -> None:
    assert "{" not in str(error)
    assert "5" in str(error)

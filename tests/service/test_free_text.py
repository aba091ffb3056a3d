import asyncio
from dataclasses import replace

import pytest

from pyg_ui.engine.engine import Engine, FinishReason
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.service.free_text import FreeText, write_on
from tests.fakes import DEMO_INFO, FakeEngine

SHORT = SamplingParameters(max_new_tokens=10)


def written(engine: Engine, text: str, parameters: SamplingParameters = SHORT) -> list[FreeText]:
    async def collect() -> list[FreeText]:
        return [update async for update in write_on(engine, text, parameters)]

    return asyncio.run(collect())


def test_the_text_goes_on_as_it_is_without_labels_or_stops() -> None:
    engine = FakeEngine(lambda prompt: "\nYou: b")
    updates = written(engine, "Once\n ")
    assert [update.text for update in updates][:2] == ["Once\n \n", "Once\n \nY"]
    assert updates[-1].text == "Once\n \nYou: b"
    assert updates[-1].finish is not None
    assert updates[-1].finish.reason is FinishReason.END_OF_TEXT
    assert engine.decode(engine.requests[0].prompt_ids) == "Once\n "


def test_of_a_text_too_long_the_model_reads_the_end() -> None:
    engine = FakeEngine(model=replace(DEMO_INFO, context_length=16))
    last = written(engine, "0123456789")[-1]
    assert engine.decode(engine.requests[0].prompt_ids) == "456789"
    assert last.num_unread_tokens == 4
    assert last.text.startswith("0123456789 ")


@pytest.mark.parametrize(("text", "max_new_tokens"), [("", 10), ("Once", 16)])
def test_where_there_is_nothing_to_read_the_message_says_what_to_do(text: str, max_new_tokens: int) -> None:
    engine = FakeEngine(model=replace(DEMO_INFO, context_length=16))
    with pytest.raises(InputError, match=r"Write|Lower"):
        written(engine, text, SamplingParameters(max_new_tokens=max_new_tokens))

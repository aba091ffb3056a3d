"""What counts as a loop, and a share of the measurement: characters that looped most, asked the obvious once."""

import pytest

from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.serving.local import load_engine
from pyg_ui.library.characters import bundled_cards
from training.asking import CHARACTERS, MODELS, QUESTIONS, Asking
from training.loops import loop_in, stuck_on


def test_a_loop_is_a_phrase_or_sentence_said_three_times_or_a_clause_up_to_the_limit() -> None:
    assert loop_in("I am an an an an an an an", has_ended=False) == "an an an an"
    assert loop_in("So it is. Well. So it is. Hm. So it is.", has_ended=True) == "so it is"
    assert loop_in("I like soup, I like tea, I like soup, and", has_ended=False) == "i like soup"
    assert loop_in("I like soup, I like tea, I like soup, and bread.", has_ended=True) == ""
    assert loop_in("Ha, ha! I like tea. And I like soup. *smiles*", has_ended=True) == ""


def test_three_equal_replies_in_a_row_are_a_loop_too() -> None:
    assert stuck_on(["No.", "Yes.", "yes", "Yes!"]) == "yes"
    assert stuck_on(["Yes.", "Yes.", "No.", "Yes."]) == ""


@pytest.mark.parametrize("model", MODELS)
def test_the_demo_models_answer_obvious_questions_without_a_loop(model: str) -> None:
    engine = load_engine(ModelChoice(model), lambda progress: None)
    try:
        asking, cards = Asking(engine, 1), bundled_cards(CHARACTERS)
        for row in (asking.ask(cards["old_thistle"]), asking.ask(cards["juno_okafor"]), asking.write()):
            assert row.num_asked in (2 * len(QUESTIONS), 1)
            assert row.loops == ()
    finally:
        engine.close()

"""Training: our forward equals the library's, the head start copies, batches are a function of their step."""

from dataclasses import replace
from random import Random

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from training.batches import Batches, text_with_weights, tokenizer_texts
from training.corpus.conversations import Part, Piece
from training.corpus.phrasing import COPY_END, COPY_START
from training.forward import hidden_states, logits_of
from training.optimizer import orthogonalised
from training.recipe import NUM_POSITIONS, Recipe, new_model
from training.tokenizer import train_tokenizer
from training.train import Training, loss_of

MODELS = ("demo-neo", "demo-j")
SMALL = Recipe(vocabulary_size=600)


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(tokenizer_texts(Random(1), 100), SMALL.vocabulary_size)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("offset", [0, 1000])
def test_training_forward_equals_transformers(name: str, offset: int) -> None:
    model = new_model(name, SMALL).eval()
    ids = torch.randint(SMALL.vocabulary_size, (2, 300))
    positions = (torch.arange(300) + offset).expand(2, -1)
    with torch.no_grad():
        expected = model(ids, position_ids=positions).logits
        actual = logits_of(model, hidden_states(model, ids, positions))
    torch.testing.assert_close(actual, expected, atol=1e-3, rtol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_head_start_repeats_what_it_has_read(name: str) -> None:
    model = new_model(name, Recipe())
    span = torch.randint(1, Recipe.vocabulary_size, (4, 60))
    ids, positions = torch.cat((span, span), dim=1), torch.arange(700, 820).expand(4, -1)
    with torch.no_grad():
        predicted = logits_of(model, hidden_states(model, ids, positions)).argmax(-1)
    assert (predicted[:, 60:-1] == ids[:, 61:]).float().mean() > 0.8


def test_batches_depend_on_seed_and_step_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    one, other = Batches(tokenizer, SMALL), Batches(tokenizer, SMALL)
    one.batch(0)
    for step in (3, 30):
        left, right = one.batch(step), other.batch(step)
        assert torch.equal(left.ids, right.ids)
        assert torch.equal(left.positions, right.positions)


def test_positions_stay_within_the_context(tokenizer: PreTrainedTokenizerFast) -> None:
    batches = Batches(tokenizer, SMALL)
    for step in (*range(5), SMALL.long_every - 1):
        batch = batches.batch(step)
        assert batch.positions.max() < NUM_POSITIONS
        assert batch.ids.shape == batch.weights.shape == batch.positions.shape


def test_copied_spans_weigh_more_than_replies_and_personas_nothing() -> None:
    pieces = [Piece("P", Part.PROMPT), Piece(f" a{COPY_START}b{COPY_END}c", Part.REPLY)]
    text, weights = text_with_weights(pieces, copy_weight=2.0)
    assert text == "P abc"
    assert weights == [0.0, 1.0, 1.0, 2.0, 1.0]


def test_padding_changes_nothing(tokenizer: PreTrainedTokenizerFast) -> None:
    batch = Batches(tokenizer, SMALL).batch(1)
    longer = type(batch)(
        *(torch.nn.functional.pad(part, (0, 40)) for part in (batch.ids, batch.weights, batch.positions))
    )
    model = new_model("demo-neo", SMALL)
    with torch.no_grad():
        torch.testing.assert_close(loss_of(model, batch), loss_of(model, longer))


def test_each_round_warms_up_holds_and_decays_to_nothing() -> None:
    part = replace(Recipe().rounds[0], num_steps=100, num_warmup_steps=10, peak=0.5, decay_share=0.4)
    factors = [part.factor(step) for step in range(101)]
    assert factors[0] < factors[5] < factors[9] == factors[60] == 0.5
    assert factors[100] == 0.0


def test_recipe_knows_the_round_of_every_step() -> None:
    recipe = Recipe()
    first, second, *_, last = recipe.rounds
    assert recipe.at(0) == (first, 0)
    assert recipe.at(first.num_steps) == (second, 0)
    assert recipe.at(recipe.num_steps - 1) == (last, last.num_steps - 1)


def test_a_round_may_begin_with_the_mean_of_two_ends(tokenizer: PreTrainedTokenizerFast) -> None:
    first = replace(SMALL.rounds[0], num_steps=1, num_warmup_steps=1, decay_share=1.0)
    still = replace(first, peak=0.0, begins_with_mean=True)
    recipe = replace(SMALL, rounds=(first, first, still), num_batch_tokens=512)
    training = Training("demo-neo", recipe, tokenizer)
    training.ends = [new_model("demo-neo", replace(recipe, seed=seed)).state_dict() for seed in (1, 2)]
    training.step = 2
    one, other = training.ends
    training.run()
    for name, value in training.model.state_dict().items():
        torch.testing.assert_close(value, (one[name] + other[name]) / 2)


def test_a_recipe_may_end_with_the_mean_of_two_ends(tokenizer: PreTrainedTokenizerFast) -> None:
    part = replace(SMALL.rounds[0], num_steps=1, num_warmup_steps=1, decay_share=1.0)
    recipe = replace(SMALL, rounds=(part, part), num_batch_tokens=512, ends_with_mean=True)
    training = Training("demo-neo", recipe, tokenizer)
    training.run()
    one, other = training.ends
    for name, value in training.model.state_dict().items():
        torch.testing.assert_close(value, (one[name] + other[name]) / 2)


def test_orthogonalised_matrices_have_singular_values_near_one() -> None:
    singular = torch.linalg.svdvals(orthogonalised(torch.randn(3, 32, 64)))
    assert singular.min() > 0.3
    assert singular.max() < 1.6

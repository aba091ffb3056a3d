"""Trains a demo model from scratch: `python -m training.train demo-neo`.

The training runs on the CPU, with a seed and a fixed number of steps. Every few minutes it saves its state in the
temporary directory, and `--resume` continues from there. The result is written into `pyg_ui/demo_models`.
"""

import argparse
import tempfile
import time
from copy import deepcopy
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from training import CHECKPOINTS
from training.batches import Batch, Batches, tokenizer_texts
from training.export import export
from training.forward import hidden_states, logits_of
from training.optimizer import Optimizer
from training.recipe import RECIPES, Recipe, new_model
from training.tokenizer import train_tokenizer

NUM_TOKENIZER_DOCUMENTS = 6000
CHECKPOINT_EVERY = 100
REPORT_EVERY = 25


def loss_of(model: PreTrainedModel, batch: Batch) -> Tensor:
    """The weighted mean of the cross-entropy over the tokens that have a weight."""
    hidden = hidden_states(model, batch.ids[:, :-1], batch.positions[:, :-1])
    weights = batch.weights[:, 1:]
    counted = weights > 0
    logits = logits_of(model, hidden[counted])
    losses = torch.nn.functional.cross_entropy(logits, batch.ids[:, 1:][counted], reduction="none")
    return (losses * weights[counted]).sum() / weights[counted].sum()


class Training:
    """One run: a model, its batches and the current step."""

    def __init__(self, name: str, recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> None:
        self.name, self.recipe, self.step = name, recipe, 0
        self.model = new_model(name, recipe)
        self._optimizer = Optimizer(self.model, recipe.matrix_rate, recipe.other_rate)
        self._batches = Batches(tokenizer, recipe)
        self._checkpoint = Path(tempfile.gettempdir()) / f"{name}-training.pt"
        self._losses: dict[bool, list[float]] = {False: [], True: []}
        self.ends: list[dict[str, Tensor]] = []  # the weights that the last two rounds ended with

    def run(self) -> None:
        """Run the remaining steps."""
        started, num_tokens = time.monotonic(), 0
        while self.step < self.recipe.num_steps:
            part, step = self.recipe.at(self.step)
            if step == 0 and part.begins_with_mean:
                self.model.load_state_dict(_mean(*self.ends))
            batch = self._batches.batch(self.step)
            loss = loss_of(self.model, batch)
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step(self.step, part.factor(step))
            num_tokens += batch.ids.numel()
            self._losses[batch.is_copying].append(loss.item())
            self.step += 1
            if step + 1 == part.num_steps:
                self.ends = [*self.ends[-1:], deepcopy(self.model.state_dict())]
            if self.step % REPORT_EVERY == 0:
                self._report(num_tokens, time.monotonic() - started)
            if self.step % CHECKPOINT_EVERY == 0:
                self._save()
        if self.recipe.ends_with_mean:
            self.model.load_state_dict(_mean(*self.ends))

    def _report(self, num_tokens: int, elapsed_s: float) -> None:
        chats, copies = (sum(losses) / max(1, len(losses)) for losses in (self._losses[False], self._losses[True]))
        losses = f"loss {chats:.3f}" + (f" (copying {copies:.3f})" if copies else "")
        speed = f"{num_tokens / elapsed_s:.0f} tokens/s  {elapsed_s / 60:.1f} min"
        print(f"step {self.step}  {losses}  {speed}", flush=True)
        self._losses = {False: [], True: []}

    def _save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state(),
            "step": self.step,
            "ends": self.ends,
        }
        partial = self._checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self._checkpoint)

    def resume(self) -> None:
        """Continue from the last saved state. The result is the same as without the interruption."""
        state = torch.load(self._checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimizer.restore(state["optimizer"])
        self.step, self.ends = state["step"], state["ends"]


def _mean(first: dict[str, Tensor], second: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: (value + second[name]) / 2 for name, value in first.items()}


def main() -> None:
    """Read the command line, train, export."""
    parser = argparse.ArgumentParser(description="Train a demo model from scratch.")
    parser.add_argument("model", choices=tuple(RECIPES))
    parser.add_argument("--out", type=Path, help="where the checkpoint goes (default: where the application finds it)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    parser.add_argument("--resume", action="store_true", help="continue from the last checkpoint of this model")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    recipe = RECIPES[arguments.model]
    tokenizer = train_tokenizer(tokenizer_texts(Random(recipe.seed), NUM_TOKENIZER_DOCUMENTS), recipe.vocabulary_size)
    training = Training(arguments.model, recipe, tokenizer)
    if arguments.resume:
        training.resume()
    training.run()
    export(training.model, tokenizer, arguments.out or CHECKPOINTS / arguments.model, recipe)


if __name__ == "__main__":
    main()

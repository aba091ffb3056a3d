"""The prompt inspector: exactly what the model would read next, part by part, and how it fills the context.

What was left out for want of room is shown struck out. All text is shown as text.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyg_ui.dialogue.prompt import Prompt, Segment
from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import PygmalionError
from pyg_ui.service import plan_reply
from pyg_ui.ui.display import as_lines
from pyg_ui.ui.sampling import read_parameters
from pyg_ui.ui.session import Session

NUM_DROPPED_SHOWN = 50
"""How many of the turns that were left out are shown, the newest."""


@dataclass(frozen=True)
class Inspector:
    """What the inspector shows."""

    models: ModelManager

    async def draw(self, session: Session, **fields: Any) -> str:
        """The prompt for the next reply, or for the last one written anew, with what the fields say now."""
        try:
            parameters, engine = read_parameters(fields), self.models.engine
            planned = await plan_reply(engine, session.chat.without_last_reply(), parameters)
        except PygmalionError as error:
            return f'<p class="quiet">{as_lines(str(error))}</p>'
        context, reserved = engine.model.context_length, parameters.max_new_tokens
        return await asyncio.to_thread(prompt_html, planned.prompt, context, reserved)


def prompt_html(prompt: Prompt, context_length: int, num_reserved: int) -> str:
    """The budget as a bar with its legend, what was left out, and the prompt's parts in their order."""
    kept = [segment for segment in prompt.segments if segment.is_kept]
    dropped = [segment for segment in prompt.segments if not segment.is_kept]
    return (
        _budget(kept, prompt.num_tokens, context_length, num_reserved)
        + (_dropped(dropped) if dropped else "")
        + f'<ol class="prompt-parts">{"".join(map(_part, kept))}</ol>'
    )


def _budget(kept: Sequence[Segment], num_tokens: int, context_length: int, num_reserved: int) -> str:
    sizes: Counter[str] = Counter()
    for segment in kept:
        sizes[str(segment.kind)] += segment.num_tokens
    num_free = max(0, context_length - num_tokens - num_reserved)
    parts = [*((kind, _class(kind), size) for kind, size in sizes.items())]
    parts += [("the reply, at most", "kind-reply", num_reserved), ("free", "kind-free", num_free)]
    bar = "".join(f'<i class="{css}" style="width:{size / context_length:.2%}"></i>' for _, css, size in parts)
    legend = "".join(
        f'<li class="{css}"><i aria-hidden="true"></i>{kind} <small>{size:,}</small></li>' for kind, css, size in parts
    )
    return (
        f'<p class="quiet"><strong>{num_tokens:,}</strong> tokens of prompt and up to <strong>{num_reserved:,}</strong>'
        f" of reply, in a context of <strong>{context_length:,}</strong>.</p>"
        f'<div class="budget" aria-hidden="true">{bar}</div><ul class="budget-legend">{legend}</ul>'
    )


def _dropped(dropped: Sequence[Segment]) -> str:
    num_tokens = sum(segment.num_tokens for segment in dropped)
    shown = dropped[-NUM_DROPPED_SHOWN:]
    more = f'<li class="quiet">… {len(dropped) - len(shown):,} older ones</li>' if len(shown) < len(dropped) else ""
    messages = "1 message is" if len(dropped) == 1 else f"{len(dropped):,} messages are"
    return (
        f'<details class="dropped"><summary>{messages} left out for want of room ({num_tokens:,} tokens)</summary>'
        f'<ol class="prompt-parts">{more}{"".join(map(_part, shown))}</ol></details>'
    )


def _part(segment: Segment) -> str:
    text = as_lines(segment.text.removesuffix("\n"))
    shown = text if segment.is_kept else f"<del>{text}</del>"
    return (
        f'<li class="{_class(str(segment.kind))}"><span class="kind">{segment.kind} '
        f"<small>{segment.num_tokens:,}</small></span><span>{shown}</span></li>"
    )


def _class(kind: str) -> str:
    return "kind-" + "".join(character if character.isalpha() else "-" for character in kind)

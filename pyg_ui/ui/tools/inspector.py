"""The prompt as HTML: exactly what the model would read next, part by part, and how it fills the context.

Turns that did not fit the context are shown struck out. All text is shown as text. Knows neither sessions nor engines.
"""

from collections import Counter
from collections.abc import Sequence

from pyg_ui.dialogue.prompt import Prompt, Segment
from pyg_ui.ui.display import as_lines
from pyg_ui.ui.translations import figure, say

NUM_DROPPED_SHOWN = 50
"""How many of the dropped turns are shown, the newest."""


def prompt_html(prompt: Prompt, context_length: int, num_reserved: int, language: str) -> str:
    """The budget as a bar with its legend, what was left out, and the prompt's parts in their order."""
    kept = [segment for segment in prompt.segments if segment.is_kept]
    dropped = [segment for segment in prompt.segments if not segment.is_kept]
    return (
        _budget(kept, prompt.num_tokens, context_length, num_reserved, language)
        + (_dropped(dropped, prompt.num_dropped_turns, language) if dropped else "")
        + _parts(kept, language)
    )


def _budget(kept: Sequence[Segment], num_tokens: int, context_length: int, num_reserved: int, language: str) -> str:
    sizes: Counter[str] = Counter()
    for segment in kept:
        sizes[_key(segment.kind)] += segment.num_tokens
    num_free = max(0, context_length - num_tokens - num_reserved)
    parts = [*sizes.items(), ("reply", num_reserved), ("free", num_free)]
    bar = "".join(f'<i class="kind-{key}" style="width:{size / context_length:.2%}"></i>' for key, size in parts)
    legend = "".join(
        f'<li class="kind-{key}"><i aria-hidden="true"></i>{say(f"prompt.{key}", language)} '
        f"<small>{figure(size, language)}</small></li>"
        for key, size in parts
    )
    prompt, reply, context = (
        f"<strong>{figure(n, language)}</strong>" for n in (num_tokens, num_reserved, context_length)
    )
    return (
        f'<p class="quiet">{say("prompt.budget", language, prompt=prompt, reply=reply, context=context)}</p>'
        f'<div class="budget" aria-hidden="true">{bar}</div><ul class="budget-legend">{legend}</ul>'
    )


def _dropped(dropped: Sequence[Segment], num_turns: int, language: str) -> str:
    """What was left out. Of a long chat, the tokens of the oldest turns are not known."""
    number, num_tokens = max(len(dropped), num_turns), sum(segment.num_tokens for segment in dropped)
    num_more = max(0, number - NUM_DROPPED_SHOWN)
    more = (
        f'<p class="quiet">{say("prompt.older", language, number=figure(num_more, language))}</p>' if num_more else ""
    )
    key = "prompt.dropped_one" if number == 1 else "prompt.dropped" if number == len(dropped) else "chat.dropped"
    summary = say(key, language, number=figure(number, language), tokens=figure(num_tokens, language))
    return (
        f'<details class="dropped"><summary>{summary}</summary>{more}'
        f"{_parts(dropped[-NUM_DROPPED_SHOWN:], language)}</details>"
    )


def _parts(segments: Sequence[Segment], language: str) -> str:
    return f'<ol class="prompt-parts">{"".join(_part(segment, language) for segment in segments)}</ol>'


def _part(segment: Segment, language: str) -> str:
    text, key = as_lines(segment.text.removesuffix("\n")), _key(segment.kind)
    shown = text if segment.is_kept else f"<del>{text}</del>"
    return (
        f'<li class="kind-{key}"><span class="kind">{say(f"prompt.{key}", language)} '
        f"<small>{figure(segment.num_tokens, language)}</small></span><span>{shown}</span></li>"
    )


def _key(kind: str) -> str:
    """A kind of segment as it is called in the translations and in the style sheet."""
    return "".join(character if character.isalpha() else "_" for character in kind)

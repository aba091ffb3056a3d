"""Draws the sampling lens as HTML: the reply token by token, what each sampler removes, and the likeliest tokens.

The style sheet has a colour for each sampler; the sampler's name always stands beside it. What a model may write is
shown as text. Knows neither sessions nor engines.
"""

from collections.abc import Callable, Collection, Sequence
from html import escape

from pyg_ui.engine.parameters import TRANSFORMERS_ORDER
from pyg_ui.engine.sampling.lens import Lens, LensStage, LensToken
from pyg_ui.ui.display import as_attribute, as_text
from pyg_ui.ui.translations import figure, say

TokenBytes = Callable[[int], bytes]
"""Gives the bytes of a token; none for a special token."""

SAMPLER_LABELS = {name: f"sampling.{name}" for name in TRANSFORMERS_ORDER} | {
    "repetition": "sampling.repetition_penalty",
    "penalties": "lens.penalties",
    "dry": "sampling.group_dry",
    "no_repeat_ngram": "sampling.no_repeat_ngram_size",
    "xtc": "sampling.group_xtc",
    "mirostat": "sampling.group_mirostat",
    "smoothing": "sampling.smoothing_factor",
    "logit_bias": "lens.logit_bias",
    "banned_strings": "sampling.banned_strings",
    "end_of_text": "sampling.min_new_tokens",
}
"""The translation key of each sampler, of a request's bias, and of the rule that forbids the end of the text."""
_VISIBLE = str.maketrans({"\n": "⏎", "\t": "⇥", "\r": "␍", " ": "␣"})


def lens_html(
    lens: Lens, token_bytes: TokenBytes, language: str, *, written: int | None = None, branches: Collection[int] = ()
) -> str:
    """The distribution before and after the samplers. `written` is the reply's own token at this place, if it has one.

    The tokens of `branches`, with which the reply can go on instead, are buttons with their ids in `data-token`.
    """
    rows = []
    for token in lens.tokens:
        name = _name(token_bytes(token.token_id)) or say("lens.end", language)
        label = as_text(name)
        if token.token_id in branches:
            title = as_attribute(say("lens.go_on", language, token=name))
            label = f'<button type="button" data-token="{token.token_id}" title="{title}">{label}</button>'
        rows.append(_row(token, lens, label, language, is_written=token.token_id == written))
    return (
        f"{_summary(lens, language)}{_strip(lens, language)}"
        f'<ol class="lens-tokens" tabindex="0" aria-label="{say("lens.tokens", language)}">{"".join(rows)}'
        f"{_others(lens, language)}</ol>"
    )


def reply_html(pieces: Sequence[bytes], place: int, language: str) -> str:
    """The reply as buttons, one a token, with its place in `data-place`; the one at `place` is pressed."""
    if not pieces:
        return problem_html(say("lens.next", language))
    chips = "".join(
        f'<button type="button" data-place="{index}" aria-pressed="{str(index == place).lower()}"{_spoken(piece)}>'
        f"{_piece(piece)}</button>"
        for index, piece in enumerate(pieces)
    )
    return (
        f"{problem_html(say('lens.choose', language))}"
        f'<div class="lens-reply" role="group" aria-label="{say("lens.reply", language)}">{chips}</div>'
    )


def problem_html(message: str) -> str:
    """A line of text, such as why there is nothing to draw."""
    return f'<p class="lens-place">{escape(message)}</p>'


def _summary(lens: Lens, language: str) -> str:
    among = f"{_count(2**lens.entropy_before, language)} → {_count(2**lens.entropy_after, language)}"
    left = say("lens.left_of", language, left=figure(lens.num_after, language), all=figure(lens.num_before, language))
    bits = f"{figure(lens.entropy_before, language, 2)} → {figure(lens.entropy_after, language, 2)}"
    return (
        '<dl class="lens-summary">'
        f"<div><dt>{say('lens.drawn', language)}</dt><dd>{left}</dd></div>"
        f"<div><dt>{say('lens.entropy', language)}</dt><dd>{bits}</dd></div>"
        f'<div title="{say("lens.among_help", language)}"><dt>{say("lens.among", language)}</dt><dd>{among}</dd></div>'
        "</dl>"
    )


def _strip(lens: Lens, language: str) -> str:
    """The model's own distribution as one bar: the probability that stays, and what each sampler removes."""
    cuts = [stage for stage in lens.stages if stage.removed > 0]
    kept = max(0.0, 1 - sum(stage.removed for stage in cuts))
    parts = "".join(f'<i class="by-{stage.sampler}" style="width:{_width(stage.removed)}"></i>' for stage in cuts)
    stages = "".join(_stage(stage, language) for stage in lens.stages) or f"<li>{say('lens.none', language)}</li>"
    return (
        f'<div class="lens-strip" aria-hidden="true"><i class="kept" style="width:{_width(kept)}"></i>{parts}</div>'
        f'<ul class="lens-stages" aria-label="{say("lens.stages", language)}">{stages}</ul>'
    )


def _stage(stage: LensStage, language: str) -> str:
    removed = f" −{_percent(stage.removed, language)}" if stage.removed > 0 else ""
    left, bits = figure(stage.num_left, language), figure(stage.entropy, language, 2)
    return (
        f'<li class="by-{stage.sampler}"><i aria-hidden="true"></i>{_sampler(stage.sampler, language)}{removed}'
        f"<small>{say('lens.stage', language, left=left, bits=bits)}</small></li>"
    )


def _sampler(sampler: str, language: str) -> str:
    return say(SAMPLER_LABELS[sampler], language)


def _row(token: LensToken, lens: Lens, label: str, language: str, *, is_written: bool) -> str:
    """A token with its probability before and after; its title has the probability after each sampler."""
    samplers = [_sampler(stage.sampler, language) for stage in lens.stages]
    stages = [f"{name} {_percent(share, language)}" for name, share in zip(samplers, token.stages, strict=True)]
    title = as_attribute(" → ".join([_percent(token.before, language), *stages]))
    is_gone = token.removed_by is not None and token.after == 0
    kind = f"gone by-{token.removed_by}" if is_gone else "left"
    written = " is-written" if is_written else ""
    fate = _sampler(token.removed_by or "", language) if is_gone else _percent(token.after, language)
    scale = max(share for each in lens.tokens for share in (each.before, each.after))
    before = _percent(token.before, language)
    shares = (("before", token.before), ("after", token.after))
    bars = "".join(f'<i class="{name}" style="width:{_width(share / scale)}"></i>' for name, share in shares)
    return f'<li class="{kind}{written}" title="{title}">{_cells(label, bars, before, fate)}</li>'


def _others(lens: Lens, language: str) -> str:
    label = say("lens.others", language, number=figure(max(0, lens.num_before - len(lens.tokens)), language))
    cells = _cells(label, "", _percent(lens.others_before, language), _percent(lens.others_after, language))
    return f'<li class="others">{cells}</li>'


def _cells(label: str, bars: str, share: str, fate: str) -> str:
    return (
        f'<span class="token">{label}</span><span class="bars" aria-hidden="true">{bars}</span>'
        f'<span class="share">{share}</span><span class="fate">{fate}</span>'
    )


def _name(data: bytes) -> str:
    """A token as one line of visible characters; "" for a special token."""
    return data.decode("utf-8", errors="replace").translate(_VISIBLE)


def _piece(data: bytes) -> str:
    """A token as it is read in the reply."""
    return as_text(data.decode("utf-8", errors="replace").replace("\n", "⏎")) or "·"


def _spoken(data: bytes) -> str:
    """The name of a token's button, if the token is all white space."""
    return "" if data.strip() else f' aria-label="{as_attribute(_name(data) or "·")}"'


def _percent(share: float, language: str) -> str:
    is_told = share >= 0.0005 or share == 0
    return f"{figure(100 * share, language, 1)}%" if is_told else f"‹{figure(0.1, language, 1)}%"


def _width(share: float) -> str:
    return f"{min(share, 1.0):.2%}"


def _count(number: float, language: str) -> str:
    return figure(number, language, digits=1 if number < 100 else 0)

"""The drawing of the sampling lens, as HTML: the reply token by token, what each sampler removes, and the tokens.

Colours are the style sheet's, one for each sampler; every colour stands beside the sampler's name. What a model may
write is shown as text. Knows neither sessions nor engines.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from html import escape

from pyg_ui.engine.sampling.lens import Lens, LensStage, LensToken
from pyg_ui.ui.display import as_attribute, as_text

TokenBytes = Callable[[int], bytes]
"""The bytes that a token stands for; none for a special token."""

SAMPLER_NAMES = {
    "repetition": "Repetition penalty",
    "penalties": "Frequency, presence",
    "dry": "DRY",
    "no_repeat_ngram": "No-repeat n-gram",
    "temperature": "Temperature",
    "top_k": "Top-k",
    "top_p": "Top-p",
    "min_p": "Min-p",
    "top_a": "Top-a",
    "tfs": "Tail-free",
    "typical_p": "Typical-p",
    "epsilon_cutoff": "Epsilon cut-off",
    "eta_cutoff": "Eta cut-off",
    "xtc": "XTC",
    "end_of_text": "Min new tokens",
}
"""Short names for the samplers of the parameters' sampler_order, and for what forbids the end of the text."""
_SPECIAL = "end of text"
_VISIBLE = str.maketrans({"\n": "⏎", "\t": "⇥", "\r": "␍", " ": "␣"})


def lens_html(
    lens: Lens, token_bytes: TokenBytes, *, written: int | None = None, branches: Collection[int] = ()
) -> str:
    """The distribution before and after. `written` is the token that stands at this place of the reply, if one does.

    The tokens of `branches`, by which the reply may go on instead, are buttons with their ids in `data-token`.
    """
    scale = max([token.before for token in lens.tokens] + [token.after for token in lens.tokens])
    rows = "".join(
        _row(
            token,
            lens.stages,
            _name(token_bytes(token.token_id)),
            scale,
            is_written=token.token_id == written,
            can_branch=token.token_id in branches,
        )
        for token in lens.tokens
    )
    return (
        f"{_summary(lens)}{_strip(lens)}"
        f'<ol class="lens-tokens" tabindex="0" aria-label="Likeliest next tokens">{rows}{_others(lens)}</ol>'
    )


def reply_html(pieces: Sequence[bytes], place: int) -> str:
    """The reply as buttons, one a token, with its place in `data-place`; the one at `place` is pressed."""
    if not pieces:
        return '<p class="lens-place">The first token of the next reply.</p>'
    chips = "".join(
        f'<button type="button" data-place="{index}" aria-pressed="{str(index == place).lower()}">'
        f"{_piece(piece)}</button>"
        for index, piece in enumerate(pieces)
    )
    return (
        '<p class="lens-place">Choose a token of the reply to see what else could stand there.</p>'
        f'<div class="lens-reply" role="group" aria-label="Tokens of the reply">{chips}</div>'
    )


def problem_html(message: str) -> str:
    """Why there is nothing to draw."""
    return f'<p class="lens-place">{escape(message)}</p>'


def _summary(lens: Lens) -> str:
    among = f"{_count(2**lens.entropy_before)} → {_count(2**lens.entropy_after)}"
    left = f"{lens.num_after:,} of {lens.num_before:,}"
    return (
        '<dl class="lens-summary">'
        f"<div><dt>Can be drawn</dt><dd>{left}</dd></div>"
        f"<div><dt>Entropy, bits</dt><dd>{lens.entropy_before:.2f} → {lens.entropy_after:.2f}</dd></div>"
        f'<div title="As many equally likely tokens would be as uncertain"><dt>As if among</dt><dd>{among}</dd>'
        "</div></dl>"
    )


def _strip(lens: Lens) -> str:
    """The model's own probability as one bar: what stays, and what each sampler takes out of play."""
    cuts = [stage for stage in lens.stages if stage.removed > 0]
    kept = max(0.0, 1 - sum(stage.removed for stage in cuts))
    parts = "".join(f'<i class="by-{stage.sampler}" style="width:{_width(stage.removed)}"></i>' for stage in cuts)
    stages = "".join(map(_stage, lens.stages)) or "<li>No sampler acts: every token keeps its own probability.</li>"
    return (
        f'<div class="lens-strip" aria-hidden="true"><i class="kept" style="width:{_width(kept)}"></i>{parts}</div>'
        f'<ul class="lens-stages" aria-label="What each sampler does">{stages}</ul>'
    )


def _stage(stage: LensStage) -> str:
    removed = f" −{_percent(stage.removed)}" if stage.removed > 0 else ""
    return (
        f'<li class="by-{stage.sampler}"><i aria-hidden="true"></i>{SAMPLER_NAMES[stage.sampler]}{removed}'
        f"<small>{stage.num_left:,} left, {stage.entropy:.2f} bits</small></li>"
    )


def _row(
    token: LensToken, stages: Sequence[LensStage], name: str, scale: float, *, is_written: bool, can_branch: bool
) -> str:
    path = " → ".join(
        [_percent(token.before)]
        + [f"{SAMPLER_NAMES[s.sampler]} {_percent(share)}" for s, share in zip(stages, token.stages, strict=True)]
    )
    is_gone = token.removed_by is not None and token.after == 0
    kind = f"gone by-{token.removed_by}" if is_gone else "left"
    written = " is-written" if is_written else ""
    fate = SAMPLER_NAMES[token.removed_by or ""] if is_gone else _percent(token.after)
    label = as_text(name)
    if can_branch:
        title = as_attribute(f"Go on with {name} here")
        label = f'<button type="button" data-token="{token.token_id}" title="{title}">{label}</button>'
    return (
        f'<li class="{kind}{written}" title="{as_attribute(path)}"><span class="token">{label}</span>'
        f'<span class="bars" aria-hidden="true"><i class="before" style="width:{_width(token.before / scale)}"></i>'
        f'<i class="after" style="width:{_width(token.after / scale)}"></i></span>'
        f'<span class="share">{_percent(token.before)}</span><span class="fate">{fate}</span></li>'
    )


def _others(lens: Lens) -> str:
    number = max(0, lens.num_before - len(lens.tokens))
    return (
        f'<li class="others"><span class="token">{number:,} others</span><span class="bars"></span>'
        f'<span class="share">{_percent(lens.others_before)}</span>'
        f'<span class="fate">{_percent(lens.others_after)}</span></li>'
    )


def _name(data: bytes) -> str:
    """A token as one line of visible characters."""
    return data.decode("utf-8", errors="replace").translate(_VISIBLE) if data else _SPECIAL


def _piece(data: bytes) -> str:
    """A token of a reply, to be read as part of it."""
    return as_text(data.decode("utf-8", errors="replace").replace("\n", "⏎")) or "·"


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 or share == 0 else "‹0.1%"


def _width(share: float) -> str:
    return f"{min(share, 1.0):.2%}"


def _count(number: float) -> str:
    return f"{number:,.1f}" if number < 100 else f"{number:,.0f}"

"""The drawing of the sampling lens, as HTML: the reply token by token, what each sampler removes, and the tokens.

Colours are the style sheet's, one for each sampler; every colour stands beside the sampler's name. What a model may
write is shown as text. Knows neither sessions nor engines.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from html import escape

from pyg_ui.engine.sampling.lens import Lens, LensStage, LensToken
from pyg_ui.ui.display import as_attribute, as_text
from pyg_ui.ui.translations import say

TokenBytes = Callable[[int], bytes]
"""The bytes that a token stands for; none for a special token."""

SAMPLER_LABELS = {
    "repetition": "sampling.repetition_penalty",
    "penalties": "lens.penalties",
    "dry": "sampling.group_dry",
    "no_repeat_ngram": "sampling.no_repeat_ngram_size",
    "temperature": "sampling.temperature",
    "top_k": "sampling.top_k",
    "top_p": "sampling.top_p",
    "min_p": "sampling.min_p",
    "top_a": "sampling.top_a",
    "tfs": "sampling.tfs",
    "typical_p": "sampling.typical_p",
    "epsilon_cutoff": "sampling.epsilon_cutoff",
    "eta_cutoff": "sampling.eta_cutoff",
    "xtc": "sampling.group_xtc",
    "end_of_text": "sampling.min_new_tokens",
}
"""The words for the samplers of the parameters' sampler_order, and for what forbids the end of the text."""
_VISIBLE = str.maketrans({"\n": "⏎", "\t": "⇥", "\r": "␍", " ": "␣"})


def lens_html(
    lens: Lens, token_bytes: TokenBytes, language: str, *, written: int | None = None, branches: Collection[int] = ()
) -> str:
    """The distribution before and after. `written` is the token that stands at this place of the reply, if one does.

    The tokens of `branches`, by which the reply may go on instead, are buttons with their ids in `data-token`.
    """
    scale = max([token.before for token in lens.tokens] + [token.after for token in lens.tokens])
    rows = "".join(
        _row(
            token,
            lens.stages,
            _name(token_bytes(token.token_id)) or say("lens.end", language),
            scale,
            language,
            is_written=token.token_id == written,
            can_branch=token.token_id in branches,
        )
        for token in lens.tokens
    )
    return (
        f"{_summary(lens, language)}{_strip(lens, language)}"
        f'<ol class="lens-tokens" tabindex="0" aria-label="{say("lens.tokens", language)}">{rows}'
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
    among = f"{_count(2**lens.entropy_before)} → {_count(2**lens.entropy_after)}"
    left = say("lens.left_of", language, left=f"{lens.num_after:,}", all=f"{lens.num_before:,}")
    bits = f"{lens.entropy_before:.2f} → {lens.entropy_after:.2f}"
    return (
        '<dl class="lens-summary">'
        f"<div><dt>{say('lens.drawn', language)}</dt><dd>{left}</dd></div>"
        f"<div><dt>{say('lens.entropy', language)}</dt><dd>{bits}</dd></div>"
        f'<div title="{say("lens.among_help", language)}"><dt>{say("lens.among", language)}</dt><dd>{among}</dd></div>'
        "</dl>"
    )


def _strip(lens: Lens, language: str) -> str:
    """The model's own probability as one bar: what stays, and what each sampler takes out of play."""
    cuts = [stage for stage in lens.stages if stage.removed > 0]
    kept = max(0.0, 1 - sum(stage.removed for stage in cuts))
    parts = "".join(f'<i class="by-{stage.sampler}" style="width:{_width(stage.removed)}"></i>' for stage in cuts)
    stages = "".join(_stage(stage, language) for stage in lens.stages) or f"<li>{say('lens.none', language)}</li>"
    return (
        f'<div class="lens-strip" aria-hidden="true"><i class="kept" style="width:{_width(kept)}"></i>{parts}</div>'
        f'<ul class="lens-stages" aria-label="{say("lens.stages", language)}">{stages}</ul>'
    )


def _stage(stage: LensStage, language: str) -> str:
    removed = f" −{_percent(stage.removed)}" if stage.removed > 0 else ""
    return (
        f'<li class="by-{stage.sampler}"><i aria-hidden="true"></i>{_sampler(stage.sampler, language)}{removed}'
        f"<small>{say('lens.stage', language, left=f'{stage.num_left:,}', bits=f'{stage.entropy:.2f}')}</small></li>"
    )


def _sampler(sampler: str, language: str) -> str:
    return say(SAMPLER_LABELS[sampler], language)


def _row(
    token: LensToken,
    stages: Sequence[LensStage],
    name: str,
    scale: float,
    language: str,
    *,
    is_written: bool,
    can_branch: bool,
) -> str:
    path = " → ".join(
        [_percent(token.before)]
        + [
            f"{_sampler(stage.sampler, language)} {_percent(share)}"
            for stage, share in zip(stages, token.stages, strict=True)
        ]
    )
    is_gone = token.removed_by is not None and token.after == 0
    kind = f"gone by-{token.removed_by}" if is_gone else "left"
    written = " is-written" if is_written else ""
    fate = _sampler(token.removed_by or "", language) if is_gone else _percent(token.after)
    label = as_text(name)
    if can_branch:
        title = as_attribute(say("lens.go_on", language, token=name))
        label = f'<button type="button" data-token="{token.token_id}" title="{title}">{label}</button>'
    return (
        f'<li class="{kind}{written}" title="{as_attribute(path)}"><span class="token">{label}</span>'
        f'<span class="bars" aria-hidden="true"><i class="before" style="width:{_width(token.before / scale)}"></i>'
        f'<i class="after" style="width:{_width(token.after / scale)}"></i></span>'
        f'<span class="share">{_percent(token.before)}</span><span class="fate">{fate}</span></li>'
    )


def _others(lens: Lens, language: str) -> str:
    others = say("lens.others", language, number=f"{max(0, lens.num_before - len(lens.tokens)):,}")
    return (
        f'<li class="others"><span class="token">{others}</span><span class="bars"></span>'
        f'<span class="share">{_percent(lens.others_before)}</span>'
        f'<span class="fate">{_percent(lens.others_after)}</span></li>'
    )


def _name(data: bytes) -> str:
    """A token as one line of visible characters; none for a special one."""
    return data.decode("utf-8", errors="replace").translate(_VISIBLE)


def _piece(data: bytes) -> str:
    """A token of a reply, to be read as part of it."""
    return as_text(data.decode("utf-8", errors="replace").replace("\n", "⏎")) or "·"


def _spoken(data: bytes) -> str:
    """A name for the button of a token that is all white space."""
    return "" if data.strip() else f' aria-label="{as_attribute(_name(data) or "·")}"'


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 or share == 0 else "‹0.1%"


def _width(share: float) -> str:
    return f"{min(share, 1.0):.2%}"


def _count(number: float) -> str:
    return f"{number:,.1f}" if number < 100 else f"{number:,.0f}"

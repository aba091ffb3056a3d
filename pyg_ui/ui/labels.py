"""Labels: what the page says about models and replies, in a few words. Plain text in, plain text or safe HTML out."""

from __future__ import annotations

from html import escape

from pyg_ui.dialogue.chat import Origin, Version
from pyg_ui.engine.catalog import find_entry
from pyg_ui.engine.generation import Finish, FinishReason, ModelInfo
from pyg_ui.engine.manager import LoadProgress, ModelStatus
from pyg_ui.ui.translations import say

DEMO_REMARK = "tiny demo model, not Pygmalion"
_SHORT_DEMO_REMARK = "tiny demo model"
_WORTH_COUNTING = 100_000_000
"""Bytes above which a load's progress is counted in gigabytes too."""
_ARCHITECTURES = {"gpt_neo": "GPT-Neo", "gptj": "GPT-J"}


def model_label(model: ModelInfo) -> str:
    """Who speaks: "demo-neo · tiny demo model, not Pygmalion", or "pygmalion-6b · bf16 on cuda"."""
    return f"{model.id} · {DEMO_REMARK}" if model.is_demo else f"{model.id} · {model.precision} on {model.device}"


def speaker_remark(version: Version) -> str:
    """What stands beside a message's speaker; empty for a real model's and for what nobody generated."""
    entry = find_entry(version.origin.model_id) if version.origin is not None else None
    return f"{entry.id} · {_SHORT_DEMO_REMARK}" if entry is not None and entry.is_demo else ""


def badge(status: ModelStatus) -> str:
    """Which model serves and what is being done about another one, for the head of the page, as HTML."""
    model = status.model
    parts = [_badge("is-demo" if model.is_demo else "is-ready", model_label(model))] if model is not None else []
    if status.loading is not None:
        parts.append(_badge("is-loading", f"Loading {status.loading.source}{_percent(status)}…"))
    elif status.error is not None:
        parts.append(_badge("is-missing", "Loading failed"))
    elif model is None:
        parts.append(_badge("is-missing", "No model loaded"))
    return " ".join(parts)


def model_status(status: ModelStatus) -> str:
    """Everything about the model that serves and the one on its way, as HTML."""
    parts = [_serving(status.model)]
    if status.loading is not None and status.progress is not None:
        fraction = status.progress.fraction
        value = "" if fraction is None else f' value="{fraction:.3f}"'
        what = f"{status.loading.source}: {status.progress.stage}{_percent(status)}{_amount(status.progress)}"
        parts.append(f'<p class="loading">{escape(what)}</p><progress max="1"{value}></progress>')
    if status.error is not None:
        parts.append(f'<p class="problem" role="alert">{escape(status.error)}</p>')
    return "".join(parts)


def note(finish: Finish | None, num_dropped_turns: int, language: str, *, is_stopped: bool, is_repeated: bool) -> str:
    """What is to be said of the last reply, for the line under the chat."""
    parts = [
        "stopped" if is_stopped else "",
        "cut" if finish is not None and finish.reason is FinishReason.LENGTH else "",
        "same" if is_repeated else "",
    ]
    said = [say(f"chat.{part}", language) for part in parts if part]
    if num_dropped_turns:
        key = "chat.dropped_one" if num_dropped_turns == 1 else "chat.dropped"
        said.append(say(key, language, number=f"{num_dropped_turns:,}"))
    return " · ".join(said)


def facts(origin: Origin, language: str) -> str:
    """What a generated text cost: tokens, time to the first one, speed."""
    first = f"{origin.first_token_s:.2f}"
    if origin.num_new_tokens == 1:
        return say("chat.facts_one", language, first=first)
    speed = f"{origin.tokens_per_s:,.1f}"
    return say("chat.facts", language, number=f"{origin.num_new_tokens:,}", first=first, speed=speed)


def _serving(model: ModelInfo | None) -> str:
    if model is None:
        return '<p class="serving">No model is loaded.</p>'
    kind = f"<br><em>{DEMO_REMARK}</em>" if model.is_demo else ""
    facts = (
        _ARCHITECTURES.get(model.architecture, model.architecture),
        f"{_quantity(model.num_parameters)} parameters",
        f"{model.precision} on {model.device}",
        f"context {model.context_length:,} tokens",
    )
    return f'<p class="serving"><strong>{escape(model.id)}</strong>{kind}<br>{escape(" · ".join(facts))}</p>'


def _badge(kind: str, text: str) -> str:
    return f'<span class="badge {kind}" role="status">{escape(text)}</span>'


def _percent(status: ModelStatus) -> str:
    fraction = status.progress.fraction if status.progress else None
    return "" if fraction is None else f" {fraction:.0%}"


def _amount(progress: LoadProgress) -> str:
    """Of a load that takes a while, how much of it is done: " (2.4 of 5.3 GB)"."""
    if progress.total < _WORTH_COUNTING:
        return ""
    return f" ({progress.done / 1e9:.1f} of {progress.total / 1e9:.1f} GB)"


def _quantity(number: int) -> str:
    return f"{number / 1e9:.1f} billion" if number >= 1e9 else f"{number / 1e6:.1f} million"

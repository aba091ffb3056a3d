"""What the page says about the model that serves and the one that is loading, as HTML."""

from html import escape

from pyg_ui.engine.catalog import find_entry
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.model_status import LoadProgress, ModelStatus
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.translations import figure, say, translate

_WORTH_COUNTING = 100_000_000
"""The progress of loads of more bytes is also given in gigabytes."""
_LONG_S = 90
"""A longer time is told in minutes."""
_ARCHITECTURES = {"gpt_neo": "GPT-Neo", "gptj": "GPT-J"}


def badge(status: ModelStatus, language: str) -> str:
    """Which model serves, and whether another one is loading or failed to load: a button that opens the sheet."""
    model, parts = status.model, []
    if model is not None:
        name = escape(plain_name(model))
        parts.append(_badge("is-demo", _demo(name, language)) if model.is_demo else _badge("is-ready", name))
    if status.loading is not None:
        what = say("model.badge_loading", language, model=f"{status.loading.source}{_percent(status)}")
        parts.append(_badge("is-loading", escape(what)))
    elif status.error is not None:
        parts.append(_badge("is-missing", escape(say("model.failed", language))))
    elif model is None:
        parts.append(_badge("is-missing", escape(say("model.none", language))))
    title = as_attribute(say("model.open", language))
    opener = f'<button type="button" data-sheet="model-sheet" title="{title}">'
    return f'<div role="status">{opener}{" ".join(parts)}</button></div>'


def plain_name(model: ModelInfo) -> str:
    """What people call a model: the catalogue's title of a Pygmalion, the id of any other."""
    entry = find_entry(model.id)
    return model.id if entry is None or entry.is_demo else entry.title


def model_status(status: ModelStatus, language: str) -> str:
    """All facts of the model that serves, the progress of a load, and why the last one failed."""
    parts = [_serving(status.model, language)]
    if status.loading is not None and status.progress is not None:
        fraction = status.progress.fraction
        value = "" if fraction is None else f' value="{fraction:.3f}"'
        stage = f"{translate(status.progress.stage, language)}{_percent(status)}"
        what = f"{status.loading.source}: {stage}{_amount(status.progress, language)}"
        parts.append(f'<p class="loading">{escape(what)}</p><progress max="1"{value}></progress>')
    if status.error is not None:
        parts.append(f'<p class="problem" role="alert">{escape(translate(status.error, language))}</p>')
    return "".join(parts)


def _serving(model: ModelInfo | None, language: str) -> str:
    if model is None:
        return f'<p class="serving">{escape(say("model.none", language))}</p>'
    kind = f"<br><em>{escape(say('model.demo', language))}</em>" if model.is_demo else ""
    context = say("model.context", language, number=figure(model.context_length, language))
    if model.device == "server":
        facts = [say("model.on_server", language, server=model.architecture), context]
    else:
        architecture = _ARCHITECTURES.get(model.architecture, model.architecture)
        number = say("model.parameters", language, number=quantity(model.num_parameters, language))
        facts = [architecture, number, _place(model, language), context]
    serving = f'<p class="serving"><strong>{escape(model.id)}</strong>{kind}<br>{escape(" · ".join(facts))}</p>'
    return serving + _lacking(model, language)


def _lacking(model: ModelInfo, language: str) -> str:
    """Which settings change nothing, because the model's server does not have them."""
    lacking = [declared.name for declared in EVERY_DECLARATION if declared.name in model.lacks]
    if not lacking:
        return ""
    names = ", ".join(say(f"sampling.{name}", language) for name in lacking)
    return f"<p>{escape(say('model.lacks', language, server=model.architecture, names=names))}</p>"


def _place(model: ModelInfo, language: str) -> str:
    return say("model.on", language, precision=model.precision, device=model.device)


def _badge(kind: str, shown: str) -> str:
    return f'<span class="badge {kind}">{shown}</span>'


def _demo(name: str, language: str) -> str:
    """What the badge says of a demo model. Where there is no room, the style sheet hides all but the short words."""
    short = say("model.demo_short", language)
    rest = say("model.demo", language).removeprefix(short)
    first = f'<span class="name">{name} · </span><span>{escape(short)}</span>'
    return f'<span class="first">{first}</span><span class="rest">{escape(rest)}</span>'


def _percent(status: ModelStatus) -> str:
    fraction = status.progress.fraction if status.progress else None
    return "" if fraction is None else f" {fraction:.0%}"


def _amount(progress: LoadProgress, language: str) -> str:
    """How much of a large load is done, how quickly, and the time left: " (2.4 of 5.3 GB) · 21.0 MB/s · 3 min left"."""
    if progress.total < _WORTH_COUNTING:
        return ""
    done, total = (figure(number / 1e9, language, 1) for number in (progress.done, progress.total))
    parts = [f" ({say('model.amount', language, done=done, total=total)})"]
    if progress.left_s is not None:
        minutes, seconds = round(progress.left_s / 60), round(progress.left_s)
        key, number = ("model.minutes_left", minutes) if seconds > _LONG_S else ("model.seconds_left", seconds)
        speed = figure(progress.bytes_per_s / 1e6, language, 1)
        parts += [f"{speed} MB/s", say(key, language, number=figure(number, language))]
    return " · ".join(parts)


def quantity(number: int, language: str) -> str:
    """A number of parameters, as in checkpoints' names: "6.1B", "3.4M"."""
    return f"{figure(number / 1e9, language, 1)}B" if number >= 1e9 else f"{figure(number / 1e6, language, 1)}M"

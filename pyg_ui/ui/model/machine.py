"""Draws what this machine could run, what a choice would need, and how memory and speed went, as HTML.

All numbers come from the catalogue, the machine and the chat; nothing is estimated here.
"""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.catalog import CatalogEntry
from pyg_ui.engine.checkpoints.fitting import MachineReport, ModelFit
from pyg_ui.engine.hardware import Hardware, MemorySample
from pyg_ui.engine.placement import automatic_precision
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision
from pyg_ui.ui.translations import figure, say, translate

_PLOT_WIDTH, _PLOT_HEIGHT = 260, 48


def machine_html(report: MachineReport, language: str) -> str:
    """A sentence and a table: for each Pygmalion, what each precision needs and whether it fits."""
    head = "".join(f'<th scope="col">{precision}</th>' for precision in OWN_PRECISIONS)
    rows = ""
    for entry, fits in groupby(report.fits, key=lambda fit: fit.entry):
        if not entry.is_demo:
            rows += (
                f'<tr><th scope="row">{escape(entry.title)}</th>{"".join(_cell(fit, language) for fit in fits)}</tr>'
            )
    return (
        f'<p>{escape(translate(report.sentence, language))}</p><table><thead><tr><th scope="col">'
        f"{escape(say('model.table', language))}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p><small>{escape(say('model.struck_out', language))}</small></p>"
    )


def fit_html(entry: CatalogEntry, precision: str, device: str, hardware: Hardware, language: str) -> str:
    """What a checkpoint would take of the free memory, as a bar, and in words whether it fits, else what would.

    `precision` and `device` are the panel's choices, `auto` among them. Without a GPU the processor's memory counts.
    """
    vram = None if device == "cpu" else hardware.free_vram
    device, free = ("cpu", hardware.free_ram) if vram is None else ("cuda", vram)
    chosen = _own_precision(entry, precision, device, hardware)
    weights, cache = entry.size.weight_bytes(chosen), entry.size.cache_bytes(chosen, device)
    fits, whole = weights + cache <= free, max(free, weights + cache)
    parts = (("weights", weights), ("chat", cache), ("left", max(0, free - weights - cache)))
    bar = "".join(f'<i class="{key}" style="width:{size / whole:.2%}"></i>' for key, size in parts)
    mark = "" if fits else f'<b style="left:{free / whole:.2%}"></b>'
    legend = "".join(
        f'<li class="{key}"><i aria-hidden="true"></i>{say(f"model.{key}", language)} {gigabytes(size, language)}</li>'
        for key, size in parts
    )
    verdict = escape(_verdict(entry, chosen, device, free, language))
    return (
        f'<div class="fit {"fits" if fits else "too-large"}"><p>{verdict}</p>'
        f'<div class="fit-bar" aria-hidden="true">{bar}{mark}</div><ul>{legend}</ul></div>'
    )


def vitals_html(samples: Sequence[MemorySample], chat: Chat, language: str) -> str:
    """Plots of the memory samples and of the speed of this chat's replies."""
    origins = [version.origin for turn in chat.turns for version in turn.versions if version.origin]
    origins.sort(key=lambda origin: origin.created_at)
    plots = (
        ("memory", "GB", [sample.used / 1e9 for sample in samples]),
        ("speed", "tok/s", [origin.tokens_per_s for origin in origins if origin.tokens_per_s]),
    )
    return "".join(_line_plot(say(f"model.{key}", language), values, unit, language) for key, unit, values in plots)


def _line_plot(title: str, values: Sequence[float], unit: str, language: str) -> str:
    """A plot of the values, oldest first; the axis begins at 0. A single value has no line, only its number."""
    if not values:
        return ""
    newest, largest = f"{figure(values[-1], language, 1)} {unit}", figure(max(values), language, 1)
    label = escape(say("model.plot", language, title=title, newest=newest, largest=largest))
    return (
        f'<figure class="plot"><figcaption>{escape(title)}<span>{newest} <small>max {largest}</small></span>'
        f"</figcaption>{_line(values, label) if len(values) > 1 else ''}</figure>"
    )


def _line(values: Sequence[float], label: str) -> str:
    step, top = _PLOT_WIDTH / (len(values) - 1), max(*values, 1e-9)
    points = " ".join(f"{i * step:.1f},{_PLOT_HEIGHT * (1 - value / top):.1f}" for i, value in enumerate(values))
    return (
        f'<svg viewBox="0 -2 {_PLOT_WIDTH} {_PLOT_HEIGHT + 4}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}"><polyline points="{points}"/></svg>'
    )


def _verdict(entry: CatalogEntry, precision: Precision, device: str, free: int, language: str) -> str:
    needed = entry.needed_bytes(precision, device)
    memory = "GPU" if device == "cuda" else "RAM"
    needs = {"needed": gigabytes(needed, language), "free": f"{gigabytes(free, language)} ({memory})"}
    head = say("model.needs", language, precision=precision, **needs)
    if needed <= free:
        return f"{head} {say('model.fits', language)}"
    smaller = ", ".join(other for other in OWN_PRECISIONS if entry.needed_bytes(other, device) <= free)
    key = "model.other_fits" if smaller else "model.none_fits"
    return f"{head} {say(key, language, precisions=smaller)}"


def _own_precision(entry: CatalogEntry, precision: str, device: str, hardware: Hardware) -> Precision:
    if precision == Precision.AUTO:
        vram = None if device == "cpu" else hardware.free_vram
        return automatic_precision(entry.size, vram=vram, has_gpu_bf16=hardware.has_fast_bf16)
    return Precision.INT8 if precision == Precision.BITSANDBYTES else Precision(precision)


def _cell(fit: ModelFit, language: str) -> str:
    number = figure(fit.needed_bytes / 1e9, language, 1)
    return f"<td>{number}</td>" if fit.fits else f'<td><s class="too-big">{number}</s></td>'


def gigabytes(num_bytes: int, language: str) -> str:
    """A size for people: "4.3 GB", "12 MB"."""
    is_large = num_bytes >= 1e8
    return f"{figure(num_bytes / 1e9, language, 1)} GB" if is_large else f"{figure(num_bytes / 1e6, language)} MB"

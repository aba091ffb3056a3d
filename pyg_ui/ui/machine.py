"""What this machine could run, what a choice would need, and how memory and speed went, as HTML.

The numbers are the catalogue's, the machine's and the chat's own; nothing here is estimated anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.catalog import CATALOG, PRECISIONS, CatalogEntry, MachineReport, machine_report
from pyg_ui.engine.hardware import Hardware
from pyg_ui.engine.memory_log import MemorySample
from pyg_ui.engine.model_status import BITSANDBYTES
from pyg_ui.engine.placement import automatic_precision
from pyg_ui.ui.plots import line_plot


def machine_summary() -> str:
    """A sentence and a table as HTML: for each Pygmalion, what each precision needs and whether it fits."""
    return machine_html(machine_report())


def machine_html(report: MachineReport) -> str:
    """A report as HTML."""
    head = "".join(f'<th scope="col">{precision}</th>' for precision in PRECISIONS)
    needs = {(fit.entry.id, fit.precision): fit for fit in report.fits}
    rows = []
    for entry in CATALOG:
        if entry.is_demo:
            continue
        fits = [needs[entry.id, precision] for precision in PRECISIONS]
        cells = "".join(_cell(fit.needed_bytes, fits_here=fit.fits) for fit in fits)
        rows.append(f'<tr><th scope="row">{escape(entry.title)}</th>{cells}</tr>')
    return (
        f"<p>{escape(report.sentence)}</p>"
        f'<table><thead><tr><th scope="col">Memory, GB</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        "<p><small>Struck out: more than is free now.</small></p>"
    )


def fit_html(entry: CatalogEntry, precision: str, device: str, hardware: Hardware) -> str:
    """What a checkpoint would take of the memory that is free, as a bar, and in words whether it fits and what would.

    `precision` and `device` are the panel's choices, `auto` among them.
    """
    free = hardware.free_ram if device == "cpu" else hardware.free_vram
    if device == "auto":
        device, free = ("cpu", None) if hardware.free_vram is None else ("cuda", hardware.free_vram)
    if free is None:
        device, free = "cpu", hardware.free_ram
    chosen = _own_precision(entry, precision, device, hardware)
    weights, cache = entry.weight_bytes(chosen), entry.cache_bytes(chosen, device)
    fits = weights + cache <= free
    whole = max(free, weights + cache)
    parts = (("weights", weights), ("one full chat", cache), ("left free", max(0, free - weights - cache)))
    bar = "".join(
        f'<i class="{name.split()[0]}" style="width:{size / whole:.2%}" title="{name}"></i>' for name, size in parts
    )
    mark = f'<b style="left:{free / whole:.2%}" title="free now"></b>' if not fits else ""
    legend = "".join(
        f'<li class="{name.split()[0]}"><i aria-hidden="true"></i>{name} {_gigabytes(size)}</li>'
        for name, size in parts
    )
    return (
        f'<div class="fit {"fits" if fits else "too-large"}"><p>{escape(_verdict(entry, chosen, device, free))}</p>'
        f'<div class="fit-bar" aria-hidden="true">{bar}{mark}</div><ul>{legend}</ul></div>'
    )


def vitals_html(samples: Sequence[MemorySample], chat: Chat) -> str:
    """Plots: the memory that was looked at, and the speed of the replies of this chat."""
    speeds = [version.origin for turn in chat.turns for version in turn.versions if version.origin]
    speeds = sorted(speeds, key=lambda origin: origin.created_at)
    return line_plot("Memory in use", [sample.used / 1e9 for sample in samples], "GB") + line_plot(
        "Speed of replies", [origin.tokens_per_s for origin in speeds if origin.tokens_per_s], "tok/s"
    )


def _verdict(entry: CatalogEntry, precision: str, device: str, free: int) -> str:
    needed = entry.needed_bytes(precision, device)
    where = "on the GPU" if device == "cuda" else "in memory"
    head = f"In {precision}: needs {_gigabytes(needed)}, {_gigabytes(free)} are free {where}."
    if needed <= free:
        return f"{head} It fits."
    smaller = [other for other in PRECISIONS if entry.needed_bytes(other, device) <= free]
    if smaller:
        return f"{head} Too large; it would fit in {' or '.join(smaller)}."
    return f"{head} Too large in every precision: free some memory or choose a smaller model."


def _own_precision(entry: CatalogEntry, precision: str, device: str, hardware: Hardware) -> str:
    if precision == "auto":
        return automatic_precision(entry.num_parameters, device=device, has_gpu_bf16=hardware.has_fast_bf16)
    return "8bit" if precision == BITSANDBYTES else precision


def _cell(num_bytes: int, *, fits_here: bool) -> str:
    number = f"{num_bytes / 1e9:.1f}"
    return f"<td>{number}</td>" if fits_here else f'<td><s class="too-big">{number}</s></td>'


def _gigabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.1f} GB" if num_bytes >= 1e8 else f"{num_bytes / 1e6:,.0f} MB"

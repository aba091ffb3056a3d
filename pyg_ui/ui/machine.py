"""What this machine could run, as a small table. The numbers are the catalogue's."""

from __future__ import annotations

from html import escape

from pyg_ui.engine.catalog import CATALOG, PRECISIONS, MachineReport, machine_report


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


def _cell(num_bytes: int, *, fits_here: bool) -> str:
    number = f"{num_bytes / 1e9:.1f}"
    return f"<td>{number}</td>" if fits_here else f'<td><s class="too-big">{number}</s></td>'

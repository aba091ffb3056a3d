"""Draws small plots as SVG: a line over time, with its newest and its largest value in words."""

from collections.abc import Sequence
from html import escape

from pyg_ui.ui.translations import say

_WIDTH, _HEIGHT = 260, 48


def line_plot(title: str, values: Sequence[float], unit: str, language: str) -> str:
    """A plot of the values, oldest first; the axis begins at 0. A single value has no line, only its number."""
    if not values:
        return ""
    newest, largest = f"{values[-1]:,.1f} {unit}", f"{max(values):,.1f}"
    label = escape(say("model.plot", language, title=title, newest=newest, largest=largest))
    return (
        f'<figure class="plot"><figcaption>{escape(title)}<span>{newest} <small>max {largest}</small></span>'
        f"</figcaption>{_line(values, label) if len(values) > 1 else ''}</figure>"
    )


def _line(values: Sequence[float], label: str) -> str:
    step, top = _WIDTH / (len(values) - 1), max(*values, 1e-9)
    points = " ".join(f"{i * step:.1f},{_HEIGHT * (1 - value / top):.1f}" for i, value in enumerate(values))
    return (
        f'<svg viewBox="0 -2 {_WIDTH} {_HEIGHT + 4}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f'<polyline points="{points}"/></svg>'
    )

"""The lens panel's events."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from pyg_ui.engine.declarations import Declaration, TextsDeclaration
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.lens.layout import LensPanel


def _range_of(declared: Declaration | TextsDeclaration) -> list[float]:
    """The ends of the slider and the default; empty for a list of texts."""
    if isinstance(declared, TextsDeclaration):
        return []
    return [declared.slider_minimum, declared.slider_maximum, declared.default]


# A number half typed is out of its range for a moment, which would raise a notice. This script keeps the sliders'
# values within their ranges. They follow the session and the state; what Gradio adds after them stays as it is.
_WITHIN_RANGES = f"""(session, state, ...values) => {{
  const ranges = {[_range_of(each) for each in EVERY_DECLARATION]};
  const clamp = (value, [low, high, usual]) => Math.min(Math.max(value ?? usual, low), high);
  return [session, state, ...values.map((value, i) => ranges[i]?.length ? clamp(value, ranges[i]) : value)];
}}"""


def wire_lens(panel: LensPanel, handlers: LensHandlers, screen: Screen, changes: Sequence[Any]) -> None:
    """The sliders redraw the picture, and so do replies and the events after which the sliders may have changed."""
    redraw: dict[str, Any] = {
        "inputs": [screen.session, panel.state], "inputs_kwargs": dict(screen.sampling), "outputs": [panel.picture],
        "js": _WITHIN_RANGES, **QUICK,
    }  # fmt: skip
    panel.frame.expand(handlers.open, **redraw)
    panel.frame.collapse(handlers.close, [panel.state], None, **QUICK)
    panel.picture.click(handlers.go, **redraw)
    events = [*(field.input for field in screen.sampling.values()), screen.chat.view.note.change, *changes]
    gr.on(events, handlers.draw, trigger_mode="always_last", **redraw)

"""The components of the lens panel. Knows nothing of what its controls do."""

from dataclasses import dataclass

import gradio as gr

from pyg_ui.ui.sampling.lens.state import LensState
from pyg_ui.ui.sampling.lens.view import problem_html
from pyg_ui.ui.theme.theme import FILES
from pyg_ui.ui.translations import LANGUAGES, label, say


@dataclass(frozen=True)
class LensPanel:
    """The components."""

    state: gr.State
    frame: gr.Accordion
    picture: gr.HTML


def build_lens_panel() -> LensPanel:
    """Lay out the panel, closed."""
    script = (FILES / "lens.js").read_text(encoding="utf-8")
    with gr.Accordion(label("lens.title"), open=False, elem_id="lens-panel") as frame:
        picture = gr.HTML(problem_html(say("lens.looking", LANGUAGES[0])), elem_id="lens", js_on_load=script)
    return LensPanel(state=gr.State(LensState()), frame=frame, picture=picture)

"""The components of the compare panel: two settings, their replies side by side, and the buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.sampling.presets.view import choices_of
from pyg_ui.ui.tools.compare.view import SLIDERS, CompareView, Comparison, settings_of
from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class ComparePanel:
    """The components of the view, and those that no view changes."""

    state: gr.State
    settings: dict[str, gr.Dropdown]
    """The two dropdowns, under the names of the handler's arguments."""
    view: CompareView


def build_compare_panel(built_in: Sequence[StoredPreset]) -> ComparePanel:
    """Lay out the tab: the sliders against the last of the built-in presets."""
    offered, settings, parts = settings_of(choices_of(built_in)), dict[str, gr.Dropdown](), dict[str, Any]()
    with gr.Tab(label("tools.compare"), id="compare"):
        gr.Markdown(label("compare.help"), elem_classes=["quiet"])
        with gr.Row(elem_id="compare-sides", equal_height=True):
            for side, chosen in (("a", SLIDERS), ("b", built_in[-1].id)):
                with gr.Column(min_width=200):
                    settings[f"settings_{side}"] = gr.Dropdown(
                        offered, value=chosen, label=label(f"compare.settings_{side}"), elem_id=f"compare-{side}",
                        filterable=False, interactive=True,
                    )  # fmt: skip
                    parts[f"reply_{side}"] = gr.HTML('<div class="compared"></div>', elem_id=f"compare-reply-{side}")
                    parts[f"use_{side}"] = gr.Button(
                        label("compare.use"),
                        size="sm",
                        elem_id=f"use-{side}",
                        interactive=False,
                        elem_classes=["closes-sheet"],
                    )
        with gr.Row(elem_classes=["buttons"]):
            parts["write"] = gr.Button(label("compare.write"), variant="primary", size="sm", elem_id="compare-start")
            parts["stop"] = gr.Button(label("tools.stop"), size="sm", elem_id="compare-stop", interactive=False)
        return ComparePanel(gr.State(Comparison()), settings, CompareView(**parts))

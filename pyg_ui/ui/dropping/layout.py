"""The component that takes files: those dropped anywhere on the page, and those chosen in the gallery."""

from dataclasses import dataclass

import gradio as gr

from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class DropPanel:
    """The component, and the files that another panel must read."""

    files: gr.File
    presets: gr.State
    """The paths of files that hold presets for sampling."""


def build_drop() -> DropPanel:
    """Lay out the component. It takes files of every kind, because their content decides what they are."""
    files = gr.File(
        label=label("gallery.bring_in"), file_count="multiple", height=56, elem_id="bring-in",
        elem_classes=["drop-zone"], interactive=True,
    )  # fmt: skip
    return DropPanel(files, gr.State([]))

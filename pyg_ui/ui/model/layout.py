"""The model panel: which checkpoint serves, what can be loaded instead, and how. Knows nothing of what clicks do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.catalog import CatalogEntry, find_entry
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import CheckpointNotFoundError
from pyg_ui.ui.labels import badge, model_status
from pyg_ui.ui.model.machine import gigabytes
from pyg_ui.ui.translations import LANGUAGES, label, say, translate

OTHER = "other"
"""The choice that opens the text box for a directory or repository."""
_PRECISIONS = (
    ("fp32", Precision.FP32.value),
    ("bf16", Precision.BF16.value),
    ("fp16", Precision.FP16.value),
    ("8-bit", Precision.INT8.value),
    ("4-bit", Precision.INT4.value),
    ("8-bit (bitsandbytes)", Precision.BITSANDBYTES.value),
)


class ModelView(NamedTuple):
    """What the panel, and the badge at the page's head, show."""

    badge: Any
    status: Any
    load: Any
    cancel: Any
    unload: Any
    watch: Any
    """The timer that looks again while a load runs."""


@dataclass(frozen=True)
class ModelPanel:
    """The components. The badge and the timer stand elsewhere: Gradio leaves out what is in a tab not opened yet."""

    source: gr.Dropdown
    about: gr.HTML
    place: gr.Textbox
    precision: gr.Radio
    device: gr.Radio
    status: gr.HTML
    load: gr.Button
    cancel: gr.Button
    unload: gr.Button
    fit: gr.HTML
    machine: gr.HTML
    vitals: gr.HTML
    kept: gr.HTML
    clear: gr.Button


def build_model_panel(
    models: ModelManager, checkpoints: Sequence[CatalogEntry], *, has_gpu: bool, is_public: bool
) -> ModelPanel:
    """Lay out the panel. On a public page strangers may not name other places than these checkpoints."""
    language = LANGUAGES[0]
    view = model_view(models, language)
    automatic = label("model.automatic")
    others = [] if is_public else [(label("model.other"), OTHER)]
    status = gr.HTML(view.status, elem_id="model-status")
    source = gr.Dropdown(
        [*((entry.title, entry.id) for entry in checkpoints), *others],
        value=checkpoints[0].id, label=label("model.checkpoint"), elem_id="model-source",
        filterable=False, interactive=True,
    )  # fmt: skip
    about = gr.HTML(about_html(checkpoints[0].id, language), elem_id="model-about")
    place = gr.Textbox(
        label=label("model.place"), placeholder=label("model.place_hint"), max_lines=1,
        elem_id="model-place", visible=False, interactive=True,
    )  # fmt: skip
    precision = gr.Radio(
        [(automatic, Precision.AUTO.value), *_PRECISIONS],
        value=Precision.AUTO.value, label=label("model.precision"), elem_id="model-precision",
    )  # fmt: skip
    device = gr.Radio(
        [(automatic, Device.AUTO.value), (label("model.processor"), Device.CPU.value), ("GPU", Device.CUDA.value)],
        value=Device.AUTO.value, label=label("model.device"), elem_id="model-device", visible=has_gpu,
    )  # fmt: skip
    fit = gr.HTML(elem_id="model-fit")
    with gr.Row(elem_classes=["buttons"]):
        load = gr.Button(label("model.load"), variant="primary", size="sm", min_width=60, elem_id="load-model")
        cancel = gr.Button(label("model.cancel"), size="sm", min_width=60, elem_id="cancel-load", visible=False)
        unload = gr.Button(label("model.unload"), size="sm", min_width=60, elem_id="unload-model", interactive=False)
    vitals = gr.HTML(elem_id="vitals")
    machine = gr.HTML(elem_id="machine")
    kept = gr.HTML(elem_id="kept-weights")
    clear = gr.Button(label("model.clear"), size="sm", elem_id="clear-kept-weights", visible=False)
    return ModelPanel(
        source, about, place, precision, device, status, load, cancel, unload, fit, machine, vitals, kept, clear
    )


def model_view(models: ModelManager, language: str) -> ModelView:
    """The panel for the manager's status now."""
    status = models.status
    is_loading = status.loading is not None
    return ModelView(
        badge=badge(status, language),
        status=model_status(status, language),
        load=gr.update(interactive=not is_loading, value=label("model.loading" if is_loading else "model.load")),
        cancel=gr.update(
            visible=is_loading,
            interactive=not status.is_cancelling,
            value=label("model.cancelling" if status.is_cancelling else "model.cancel"),
        ),
        unload=gr.update(interactive=status.is_ready and not is_loading),
        watch=gr.update(active=is_loading),
    )


def about_html(source: str, language: str) -> str:
    """What a person should know before loading a checkpoint, as HTML; of another place nothing is known."""
    entry = find_entry(source)
    if entry is None:
        return f"<p>{escape(say('model.about_other', language))}</p>"
    link = f'<a href="{escape(entry.licence_url)}" target="_blank" rel="noreferrer">{escape(entry.licence)}</a>'
    return f"<p>{escape(translate(entry.note, language))} {escape(say('model.licence', language))} {link}</p>"


def read_choice(source: str, place: str, precision: str, device: str) -> ModelChoice:
    """What the panel's controls ask for. Raises CheckpointNotFoundError where a place is wanted and none is given."""
    wanted = (place or "").strip() if source == OTHER else source
    if not wanted:
        raise CheckpointNotFoundError("Name a directory or a hub repository (owner/name), then load.")
    is_bitsandbytes = precision == Precision.BITSANDBYTES
    own_precision = Precision.AUTO if is_bitsandbytes else Precision(precision)
    return ModelChoice(wanted, own_precision, Device(device), load_in_8bit=is_bitsandbytes)


def kept_html(num_bytes: int, language: str) -> str:
    """What is said of the quantised weights on the disk."""
    return f"<p>{say('model.kept', language, size=gigabytes(num_bytes))}</p>" if num_bytes else ""

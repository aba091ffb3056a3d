"""The model panel: which checkpoint serves, loading another one, and what this machine could run.

Loads belong to the process, not to a visitor: the panel starts one and then looks at the manager's status, once a
second while it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.catalog import CatalogEntry, find_entry
from pyg_ui.engine.hardware import probe_hardware
from pyg_ui.engine.manager import Device, ModelChoice, ModelManager, Precision
from pyg_ui.engine.memory_log import MemoryLog
from pyg_ui.engine.model_status import BITSANDBYTES
from pyg_ui.engine.weight_cache_directory import WeightFiles
from pyg_ui.errors import CheckpointNotFoundError, PygmalionError
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.labels import badge, model_status
from pyg_ui.ui.machine import fit_html, gigabytes, vitals_html
from pyg_ui.ui.notices import notify
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import label, say

OTHER = "other"
"""The choice that opens the text box for a directory or repository."""
_PRECISIONS = (
    ("Automatic", Precision.AUTO.value),
    ("fp32", Precision.FP32.value),
    ("bf16", Precision.BF16.value),
    ("fp16", Precision.FP16.value),
    ("8-bit", Precision.INT8.value),
    ("4-bit", Precision.INT4.value),
    ("8-bit (bitsandbytes)", BITSANDBYTES),
)
_DEVICES = (("Automatic", Device.AUTO.value), ("Processor", Device.CPU.value), ("GPU (CUDA)", Device.CUDA.value))


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
    view = model_view(models)
    others = [] if is_public else [(label("model.other"), OTHER)]
    status = gr.HTML(view.status, elem_id="model-status")
    source = gr.Dropdown(
        [*((entry.title, entry.id) for entry in checkpoints), *others],
        value=checkpoints[0].id, label=label("model.checkpoint"), elem_id="model-source",
        filterable=False, interactive=True,
    )  # fmt: skip
    about = gr.HTML(about_html(checkpoints[0].id), elem_id="model-about")
    place = gr.Textbox(
        label=label("model.place"), placeholder="/models/pygmalion-6b or owner/name", max_lines=1,
        elem_id="model-place", visible=False, interactive=True,
    )  # fmt: skip
    precision = gr.Radio(
        _PRECISIONS, value=Precision.AUTO.value, label=label("model.precision"), elem_id="model-precision"
    )
    device = gr.Radio(
        _DEVICES, value=Device.AUTO.value, label=label("model.device"), elem_id="model-device", visible=has_gpu
    )
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


def model_view(models: ModelManager) -> ModelView:
    """The panel for the manager's status now."""
    status = models.status
    is_loading = status.loading is not None
    return ModelView(
        badge=badge(status),
        status=model_status(status),
        load=gr.update(interactive=not is_loading, value=label("model.loading" if is_loading else "model.load")),
        cancel=gr.update(
            visible=is_loading,
            interactive=not status.is_cancelling,
            value=label("model.cancelling" if status.is_cancelling else "model.cancel"),
        ),
        unload=gr.update(interactive=status.is_ready and not is_loading),
        watch=gr.update(active=is_loading),
    )


def about_html(source: str) -> str:
    """What a person should know before loading a checkpoint, as HTML; of another place nothing is known."""
    entry = find_entry(source)
    if entry is None:
        return "<p>Any GPT-Neo or GPT-J checkpoint in the hub's layout.</p>"
    link = f'<a href="{escape(entry.licence_url)}" target="_blank" rel="noreferrer">{escape(entry.licence)}</a>'
    return f"<p>{escape(entry.note)} Licence: {link}</p>"


def read_choice(source: str, place: str, precision: str, device: str) -> ModelChoice:
    """What the panel's controls ask for. Raises CheckpointNotFoundError where a place is wanted and none is given."""
    wanted = (place or "").strip() if source == OTHER else source
    if not wanted:
        raise CheckpointNotFoundError("Name a directory or a hub repository (owner/name), then load.")
    is_bitsandbytes = precision == BITSANDBYTES
    own_precision = Precision.AUTO if is_bitsandbytes else Precision(precision)
    return ModelChoice(wanted, own_precision, Device(device), load_in_8bit=is_bitsandbytes)


@dataclass(frozen=True)
class ModelHandlers:
    """What the panel's controls do."""

    models: ModelManager
    machine_summary: Callable[[], str]
    """What this machine could run, as HTML."""
    allowed_sources: frozenset[str]
    """The choices there are: a request can name others, a visitor cannot."""
    memory: MemoryLog
    kept_weights: WeightFiles | None = None
    """Quantised weights on the disk; None where none are kept, or where visitors may not remove them."""

    def load(self, source: str, place: str, precision: str, device: str) -> ModelView:
        """Begin to load."""
        try:
            if source not in self.allowed_sources:
                raise CheckpointNotFoundError("This checkpoint cannot be loaded here. Choose one from the list.")
            self.models.start_loading(read_choice(source, place, precision, device))
        except PygmalionError as error:
            notify(error)
        return self.refresh()

    def cancel(self) -> ModelView:
        """Give up the load under way."""
        self.models.cancel_loading()
        return self.refresh()

    def unload(self) -> ModelView:
        """Stop serving."""
        self.models.unload()
        return self.refresh()

    def choose(self, source: str) -> tuple[str, Any]:
        """What is known of the choice, and the box for another place where that is the choice."""
        return about_html(source), gr.update(visible=source == OTHER)

    def refresh(self) -> ModelView:
        """Look again."""
        return model_view(self.models)

    def machine(self) -> str:
        """Look at the machine again: free memory changes."""
        return self.machine_summary()

    def fit(self, session: Session, source: str, precision: str, device: str) -> str:
        """What the choice would take of the free memory; of another place nothing is known."""
        entry = find_entry(source)
        return fit_html(entry, precision, device, probe_hardware(), session.language) if entry else ""

    def vitals(self, session: Session) -> str:
        """Memory and speed so far."""
        return vitals_html(self.memory.look(), session.chat, session.language)

    def kept(self, session: Session) -> tuple[str, Any]:
        """How much the quantised weights take on the disk, and the button that removes them."""
        num_bytes = self.kept_weights.num_bytes if self.kept_weights else 0
        return kept_html(num_bytes, session.language), gr.update(visible=num_bytes > 0)

    def clear_kept(self, session: Session) -> tuple[str, Any]:
        """Remove the quantised weights from the disk; the next load rounds them anew."""
        if self.kept_weights is not None:
            self.kept_weights.shrink(0)
        return self.kept(session)


def kept_html(num_bytes: int, language: str) -> str:
    """What is said of the quantised weights on the disk."""
    return f"<p>{say('model.kept', language, size=gigabytes(num_bytes))}</p>" if num_bytes else ""


def wire_model(
    page: gr.Blocks,
    handlers: ModelHandlers,
    model: ModelPanel,
    badge: gr.HTML,
    watch: gr.Timer,
    session: gr.State,
    looks: Sequence[Any],
) -> None:
    """The controls act on the manager; the badge and the panel follow it. At `looks` it is looked at anew."""
    outputs = [badge, model.status, model.load, model.cancel, model.unload, watch]
    choice = [model.source, model.place, model.precision, model.device]
    model.source.input(handlers.choose, [model.source], [model.about, model.place], **QUICK)
    model.load.click(handlers.load, choice, outputs, **QUICK)
    model.cancel.click(handlers.cancel, None, outputs, **QUICK)
    model.unload.click(handlers.unload, None, outputs, **QUICK)
    watch.tick(handlers.refresh, None, outputs, **QUICK)
    page.load(handlers.refresh, None, outputs, **QUICK)
    gr.on([page.load, *looks], handlers.machine, None, [model.machine], **QUICK)
    fitting = [model.source.input, model.precision.input, model.device.input]
    gr.on(
        [page.load, *looks, *fitting],
        handlers.fit,
        [session, model.source, model.precision, model.device],
        [model.fit],
        **QUICK,
    )
    gr.on([watch.tick, *looks], handlers.vitals, [session], [model.vitals], **QUICK)
    gr.on([page.load, *looks], handlers.kept, [session], [model.kept, model.clear], **QUICK)
    model.clear.click(handlers.clear_kept, [session], [model.kept, model.clear], **QUICK)

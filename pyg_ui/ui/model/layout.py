"""The components of the model panel, and of the badge at the page's head. Knows nothing of what clicks do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.catalog import CatalogEntry
from pyg_ui.engine.model_status import Device
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision
from pyg_ui.ui.model.view import OTHER, ModelView, about_html
from pyg_ui.ui.theme.theme import FILES
from pyg_ui.ui.translations import LANGUAGES, label


@dataclass(frozen=True)
class ModelPanel:
    """The components of the view, and those that it does not change."""

    view: ModelView
    source: gr.Dropdown
    about: gr.HTML
    place: gr.Textbox
    precision: gr.Radio
    device: gr.Radio
    fit: gr.HTML
    machine: gr.HTML
    vitals: gr.HTML
    cached: gr.HTML
    clear: gr.Button


def build_model_badge() -> dict[str, Any]:
    """Lay out the badge and the timer, which ticks while a load runs.

    Both are blank until the page arrives: what serves when the page is built says nothing about later visits. They
    stand outside the panel, because Gradio leaves out what is in a tab that was not opened yet.
    """
    badge = gr.HTML(elem_id="badge")
    return {"badge": badge, "watch": gr.Timer(1.0, active=False)}


def build_model_panel(
    badge: dict[str, Any], checkpoints: Sequence[CatalogEntry], *, has_gpu: bool, is_public: bool
) -> ModelPanel:
    """Lay out the sheet: who speaks, what could, and under "Advanced" every choice, which no stranger sees."""
    others = [] if is_public else [(label("model.other"), OTHER)]
    door = gr.HTML(elem_id="model-door", js_on_load=(FILES / "door.js").read_text(encoding="utf-8"))
    status = gr.HTML(elem_id="model-status")
    cancel = _button("cancel", "cancel-load", visible=False)
    with gr.Accordion(label("model.advanced"), open=False, elem_id="model-advanced", visible=not is_public) as advanced:
        built, buttons = _advanced(checkpoints, others, has_gpu=has_gpu)
    view = ModelView(**badge, door=door, status=status, cancel=cancel, advanced=advanced, **buttons)
    return ModelPanel(view, **built)


def _advanced(
    checkpoints: Sequence[CatalogEntry], others: Sequence[tuple[Any, str]], *, has_gpu: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every choice of a load, and what this machine has; the buttons that follow the status are the second part."""
    automatic, first, language = label("model.automatic"), checkpoints[0].id, LANGUAGES[0]
    own = [(precision.value.replace("bit", "-bit"), precision.value) for precision in OWN_PRECISIONS]
    built: dict[str, Any] = {}
    built["source"] = gr.Dropdown(
        [*((entry.title, entry.id) for entry in checkpoints), *others], value=first, label=label("model.checkpoint"),
        elem_id="model-source", filterable=False, interactive=True,
    )  # fmt: skip
    built["about"] = gr.HTML(about_html(first, language), elem_id="model-about")
    built["place"] = gr.Textbox(
        label=label("model.place"), placeholder=label("model.place_hint"), max_lines=1,
        elem_id="model-place", visible=False, interactive=True,
    )  # fmt: skip
    built["precision"] = gr.Radio(
        [(automatic, Precision.AUTO.value), *own, ("8-bit (bitsandbytes)", Precision.BITSANDBYTES.value)],
        value=Precision.AUTO.value, label=label("model.precision"), elem_id="model-precision",
    )  # fmt: skip
    built["device"] = gr.Radio(
        [(automatic, Device.AUTO.value), (label("model.processor"), Device.CPU.value), ("GPU", Device.CUDA.value)],
        value=Device.AUTO.value, label=label("model.device"), elem_id="model-device", visible=has_gpu,
    )  # fmt: skip
    built["fit"] = gr.HTML(elem_id="model-fit")
    with gr.Row(elem_classes=["buttons"]):
        load = _button("load", "load-model", variant="primary", min_width=60)
        unload = _button("unload", "unload-model", interactive=False, min_width=60)
    built |= {name: gr.HTML(elem_id=name) for name in ("vitals", "machine")}
    built["cached"] = gr.HTML(elem_id="kept-weights")
    built["clear"] = _button("clear", "clear-kept-weights", visible=False)
    return built, {"load": load, "unload": unload}


def _button(name: str, elem_id: str, **options: Any) -> gr.Button:
    return gr.Button(label(f"model.{name}"), elem_id=elem_id, size="sm", **options)

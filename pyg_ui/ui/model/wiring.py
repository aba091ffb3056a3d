"""The model panel's events."""

from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.model.handlers import ModelHandlers
from pyg_ui.ui.model.layout import ModelPanel


def wire_model(panel: ModelPanel, handlers: ModelHandlers, screen: Screen, *, arrived: Any, shown: Any) -> None:
    """The controls act on the manager; the badge and the panel follow it.

    After the event `arrived` the visitor is known. When the panel is `shown`, all of it is drawn again. After a reply,
    only memory and speed are.
    """
    view, visit, status, cache = panel.view, [screen.session], list(panel.view), [panel.cached, panel.clear]
    needs: dict[str, Any] = {"source": panel.source, "precision": panel.precision, "device": panel.device}
    arrived.then(handlers.refresh, visit, status, **QUICK)
    view.watch.tick(handlers.refresh, visit, status, **QUICK)
    shown(handlers.open, visit, status, **QUICK)
    view.door.select(handlers.get, visit, status, **QUICK)
    view.load.click(handlers.load, visit, status, inputs_kwargs=needs | {"place": panel.place}, **QUICK)
    view.cancel.click(handlers.cancel, visit, status, **QUICK)
    view.unload.click(handlers.unload, visit, status, **QUICK)

    chosen = [shown, panel.source.input]
    gr.on(chosen, handlers.choose, [screen.session, panel.source], [panel.about, panel.place], **QUICK)
    changed = [*chosen, panel.precision.input, panel.device.input]
    gr.on(changed, handlers.fit, visit, [panel.fit], inputs_kwargs=needs, **QUICK)
    gr.on([view.watch.tick, screen.chat.view.note.change, shown], handlers.vitals, visit, [panel.vitals], **QUICK)
    shown(handlers.machine, visit, [panel.machine], **QUICK)
    shown(handlers.cached, visit, cache, **QUICK)
    panel.clear.click(handlers.clear, visit, cache, **QUICK)

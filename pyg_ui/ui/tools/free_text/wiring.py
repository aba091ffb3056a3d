"""The free text panel's events."""

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.tools.free_text.handlers import FreeTextHandlers
from pyg_ui.ui.tools.free_text.layout import FreeTextPanel


def wire_free_text(panel: FreeTextPanel, handlers: FreeTextHandlers, screen: Screen) -> None:
    """The controls call the handlers with the sampling panel's fields."""
    view, shown = panel.view, list(panel.view)
    inputs = [screen.session, panel.state, view.text]
    writing = view.write.click(handlers.write, inputs, shown, inputs_kwargs=dict(screen.sampling), **QUICK)
    writing.then(handlers.settle, [panel.state], shown, **QUICK)
    view.stop.click(None, None, None, cancels=[writing], **QUICK)
    view.undo.click(handlers.undo, [panel.state], shown, **QUICK)

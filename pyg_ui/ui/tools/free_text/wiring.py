"""The free text panel's events."""

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import GENERATING, QUICK, outputs
from pyg_ui.ui.tools.free_text.handlers import FreeTextHandlers
from pyg_ui.ui.tools.free_text.layout import FreeTextPanel
from pyg_ui.ui.tools.free_text.view import FreeTextView


def wire_free_text(panel: FreeTextPanel, handlers: FreeTextHandlers, screen: Screen) -> None:
    """The controls call the handlers with the sampling panel's fields."""
    inputs, shown = [screen.session, panel.state, panel.text], outputs(FreeTextView, panel)
    writing = panel.write.click(handlers.write, inputs, shown, inputs_kwargs=dict(screen.sampling), **GENERATING)
    writing.then(handlers.settle, [panel.state], shown, **QUICK)
    panel.stop.click(None, None, None, cancels=[writing], **QUICK)
    panel.undo.click(handlers.undo, [panel.state], shown, **QUICK)

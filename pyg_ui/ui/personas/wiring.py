"""The events of the sheet about the person: which component calls which handler."""

from typing import Any

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK, in_a_row
from pyg_ui.ui.personas.handlers import PersonaHandlers
from pyg_ui.ui.personas.layout import PersonasPanel
from pyg_ui.ui.personas.view import PersonView


def wire_personas(handlers: PersonaHandlers, panel: PersonasPanel, screen: Screen) -> list[Any]:
    """The sheet's components call the handlers. Returns the events after which the chat has changed."""
    session, view, fields = [screen.session], panel.view, panel.fields
    drawing: dict[str, Any] = QUICK | {"inputs": session, "outputs": list(view)}
    drawn = list(in_a_row(PersonView(screen=tuple(screen.outputs), personas=tuple(view))))
    changing: dict[str, Any] = QUICK | {"inputs": session, "outputs": drawn}
    panel.opened.select(handlers.show, **drawing)
    view.save.click(handlers.save, inputs_kwargs=fields, **drawing)
    view.default.click(handlers.make_default, **drawing)
    view.delete.click(handlers.delete, **drawing)
    view.trash.select(handlers.act_in_trash, **drawing)
    picture = fields | {"path": panel.change_picture}
    return [
        view.tiles.select(handlers.choose, **changing),
        panel.save_as.click(handlers.save_as, inputs_kwargs=fields, **changing),
        panel.change_picture.upload(handlers.change_picture, inputs_kwargs=picture, **changing),
    ]

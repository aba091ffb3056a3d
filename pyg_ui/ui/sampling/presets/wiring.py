"""The preset panel's events."""

from typing import Any, TypeAlias

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import AGAIN, QUICK, focus_name, outputs
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.layout import PresetPanel
from pyg_ui.ui.sampling.presets.view import ChangeView, with_sliders

Dropped: TypeAlias = tuple[Any, gr.State]
"""An event of files that were dropped elsewhere on the page, and the paths of those that hold presets."""


def wire_presets(
    panel: PresetPanel, handlers: PresetHandlers, screen: Screen, reset: gr.Button, dropped: Dropped
) -> None:
    """The controls call the handlers with the sliders' values."""
    fields, view, visit = screen.sampling, panel.view, [screen.session, panel.opened]
    everything, sliders_too = list(view), list(with_sliders(view, fields))
    reading: dict[str, Any] = {"inputs_kwargs": screen.settings, **QUICK}
    # A number half typed is out of its range for a moment, which would raise a notice.
    watching: dict[str, Any] = reading | {"preprocess": False}

    view.preset.input(handlers.choose, [*visit, view.preset], sliders_too, **watching)
    reset.click(handlers.reset, visit, sliders_too, **watching)
    moves = [each.input for each in fields.values()]
    moves += [each.release for each in fields.values() if isinstance(each, gr.Slider)]
    moves += [screen.chat.candidates.input]
    followed = outputs(ChangeView, view)
    gr.on(moves, handlers.follow, visit, followed, trigger_mode="always_last", **watching)
    moved = [*followed, *fields.values()]
    view.mood.input(handlers.choose_mood, [*visit, view.mood], moved, **watching)
    view.length.input(handlers.choose_length, [*visit, view.length], moved, **watching)
    view.save.click(handlers.save, visit, everything, **reading)
    view.delete.click(handlers.delete, visit, everything, **watching)
    view.restore.click(handlers.restore, visit, everything, **watching)

    given = [view.confirm.click, view.name.submit]
    for asked in (
        panel.save_as.click(handlers.ask_to_save_as, visit, everything, **QUICK),
        view.rename.click(handlers.ask_to_rename, visit, everything, **QUICK),
        panel.cancel.click(handlers.cancel, visit, everything, **QUICK),
        gr.on(given, handlers.confirm, [*visit, view.name], everything, **reading),
    ):
        focus_name(asked, "preset-name", "preset-save-as")
    view.name.change(handlers.retype, [panel.opened, view.name], everything, **AGAIN)

    view.files.upload(handlers.import_files, [*visit, view.files], sliders_too, **reading)
    event, paths = dropped
    event.then(handlers.import_dropped, [*visit, paths], sliders_too, **reading)
    exported = panel.export.click(handlers.export, visit, [panel.download], **reading)
    save_in_browser(exported, panel.download)

"""The events of the panel: which component calls which handler."""

from typing import Any

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import AGAIN, QUICK
from pyg_ui.ui.sampling.presets.layout import PresetPanel
from pyg_ui.ui.sampling.remembered.handlers import RememberedHandlers
from pyg_ui.ui.sampling.remembered.view import RememberedView, SettingsView


def settings_outputs(panel: RememberedView, presets: PresetPanel, screen: Screen) -> list[Any]:
    """The components that are drawn with other settings."""
    sliders = tuple(screen.sampling.values())
    return list(SettingsView(panel, screen.chat.candidates, presets.view, sliders).in_a_row())


def wire_remembered(
    panel: RememberedView, handlers: RememberedHandlers, presets: PresetPanel, screen: Screen
) -> list[Any]:
    """The buttons tie and untie the settings. Another chat on the screen brings its own.

    Returns the events after which the chat must be saved.
    """
    visit, everything = [screen.session, presets.opened], settings_outputs(panel, presets, screen)
    reading: dict[str, Any] = {"inputs_kwargs": screen.settings, "preprocess": False, **QUICK}
    screen.character.opened.change(handlers.follow, visit, everything, **AGAIN)
    panel.for_character.click(handlers.tie_to_character, visit, list(panel), **reading)
    panel.usual.click(handlers.untie, visit, everything, **reading)
    return [panel.for_chat.click(handlers.tie_to_chat, visit, list(panel), **reading)]

"""What the page says of the place where its settings are kept, and what is drawn when another place counts."""

from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.library.store.settings import Place, Scope
from pyg_ui.ui.sampling.presets.view import PresetView
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say

_MAX_NAME_CHARACTERS = 40


class RememberedView(NamedTuple):
    """For each component of the panel: the component, or what a handler shows in it."""

    place: Any
    for_character: Any
    for_chat: Any
    usual: Any


class SettingsView(NamedTuple):
    """Everything that is drawn with other settings: the components, or what a handler shows in them."""

    remembered: RememberedView
    candidates: Any
    presets: PresetView
    sliders: tuple[Any, ...]

    def in_a_row(self) -> tuple[Any, ...]:
        """All of it in one row. A value may itself be a tuple, so views are not taken apart any further."""
        return (*self.remembered, self.candidates, *self.presets, *self.sliders)


def remembered_view(session: Session, place: Place) -> RememberedView:
    """Where the settings are kept, and where else they can be."""
    name, language = session.chat.character.name, session.language
    name = name if len(name) <= _MAX_NAME_CHARACTERS else f"{name[: _MAX_NAME_CHARACTERS - 1]}…"
    is_for = {scope: place.scope is scope for scope in Scope}
    return RememberedView(
        place=say(f"remembered.{place.scope}", language, name=name),
        for_character=gr.update(
            value=say("remembered.for_character", language, name=name), visible=is_for[Scope.USUAL]
        ),
        for_chat=gr.update(visible=not is_for[Scope.CHAT]),
        usual=gr.update(visible=not is_for[Scope.USUAL]),
    )

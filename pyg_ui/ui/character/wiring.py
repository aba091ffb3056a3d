"""The events of the character editor: which component calls which handler."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.ui.character.backdrop import Backdrops
from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.handlers import CharacterHandlers, EditorView, RenamedView
from pyg_ui.ui.character.layout import CharacterPanel
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.character.lorebook.wiring import wire_lorebook
from pyg_ui.ui.character.own_lorebooks.handlers import OwnLorebookHandlers
from pyg_ui.ui.character.own_lorebooks.wiring import wire_own_lorebooks
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import AGAIN, QUICK, focus_name, in_a_row, outputs


@dataclass(frozen=True)
class CharacterParts:
    """The handlers of the editor's parts."""

    handlers: CharacterHandlers
    files: CharacterFiles
    backdrops: Backdrops
    lorebooks: LorebookEditing


def wire_character(parts: CharacterParts, panel: CharacterPanel, screen: Screen, imported: Any) -> list[Any]:
    """The editor's components call the handlers. The event `imported` may have added lorebooks.

    Returns the events after which the chat has changed.
    """
    session, fields, handlers = [screen.session], screen.character, parts.handlers
    card: dict[str, Any] = {"open_card": panel.open_card}
    editor = QUICK | {"inputs": session, "outputs": outputs(EditorView, panel)}

    followed = fields.opened.change(handlers.follow, inputs_kwargs=card, **editor)
    saved = panel.save.click(handlers.save, inputs_kwargs=card | panel.edited, **editor)
    panel.duplicate.click(handlers.duplicate, session, None, inputs_kwargs=card | panel.edited, **QUICK)
    _wire_typing(handlers, panel, screen, followed)
    _wire_files(parts, panel, screen, followed)

    asked = panel.rename.click(handlers.ask_name, inputs_kwargs=card, **editor)
    named, entered = card | {"name": panel.new_name}, [panel.confirm.click, panel.new_name.submit]
    drawn = list(in_a_row(RenamedView(screen=tuple(screen.outputs), editor=tuple(editor["outputs"]))))
    renamed = gr.on(entered, handlers.rename, session, drawn, inputs_kwargs=named, **QUICK)
    for event in (asked, renamed):
        focus_name(event, "new-name", "rename-character")

    greetings = card | {"text": panel.alternate_greetings}
    return [
        saved,
        renamed,
        panel.alternate_greetings.blur(handlers.greet, session, screen.outputs, inputs_kwargs=greetings, **QUICK),
        *wire_lorebook(LorebookHandlers(parts.lorebooks), screen, panel.add_entry, panel.remove_entry),
        *wire_own_lorebooks(OwnLorebookHandlers(parts.lorebooks), panel.own_lorebooks, screen, imported),
    ]


def _wire_typing(handlers: CharacterHandlers, panel: CharacterPanel, screen: Screen, followed: Any) -> None:
    """The preview and the counters follow what is typed."""
    fields = panel.edited
    typed: dict[str, Any] = {
        "inputs": [screen.session], "outputs": [panel.preview, panel.cost, *panel.counted],
        "inputs_kwargs": fields | {"open_card": panel.open_card, "opened": screen.character.opened},
    }  # fmt: skip
    panel.typed.select(handlers.type, **typed, **AGAIN)
    followed.then(handlers.type, **typed, **QUICK)


def _wire_files(parts: CharacterParts, panel: CharacterPanel, screen: Screen, followed: Any) -> None:
    session: list[Any] = [screen.session]
    card: dict[str, Any] = {"open_card": panel.open_card}
    for form, button in panel.exports.items():
        edited = card | panel.edited
        exported = button.click(parts.files.exporting(form), session, [panel.download], inputs_kwargs=edited, **QUICK)
        save_in_browser(exported, panel.download)
    portrait = card | panel.edited | {"path": panel.change_portrait}
    panel.change_portrait.upload(
        parts.files.change_portrait, session, [panel.portrait], inputs_kwargs=portrait, **QUICK
    )

    backdrop, backdrops = panel.backdrop, parts.backdrops
    showing = QUICK | {"inputs": session, "outputs": list(backdrop)}
    followed.then(backdrops.show, inputs_kwargs=card, **showing)
    chosen = card | {"path": panel.change_backdrop}
    panel.change_backdrop.upload(backdrops.choose, inputs_kwargs=chosen, **showing)
    backdrop.remove.click(backdrops.remove, inputs_kwargs=card, **showing)
    backdrop.restore.click(backdrops.restore, inputs_kwargs=card, **showing)

"""The events of the character panel: which component calls which handler."""

from typing import Any

import gradio as gr

from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.handlers import CharacterHandlers, LibraryView, RenamedView
from pyg_ui.ui.character.layout import CharacterPanel
from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.character.lorebook.wiring import wire_lorebook
from pyg_ui.ui.character.own_lorebooks.handlers import OwnLorebookHandlers
from pyg_ui.ui.character.own_lorebooks.wiring import wire_own_lorebooks
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK, focus_name, in_a_row, outputs


def wire_character(
    handlers: CharacterHandlers, files: CharacterFiles, panel: CharacterPanel, screen: Screen
) -> list[Any]:
    """The panel's components call the handlers.

    Returns the events after which the chat has changed, or another chat is on the screen.
    """
    session, fields = [screen.session], screen.character
    card: dict[str, Any] = {"open_card": panel.open_card}
    listing = card | {"query": panel.search}
    library = QUICK | {"inputs": session, "outputs": outputs(LibraryView, panel)}

    fields.opened.change(handlers.follow, inputs_kwargs=listing, **library)
    counts: list[Any] = [fields.opened.change, *(field.blur for field in panel.counted)]
    gr.on(counts, handlers.count, [*session, *panel.counted], panel.counted, **AGAIN)
    panel.search.input(handlers.search, session, [panel.gallery], inputs_kwargs=listing, **AGAIN)
    panel.save.click(handlers.save, inputs_kwargs=listing | panel.edited, **library)
    panel.duplicate.click(handlers.duplicate, inputs_kwargs=listing | panel.edited, **library)
    panel.delete.click(handlers.delete, inputs_kwargs=listing, **library)
    panel.undo_delete.click(handlers.undo_delete, inputs_kwargs=listing, **library)
    panel.trash.select(handlers.act_in_trash, inputs_kwargs=listing, **library)

    asked = panel.rename.click(handlers.ask_name, inputs_kwargs=listing, **library)
    named, entered = listing | {"name": panel.new_name}, [panel.confirm.click, panel.new_name.submit]
    drawn = list(in_a_row(RenamedView(screen=tuple(screen.outputs), library=tuple(library["outputs"]))))
    renamed = gr.on(entered, handlers.rename, session, drawn, inputs_kwargs=named, **QUICK)
    for event in (asked, renamed):
        focus_name(event, "new-name", "rename-character")

    for form, button in panel.exports.items():
        edited = card | panel.edited
        exported = button.click(files.exporting(form), session, [panel.download], inputs_kwargs=edited, **QUICK)
        save_in_browser(exported, panel.download)
    portrait = card | {"path": panel.change_portrait}
    panel.change_portrait.upload(files.change_portrait, session, [panel.portrait], inputs_kwargs=portrait, **QUICK)

    opening = QUICK | {"inputs": session, "outputs": screen.outputs}
    imported = panel.files.upload(files.import_files, inputs_kwargs=card | {"paths": panel.files}, **opening)
    imported.then(None, None, [panel.files], js="() => null", **IN_BROWSER)
    greetings = card | {"text": panel.alternate_greetings}
    return [
        imported,
        renamed,
        panel.gallery.select(handlers.open, inputs_kwargs=card, **opening),
        panel.create.click(handlers.create, inputs_kwargs=card, **opening),
        panel.alternate_greetings.blur(handlers.greet, session, screen.outputs, inputs_kwargs=greetings, **QUICK),
        *wire_lorebook(LorebookHandlers(files.editing), screen, panel.add_entry, panel.remove_entry),
        *wire_own_lorebooks(OwnLorebookHandlers(files.editing), panel.own_lorebooks, screen, imported),
    ]

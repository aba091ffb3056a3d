"""The events of the character panel: which control calls which handler."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import gradio as gr

from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.handlers import CharacterHandlers
from pyg_ui.ui.character.layout import CharacterPanel
from pyg_ui.ui.character.lorebook.wiring import wire_lorebook
from pyg_ui.ui.character.view import CardView, LibraryView, RenamedView
from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.chat.view import ScreenView
from pyg_ui.ui.downloads import SAVE_IN_BROWSER
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK, outputs

# The question for a name can be answered at once; where it is gone, the button that asks it has the focus again.
_FOCUS = """() => requestAnimationFrame(() => requestAnimationFrame(() => {
  const name = document.querySelector('#new-name :is(input, textarea)');
  (name ?? document.getElementById('rename-character')).focus();
  name?.select();
}))"""


def wire_character(
    handlers: CharacterHandlers,
    files: CharacterFiles,
    state: gr.State,
    panel: CharacterPanel,
    chat: ChatPanel,
    replies: Sequence[Any],
) -> list[Any]:
    """Register the panel's events. Events that begin another chat end the `replies`.

    Returns the events after which the chat may have changed.
    """
    visit, library = [state, panel.open_card], outputs(LibraryView, panel)
    looked = [*visit, panel.search]
    screen = SimpleNamespace(chat=chat, character=panel.fields)
    card = SimpleNamespace(alternate_greetings=panel.alternate_greetings, library=panel)
    panel.fields.opened.change(handlers.follow, looked, outputs(CardView, card), **QUICK)
    counts = [panel.fields.opened.change, *(field.blur for field in panel.counted)]
    gr.on(counts, handlers.count, [state, *panel.counted], panel.counted, **AGAIN)
    panel.search.input(handlers.show, looked, library, **AGAIN)
    for button, keep in ((panel.save, handlers.save), (panel.duplicate, handlers.duplicate)):
        button.click(keep, looked, library, inputs_kwargs=panel.card, **QUICK)
    for button, act in ((panel.delete, handlers.delete), (panel.undo_delete, handlers.undo_delete)):
        button.click(act, looked, library, **QUICK)
    panel.trash.select(handlers.act_in_trash, looked, library, **QUICK)
    asked = panel.rename.click(handlers.ask_name, looked, library, **QUICK)
    renamed = gr.on(
        [panel.confirm.click, panel.new_name.submit], handlers.rename, [*looked, panel.new_name],
        outputs(RenamedView, SimpleNamespace(screen=screen, library=panel)), **QUICK,
    )  # fmt: skip
    for event in (asked, renamed):
        event.then(None, None, None, js=_FOCUS, **IN_BROWSER)
    for form, button in panel.exports.items():
        taken = button.click(files.exporting(form), visit, [panel.download], inputs_kwargs=panel.card, **QUICK)
        taken.then(None, [panel.download], [panel.download], js=SAVE_IN_BROWSER, **IN_BROWSER)
    panel.change_portrait.upload(files.change_portrait, [*visit, panel.change_portrait], [panel.portrait], **QUICK)

    both = outputs(ScreenView, screen)
    leaving: dict[str, Any] = {"cancels": list(replies)} | QUICK
    imported = panel.files.upload(files.import_files, [*visit, panel.files], both, **leaving)
    imported.then(None, None, [panel.files], js="() => null", **IN_BROWSER)
    return [
        imported,
        renamed,
        panel.gallery.select(handlers.open, visit, both, **leaving),
        panel.create.click(handlers.create, visit, both, **leaving),
        panel.alternate_greetings.blur(handlers.greet, [*visit, panel.alternate_greetings], both, **QUICK),
        *wire_lorebook(panel.fields.lorebook, state, chat),
    ]

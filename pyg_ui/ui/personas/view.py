"""The personas as HTML: a tile for each, and the trash. `theme/chats.js` reports what is clicked."""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from pyg_ui.library.store.personas import StoredPersona
from pyg_ui.ui.display import as_attribute, moment_html, titled_html, trash_list, trash_row
from pyg_ui.ui.translations import say


class PersonasView(NamedTuple):
    """For each component that changes: the component, or what a handler shows in it."""

    tiles: Any
    trash: Any
    save: Any
    default: Any
    delete: Any


class PersonView(NamedTuple):
    """What is drawn when the person is another one: the components, or what a handler shows in them."""

    screen: Any
    personas: Any


def tiles_html(personas: Sequence[tuple[StoredPersona, str]], chosen_id: str, language: str) -> str:
    """A tile for each persona with its portrait's URL, the chosen one marked; the last is for nobody of these."""
    tiles = [
        _tile(stored.id, stored.persona.name, portrait, is_chosen=stored.id == chosen_id,
              remark=_word("is_default", language) if stored.is_default else "")
        for stored, portrait in personas
    ]  # fmt: skip
    is_nobody = all(stored.id != chosen_id for stored, _ in personas)
    tiles.append(_tile("", say("personas.nobody", language), "", is_chosen=is_nobody))
    return f'<div class="persona-tiles" role="group" aria-label="{_word("choose", language)}">{"".join(tiles)}</div>'


def trash_html(personas: Sequence[StoredPersona], language: str) -> str:
    """The deleted personas, with the buttons that restore and delete them."""
    rows = [
        trash_row(each.id, titled_html(each.persona.name, moment_html(each.deleted_at)), language) for each in personas
    ]
    return trash_list(rows, language)


def _tile(id: str, name: str, portrait: str, *, is_chosen: bool, remark: str = "") -> str:
    picture = f'<img src="{as_attribute(portrait)}" alt="" width="48" height="48">' if portrait else ""
    facts = f'<span class="facts">{remark}</span>' if remark else ""
    return (
        f'<button type="button" class="persona-tile" data-act="choose" data-id="{as_attribute(id)}" '
        f'aria-pressed="{str(is_chosen).lower()}">{picture}<span class="title">{escape(name)}</span>{facts}</button>'
    )


def _word(key: str, language: str) -> str:
    return escape(say(f"personas.{key}", language))

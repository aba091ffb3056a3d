"""The gallery and its trash as HTML: a tile for each character, with its portrait, name and menu.

`theme/gallery.js` reports what is clicked at the tiles, and `theme/chats.js` what is clicked in the trash, which looks
as the trash of chats does.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from pyg_ui.library.store.characters import CharacterSummary
from pyg_ui.ui.display import as_attribute, moment_html, titled_html, trash_list, trash_row
from pyg_ui.ui.portraits import as_url
from pyg_ui.ui.translations import say

NUM_TILES = 60
"""How many characters are shown at first, and how many more at a time."""
MAX_TAGS = 16
"""Only the most frequent tags have chips; all of them are found by searching."""
SORTS = ("used", "name", "newest")
_PICTURE = 'alt="" width="128" height="192" loading="lazy" decoding="async"'


class GalleryView(NamedTuple):
    """For each component of the gallery that changes: the component, or what a handler shows in it."""

    tags: Any
    tiles: Any
    more: Any
    undo_delete: Any
    trash: Any
    download: Any
    """A file that the browser is to save."""


@dataclass(slots=True)
class GalleryChoice:
    """What one open page has chosen of the gallery; one object per page, changed in place."""

    tag: str = ""
    num_shown: int = NUM_TILES
    deleted_id: str = ""
    """The character that was deleted last, which one click restores."""

    def forget_deleted(self, id: str) -> None:
        """That character can no longer be restored by one click."""
        if self.deleted_id == id:
            self.deleted_id = ""


def tiles_html(
    characters: Sequence[CharacterSummary], pictures: Mapping[str, bytes], open_id: str, language: str
) -> str:
    """The tiles of these characters; the open one is marked."""
    if not characters:
        return f'<p class="remark">{_word("nobody", language)}</p>'
    tiles = [_tile(each, pictures[each.id], language, is_open=each.id == open_id) for each in characters]
    return f'<ul class="tiles">{"".join(tiles)}</ul>'


def tags_html(characters: Iterable[CharacterSummary], chosen: str, language: str) -> str:
    """A chip for each frequent tag of the characters, with the number of those who have it."""
    numbers, spelled = Counter[str](), dict[str, str]()
    for each in characters:
        for key, tag in {_plain(tag): tag for tag in each.tags}.items():
            numbers[key] += 1
            spelled.setdefault(key, tag)
    shown = [key for key, _ in numbers.most_common(MAX_TAGS) if key]
    if chosen and _plain(chosen) not in shown:
        shown.append(_plain(chosen))
    chips = "".join(_chip(spelled.get(key, key), numbers[key], is_chosen=key == _plain(chosen)) for key in shown)
    return f'<div class="tags" role="group" aria-label="{_word("tags", language)}">{chips}</div>' if chips else ""


def trash_html(characters: Sequence[CharacterSummary], pictures: Mapping[str, bytes], language: str) -> str:
    """The deleted characters, with the buttons that restore and delete them."""
    rows = [
        trash_row(
            each.id, titled_html(each.name, moment_html(each.deleted_at)), language,
            f'<img src="{as_url(pictures[each.id])}" alt="" width="32" height="48">',
        )
        for each in characters
    ]  # fmt: skip
    return trash_list(rows, language)


def has_tag(character: CharacterSummary, tag: str) -> bool:
    """Whether the character has the tag, however it is written."""
    return any(_plain(each) == _plain(tag) for each in character.tags)


def _tile(character: CharacterSummary, picture: bytes, language: str, *, is_open: bool) -> str:
    name, id = as_attribute(character.name), as_attribute(character.id)
    draft = f'<span class="draft">{_word("draft", language)}</span>' if character.is_draft else ""
    more = as_attribute(say("gallery.more_of", language, name=character.name))
    current = ' aria-current="true"' if is_open else ""
    return (
        f'<li class="tile"><button type="button" class="tile-open closes-sheet" data-act="open" data-id="{id}"{current}'
        f' title="{name}"><img src="{as_url(picture)}" {_PICTURE}><span class="title">{escape(character.name)}</span>'
        f"{draft}</button>"
        f'<details class="tile-menu"><summary aria-label="{more}" title="{more}">⋯</summary>'
        f'<div class="tile-acts">{_acts(character, id, language)}</div></details></li>'
    )


def _acts(character: CharacterSummary, id: str, language: str) -> str:
    buttons = [("open", "chat", 'class="closes-sheet" '), ("edit", "edit", 'class="opens-editor" ')]
    buttons += [("duplicate", "duplicate", ""), ("export", "export", "")]
    if not character.is_bundled:
        buttons.append(("trash", "delete", ""))
    return "".join(
        f'<button type="button" {more}data-act="{act}" data-id="{id}">{_word(word, language)}</button>'
        for act, word, more in buttons
    )


def _chip(tag: str, number: int, *, is_chosen: bool) -> str:
    return (
        f'<button type="button" class="tag" data-act="tag" data-id="{as_attribute(tag)}" '
        f'aria-pressed="{str(is_chosen).lower()}">{escape(tag[:40])} <small>{number}</small></button>'
    )


def _plain(tag: str) -> str:
    return re.sub(r"\s+", " ", tag).strip().casefold()


def _word(key: str, language: str) -> str:
    return escape(say(f"gallery.{key}", language))

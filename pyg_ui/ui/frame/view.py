"""The brand, the menu with the help, and the bar of a phone, as HTML in the visitor's language.

The scripts handle the buttons: `data-sheet` opens a sheet, `data-panel` a side panel, `data-menu` a menu, and
`data-press` presses a button that lies elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from pyg_ui.ui.display import MAX_NAME_CHARACTERS, as_attribute, as_html
from pyg_ui.ui.frame.sheets import SHEETS, title_of
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say

_KEYS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("Enter", "enter", {"#message .submit-button": "Enter", ".tool[name=save]": "Enter"}),
    ("Shift Enter", "shift_enter", {}),
    ("Ctrl Enter", "ctrl_enter", {".tool[name=another]": "Ctrl Enter"}),
    ("← →", "arrows", {".tool[name=previous]": "←", ".tool[name=next]": "→"}),
    ("↑", "arrow_up", {"#chat .user-row:last-of-type .tool[name=edit]": "↑"}),
    ("Esc", "escape", {"#message .stop-button": "Esc", ".tool[name=cancel]": "Esc", ".close-sheet": "Esc"}),
    ("?", "question", {".help-button": "?"}),
)
"""What to press, the word for what it does, and the elements whose tooltips name the key, with the key of each."""
_WORDS = (
    "chat.send", "chat.stop", "chat.close", "chat.copied", "notices.warning", "notices.info", "notices.too_fast",
    "page.tuning", "page.menu", "page.more_of_chat", "page.note", "gallery.drop_hint",
    *(f"page.{title_of(id)}" for id in SHEETS),
)  # fmt: skip
"""The words that the scripts give to elements without a name, by the key's last part."""


class FrameView(NamedTuple):
    """For each component of the frame: the component, or what is shown in it."""

    brand: Any
    header: Any
    menu: Any
    bar: Any
    help: Any
    content: Any


@dataclass(frozen=True, slots=True)
class Faces:
    """The portraits of a chat's character and person, as URLs; "" for none."""

    character: str = ""
    person: str = ""


def frame_view(session: Session, faces: Faces, *, is_public: bool) -> FrameView:
    """The whole frame. On a public page it has the notice of what a model may write."""
    language = session.language
    header = header_html(session.chat.character.name, faces, language)
    content = content_html(language) if is_public else ""
    return FrameView(
        brand_html(language), header, menu_html(language), bar_html(language), help_html(language), content
    )


def header_html(name: str, faces: Faces, language: str) -> str:
    """Who the person talks to, and the way to edit the character. A script gives the portraits to the messages."""
    shown = name if len(name) <= MAX_NAME_CHARACTERS else f"{name[: MAX_NAME_CHARACTERS - 1]}…"
    edit, chats = (as_attribute(say(f"page.{key}", language)) for key in ("edit_character", "open_chats"))
    pictures = "".join(
        f'<img class="{place}" src="{as_attribute(url)}" alt="">'
        for place, url in (("face", faces.character), ("my-face", faces.person))
        if url
    )
    return (
        f'<button type="button" class="icon open-rail" data-icon="chats" data-panel="rail" title="{chats}" '
        f'aria-label="{chats}"></button>{pictures}'
        f'<h2 title="{as_attribute(name)}">{escape(shown)}</h2>'
        f'<button type="button" class="edit-character" data-sheet="editor" title="{edit}">{edit}</button>'
    )


def brand_html(language: str) -> str:
    """The product's name, which carries the translated names of elements that Gradio leaves without one."""
    words = json.dumps({key.split(".")[1]: say(key, language) for key in _WORDS})
    keys = json.dumps({selector: key for _, _, places in _KEYS for selector, key in places.items()})
    fold, characters = (as_attribute(say(f"page.{key}", language)) for key in ("fold", "sheet_gallery"))
    return (
        f'<h1 lang="en" data-words="{as_attribute(words)}" data-keys="{as_attribute(keys)}">Pygmalion UI</h1>'
        f'<button type="button" class="icon" data-icon="characters" data-sheet="gallery" title="{characters}" '
        f'aria-label="{characters}"></button>'
        f'<button type="button" class="icon" data-icon="fold" data-panel="rail" title="{fold}" aria-label="{fold}">'
        "</button>"
    )


def menu_html(language: str) -> str:
    """The entries of the page's menu."""
    tools, help, api, characters, you = (
        escape(say(f"page.{name}", language)) for name in ("tools", "help", "api", "sheet_gallery", "sheet_you")
    )
    return (
        f'<button type="button" data-sheet="gallery">{characters}</button>'
        f'<button type="button" data-sheet="you">{you}</button>'
        f'<button type="button" data-sheet="tools">{tools}</button>'
        f'<button type="button" class="help-button" aria-keyshortcuts="?">{help} <kbd>?</kbd></button>'
        f'<button type="button" data-press="gradio-app footer .show-api">{api}</button>'
    )


def bar_html(language: str) -> str:
    """The bar at the foot of a phone's screen."""
    return "".join(
        f'<button type="button" class="bar-button" data-icon="{icon}" {opens}>'
        f"<span>{escape(say(key, language))}</span></button>"
        for icon, opens, key in (
            ("chat", 'data-panel="stage"', "chat.log"),
            ("chats", 'data-panel="rail"', "chats.chats"),
            ("characters", 'data-sheet="gallery"', "page.characters"),
            ("tuning", 'data-panel="tuning"', "page.tuning"),
        )
    )


def help_html(language: str) -> str:
    """The dialog with the keys."""
    title, close = escape(say("chat.help", language)), escape(say("chat.close", language))
    rows = "".join(
        f"<tr><th scope='row'>{_keys(keys)}</th><td>{escape(say(f'chat.help_{word}', language))}</td></tr>"
        for keys, word, _ in _KEYS
    )
    return (
        f'<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">{title}</h2>'
        f"<table><tbody>{rows}</tbody></table><p>{as_html(say('chat.help_acting', language))}</p>"
        f'<form method="dialog"><button class="close">{close}</button></form></dialog>'
    )


def content_html(language: str) -> str:
    """The notice before a stranger's first message. `theme/scripts/content.js` shows it until it is accepted."""
    title, writes, keeps, accept = (
        escape(say(f"page.content_{name}", language)) for name in ("title", "writes", "keeps", "accept")
    )
    return (
        f'<dialog id="content-notice" aria-labelledby="content-title" aria-describedby="content-text">'
        f'<h2 id="content-title">{title}</h2><div id="content-text"><p>{writes}</p><p>{keeps}</p></div>'
        f'<button type="button" class="close" autofocus>{accept}</button></dialog>'
    )


def _keys(keys: str) -> str:
    return " ".join(f"<kbd>{escape(key)}</kbd>" for key in keys.split())

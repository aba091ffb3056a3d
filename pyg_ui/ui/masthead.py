"""The head of the page and its help, in the visitor's language."""

from html import escape

from pyg_ui.ui.display import as_attribute, as_html
from pyg_ui.ui.translations import say

_KEYS = (
    ("Enter", "enter"),
    ("Shift Enter", "shift_enter"),
    ("Ctrl Enter", "ctrl_enter"),
    ("← →", "arrows"),
    ("Esc", "escape"),
    ("?", "question"),
)
"""What to press, and the word for what it does."""
_WORDS = ("chat.send", "chat.stop", "chat.close", "notices.warning", "notices.info")
"""The translated names for page.js, each as an attribute `data-` with the key's last part."""


def masthead_html(language: str) -> str:
    """The title, the buttons that open the panels on small screens, and the help. `page.js` handles the buttons.

    The title carries the translated names of elements that Gradio leaves without a name or names in English.
    """
    names = ("page.character", "page.settings", "tools.title")
    character, settings, tools = (escape(say(name, language)) for name in names)
    title = as_attribute(say("chat.help", language))
    words = " ".join(f'data-{key.split(".")[1]}="{as_attribute(say(key, language))}"' for key in _WORDS)
    return (
        f'<button type="button" class="drawer-button" aria-controls="character-panel">{character}</button>'
        f'<h1 lang="en" {words}>Pygmalion UI</h1>'
        f'<button type="button" class="tools-button" aria-controls="tools" aria-expanded="false">{tools}</button>'
        f'<button type="button" class="help-button" aria-controls="help" title="{title}">?</button>'
        f'<button type="button" class="drawer-button" aria-controls="settings-panel">{settings}</button>'
        f"{_help(language)}"
    )


def _help(language: str) -> str:
    title, close = escape(say("chat.help", language)), escape(say("chat.close", language))
    rows = "".join(
        f"<tr><th scope='row'>{_keys(keys)}</th><td>{escape(say(f'chat.help_{word}', language))}</td></tr>"
        for keys, word in _KEYS
    )
    return (
        f'<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">{title}</h2>'
        f"<table><tbody>{rows}</tbody></table><p>{as_html(say('chat.help_acting', language))}</p>"
        f'<form method="dialog"><button class="close">{close}</button></form></dialog>'
    )


def _keys(keys: str) -> str:
    return " ".join(f"<kbd>{escape(key)}</kbd>" for key in keys.split())

"""The account as HTML, in the visitor's language. `theme/scripts/account.js` handles its fields."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from pyg_ui.ui.account.page_settings import AS_THE_BROWSER, THEMES, language_in
from pyg_ui.ui.display import as_attribute, as_text
from pyg_ui.ui.translations import LANGUAGES, say


def account_html(settings: Mapping[str, Any] | None, name: str, language: str) -> str:
    """The choices of theme and language, and who is signed in; `name` is "" for nobody.

    The `settings` are None while it is not known what was kept. Then the browser uses what it remembers.
    """
    kept = "" if settings is None else f' data-kept="{as_attribute(json.dumps(settings))}"'
    chosen = settings or {}
    themes = [(theme, escape(say(f"account.{theme}", language))) for theme in THEMES]
    languages = [
        (AS_THE_BROWSER, escape(say("account.browser", language))),
        *((each, escape(say("account.this_language", each))) for each in LANGUAGES),
    ]
    return (
        f"<div{kept}>{_choice('theme', themes, str(chosen.get('theme', THEMES[0])), language)}"
        f"{_choice('language', languages, language_in(chosen), language)}{_who(name, language)}</div>"
    )


def _choice(name: str, options: Sequence[tuple[str, str]], chosen: str, language: str) -> str:
    listed = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{shown}</option>' for value, shown in options
    )
    title = escape(say(f"account.{name}", language))
    return f'<label><span>{title}</span><select data-setting="{name}">{listed}</select></label>'


def _who(name: str, language: str) -> str:
    if not name:
        return ""
    signed_in, sign_out = (escape(say(f"account.{key}", language)) for key in ("signed_in", "sign_out"))
    return f'<p>{signed_in} <strong>{as_text(name)}</strong></p><a href="logout" class="sign-out">{sign_out}</a>'

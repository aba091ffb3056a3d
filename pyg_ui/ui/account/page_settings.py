"""What the page itself remembers for a person: theme, language, which panels and folds are open, and that the notice of
a public page was accepted.

What a browser or the database says is checked here. Anything unknown is left out.
"""

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.library.store.settings import Content
from pyg_ui.ui.translations import LANGUAGES

THEMES = ("system", "light", "dark")
AS_THE_BROWSER = ""
"""The language that stands for the one that the browser prefers."""
MAX_FOLDS = 100
_CHOICES: Mapping[str, tuple[str, ...]] = {"theme": THEMES, "language": (AS_THE_BROWSER, *LANGUAGES)}
_SWITCH = re.compile(r"(panel|fold):[a-z][a-z0-9_-]{0,40}|content_accepted")


def page_settings(content: Content) -> dict[str, Any]:
    """The valid settings in what was kept."""
    found = {name: value for name, value in content.items() if is_page_setting(name, value)}
    return dict(list(found.items())[:MAX_FOLDS])


def is_page_setting(name: Any, value: Any) -> bool:
    """Whether a setting is known, and the value valid."""
    if not isinstance(name, str):
        return False
    if name in _CHOICES:
        return isinstance(value, str) and value in _CHOICES[name]
    return isinstance(value, bool) and _SWITCH.fullmatch(name) is not None


def language_in(settings: Mapping[str, Any]) -> str:
    """The language that was chosen; "" for the browser's."""
    return str(settings.get("language", AS_THE_BROWSER))

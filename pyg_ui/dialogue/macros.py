"""The macros of character cards: placeholders for the two names in a conversation.

`{{char}}` and `<BOT>` stand for the character, `{{user}}` and `<USER>` for the person, in any letter case. A text is
expanded in a single pass, so a name that looks like a macro stays as it is. `prompt` expands the person's name to
`You`, `chat` to the display name.
"""

import re

MACROS = ("{{char}}", "<bot>", "{{user}}", "<user>")
"""Every macro, in lower case."""

# Without the ASCII flag, the long s (U+017F) would count as the s of `<USER>`.
_MACRO = re.compile("|".join(map(re.escape, MACROS)), re.IGNORECASE | re.ASCII)


def expand(text: str, *, char: str, user: str) -> str:
    """The text with each macro replaced by the name it stands for."""
    names = {"{{char}}": char, "<bot>": char, "{{user}}": user, "<user>": user}
    return _MACRO.sub(lambda match: names[match.group().lower()], text)


def may_become_macro(text: str) -> bool:
    """Whether the text is an incomplete beginning of a macro."""
    beginning = text.lower()
    return any(macro.startswith(beginning) and macro != beginning for macro in MACROS)

"""What people and models wrote, made safe to show.

Gradio renders messages as Markdown with HTML in it. Its own clean-up removes scripts but leaves remote images, forms
and links, and swallows text like `<START>`. This module turns every character that Markdown or HTML could read as
syntax into an entity, and sets only `*actions*`, `**stress**`, speech in quotes, links and code: as text, of which only
the asterisks are left out. The result is never read back, except that of `as_editable`. It knows neither chats nor
components.

Every panel with a trash draws it with the same rows. `theme/chats.js` reports clicks in them, and shows moments in the
reader's own time.
"""

import html
import re
import string
from collections.abc import Sequence
from datetime import datetime

from pyg_ui.ui.translations import say

MAX_NAME_CHARACTERS = 60
"""Longer names are cut where they stand beside a message."""

_AS_TEXT = str.maketrans({character: f"&#{ord(character)};" for character in string.punctuation})

# An asterisk that opens stands before a visible character and not inside a word, and a quote not behind a word. One
# that is still open at the end of its line counts too: a reply on its way is set from its first mark on.
_ACTION = r"(?<![\w*])(?P<mark>\*{1,2})(?=[^\s*])(?P<text>[^*]+)(?:(?P=mark)(?!\w)|$)"
_QUOTES = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("»", "«"), ("「", "」"))
_SPEECH = "|".join(f"{begin}[^{begin}{end}]+(?:{end}|$)" for begin, end in _QUOTES)
_SET = re.compile(rf"(?P<code>`[^`]+`)|(?P<link>\bhttps?://[^\s*`\"<>]+)|{_ACTION}|(?<!\w)(?P<speech>{_SPEECH})")
_FENCE = "```"


def as_html(text: str) -> str:
    """The text as harmless HTML in one line, which Markdown leaves as it is: actions in italics, line ends kept."""
    return "".join(as_blocks(text)) or "&nbsp;"


def as_blocks(text: str) -> list[str]:
    """The parts of `as_html`, one after the other. Where text is added at the end, only the last blocks change."""
    blocks, is_code = [], False
    for place, line in enumerate(text.strip("\n").expandtabs(4).split("\n")):
        is_fence = line.lstrip().startswith(_FENCE)
        shown = _marked("code", as_text(line)) if line and (is_code or is_fence) else _line(line)
        blocks.append("<br>" * (place > 0) + shown)
        is_code ^= is_fence
    return blocks if any(blocks) else []


def as_text(text: str) -> str:
    """The text as harmless HTML, without italics and bold."""
    # Runs of spaces would collapse, and four at a line's start would make a code block.
    return text.translate(_AS_TEXT).replace("  ", " &nbsp;").replace("\r", "")


def as_lines(text: str) -> str:
    """The text as harmless HTML with its line ends, without italics and bold."""
    return "<br>".join(map(as_text, text.split("\n")))


def as_editable(text: str) -> str:
    """The text as harmless HTML in one line, to be edited in place. White space stays as it is."""
    return text.translate(_AS_TEXT).replace("\r", "").replace("\n", "<br>")


def as_attribute(text: str) -> str:
    """The text as the value of an HTML attribute in double quotes."""
    return html.escape(text, quote=True).replace("\n", " ")


def speaker(name: str, remark: str = "") -> str:
    """The speaker's name before a message. The style sheet draws it, so it is no part of the message's text."""
    name = name if len(name) <= MAX_NAME_CHARACTERS else f"{name[: MAX_NAME_CHARACTERS - 1]}…"
    mark = f'<span class="speaker" title="{as_attribute(name)}"></span>'
    return f'{mark}<span class="remark" title="{as_attribute(remark)}"></span>' if remark else mark


def moment_html(moment: datetime | None) -> str:
    """The moment in UTC; nothing for None."""
    return "" if moment is None else f'<time datetime="{moment.isoformat()}">{moment:%Y-%m-%d %H:%M} UTC</time>'


def titled_html(title: str, facts: str) -> str:
    """A title, and below it the facts, which are HTML."""
    return f'<span class="title">{html.escape(title)}</span><span class="facts">{facts}</span>'


def list_html(rows: Sequence[str], if_empty: str) -> str:
    """The rows, which are HTML, as a list; without any, the sentence `if_empty`."""
    return f'<ul class="history">{"".join(rows)}</ul>' if rows else f'<p class="remark">{html.escape(if_empty)}</p>'


def trash_list(rows: Sequence[str], language: str) -> str:
    """What was deleted, in rows that `trash_row` made."""
    return list_html(rows, say("chats.trash_empty", language))


def trash_row(id: str, about: str, language: str, picture: str = "") -> str:
    """Something that was deleted: its picture and what is said about it, both HTML, and how to restore or delete it."""
    restore, delete, sure = (html.escape(say(f"chats.{key}", language)) for key in ("restore", "delete", "delete_sure"))
    return (
        f'<li>{picture}<span class="open">{about}</span><span class="acts">'
        f'<button type="button" data-act="restore" data-id="{id}">{restore}</button>'
        f'<button type="button" data-act="delete" data-id="{id}" data-sure="{sure}">{delete}</button></span></li>'
    )


def _line(line: str, *, is_speech: bool = False) -> str:
    parts, end = [], 0
    for match in _SET.finditer(line):
        parts += [as_text(line[end : match.start()]), _set(match, is_speech)]
        end = match.end()
    return "".join(parts) + as_text(line[end:])


def _set(match: re.Match[str], is_speech: bool) -> str:
    """What was found in a line, set. Speech may hold actions, and actions may hold speech."""
    if match["mark"]:
        tag = "em" if match["mark"] == "*" else "strong"
        return f"<{tag}>{as_text(match['text']) if is_speech else _line(match['text'])}</{tag}>"
    whole = match.group()
    if match["speech"]:
        inner = whole[:1].translate(_AS_TEXT) + _line(whole[1:], is_speech=True)
        return as_text(whole) if is_speech else _marked("speech", inner)
    return _marked("code" if match["code"] else "link", as_text(whole))


def _marked(kind: str, shown: str) -> str:
    return f'<span class="{kind}">{shown}</span>'

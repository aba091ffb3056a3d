"""Files full of markup, scripts and addresses, dropped on the page and shown everywhere: none of it does anything.

The usual run drops those of two kinds of text, `python -m pytest -m trust` all.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import drop, leave, open_sheet, say, stop
from tests.repository import SAMPLES

pytestmark = pytest.mark.browser

VECTORS = (
    "<script>window.broken=1</script>",
    "<img src=http://evil.example/a onerror=window.broken=2>",
    '"><svg onload=window.broken=3>',
    "' onfocus=window.broken=4 autofocus x='",
    "[x](javascript:window.broken=5) ![x](http://evil.example/b)",
    '<iframe src="data:text/html,<script>parent.broken=6</script>">',
    "</style><style>*{background:url(http://evil.example/c)}</style>",
    "<a href=javascript:window.broken=7>x</a><base href=http://evil.example>",
    '<b style="background:url(http://evil.example/d)" onmouseover=window.broken=8>x</b>',
    "`${window.broken=9}` {{7*7}} &lt;script&gt; \\u003cscript>",
)
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" onload="window.broken=10"><script>window.broken=11</script>
<image href="http://evil.example/e"/><foreignObject><img src="x" onerror="window.broken=12"/></foreignObject></svg>"""
WATCH = "addEventListener('securitypolicyviolation', (event) => (window.refused ??= []).push(event.blockedURI))"
"""What the policy refuses was tried."""
ODD = """() => [...document.querySelectorAll("body *")].filter((each) =>
    [...each.attributes].some(({ name, value }) => name.startsWith("on")
      || (["href", "src", "action", "style"].includes(name) && /javascript:|evil[.]example|data:text/i.test(value)))
    || (each.matches("iframe, object, embed, base, style") && /evil|broken/.test(each.outerHTML))
  ).map((each) => each.outerHTML.slice(0, 200))"""


def card(text: str) -> dict[str, Any]:
    """A card with the text in every field, and pictures that are programs."""
    picture = "data:image/svg+xml;base64," + base64.b64encode(SVG).decode()
    assets = [{"type": kind, "uri": uri, "name": "main", "ext": "svg"} for kind, uri in
              (("icon", picture), ("background", picture), ("icon", "http://evil.example/f"))]  # fmt: skip
    fields = ("name", "description", "personality", "scenario", "first_mes", "mes_example", "creator", "creator_notes")
    entry = {"keys": [text], "content": text, "name": text, "comment": text, "enabled": True, "constant": True}
    data = dict.fromkeys(fields, text) | {"tags": [text], "alternate_greetings": [text], "assets": assets}
    data |= {"character_book": {"name": text, "entries": [entry], "extensions": {}}, "avatar": picture}
    return {"spec": "chara_card_v3", "spec_version": "3.0", "data": data}


def lorebook(text: str) -> dict[str, Any]:
    entry = {"uid": 0, "key": [text], "keysecondary": [text], "comment": text, "content": text, "constant": True}
    return {"name": text, "entries": {"0": entry}}


def chat(text: str) -> str:
    lines: list[Any] = [{"user_name": text, "character_name": text}]
    lines += [{"name": text, "is_user": is_user, "mes": text, "swipes": [text, text]} for is_user in (False, True)]
    return "\n".join(map(json.dumps, lines))


def hostile_files(directory: Path, texts: Sequence[str]) -> list[Path]:
    """Cards, lorebooks, presets and chats, whose own names are hostile too."""
    files = []
    preset = json.loads((SAMPLES / "presets" / "sillytavern.json").read_bytes())
    for number, text in enumerate(texts):
        name = text.replace("/", "⁄")
        for kind, content in (
            ("card.json", json.dumps(card(text))),
            ("lore.json", json.dumps(lorebook(text))),
            ("chat.jsonl", chat(text)),
            ("settings", json.dumps(preset | {"name": text})),
        ):
            files.append(directory / f"{number}{name}.{kind}")
            files[-1].write_text(content)
    return files


def assert_harmless(page: Page) -> None:
    assert page.evaluate("window.broken") is None
    assert page.evaluate("window.refused") is None
    assert page.evaluate(ODD) == []


@pytest.mark.parametrize("texts", [VECTORS[3:5], pytest.param(VECTORS, marks=pytest.mark.trust)], ids=len)
def test_nothing_of_a_hostile_file_runs_or_asks_another_server(
    visit: Open, tmp_path: Path, texts: Sequence[str]
) -> None:
    page = visit().page
    page.evaluate(WATCH)
    assert drop(page, "#chat", *hostile_files(tmp_path, texts))
    tiles = open_sheet(page, "gallery").locator(".tile", has_text=re.compile("broken|evil"))
    expect(tiles).to_have_count(len(texts))
    assert_harmless(page)
    for sheet in ("gallery", "editor", "you", "tools"):
        open_sheet(page, sheet)
        assert_harmless(page)
        leave(page)
    for text in texts:
        say(page, text)
        stop(page)
    assert_harmless(page)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert_harmless(page)

"""What a newcomer reads first holds no word that only people of the trade know, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.model_status import ModelStatus
from pyg_ui.ui.chat.view import lesson
from pyg_ui.ui.frame.view import Faces, bar_html, header_html
from pyg_ui.ui.model.status import badge
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import LANGUAGES, tables
from tests.fakes import DEMO_INFO
from tests.ui.test_page import page_for

EVERYWHERE = "token seed logit checkpoint bf16 sampl top- prompt"
UNKNOWN = {
    "en": "temperature penalt quanti inference parameter context",
    "de": "temperatur strafe quanti inferenz parameter kontext",
    "fr": "jeton graine échantillon température pénalit quanti inférence paramètre contexte",
    "es": "semilla muestreo temperatura penaliz cuanti inferencia parámetro contexto",
    "ja": "トークン シード ロジット チェックポイント サンプ 温度 ペナルティ 量子 推論 プロンプト パラメータ",
    "zh": "词元 令牌 种子 检查点 采样 温度 惩罚 量化 推理 提示词 参数 上下文",
}  # fmt: skip
"""Beginnings of words in each language; in those without spaces, parts of a text."""
CLOSED = ("chat-menu", "page-menu", "advanced", "lens-panel", "history-manage")
"""What is in these shows only when it is opened."""


def labels(block: Any) -> Iterator[str]:
    """The keys of the words that the component and those in it show at first."""
    visible = getattr(block, "visible", True)
    if visible in (False, "hidden"):
        return
    for name in ("label", "value", "placeholder", "info"):
        if isinstance(text := getattr(block, name, None), gr.i18n.I18nData):
            yield text.key
    for choice, _ in getattr(block, "choices", None) or ():
        if isinstance(choice, gr.i18n.I18nData):
            yield choice.key
    if getattr(block, "elem_id", None) not in CLOSED:
        for child in getattr(block, "children", ()):
            yield from labels(child)


@pytest.fixture(scope="module")
def keys() -> set[str]:
    """The words of the rail, of the stage, and of the tuning as far as it is unfolded."""
    blocks = page_for(Character("Bob", greeting="Hi."))
    panels = [each for each in blocks.blocks.values() if getattr(each, "elem_id", None) in ("rail", "stage", "tuning")]
    assert len(panels) == 3
    return {key for panel in panels for key in labels(panel)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_sight_is_in_everybodys_words(language: str, keys: set[str]) -> None:
    assert {"chat.placeholder", "chats.search", "sampling.calm", "sampling.short"} <= keys
    session = replace(Session.open(Chat.start(Character("Bob"))), language=language)
    drawn = (
        header_html("Bob", Faces(), language), bar_html(language), lesson(session),
        badge(ModelStatus(DEMO_INFO), language),
    )  # fmt: skip
    seen = [tables()[key][language] for key in keys]
    seen += [unescape(re.sub(r"<[^>]*?(?:title=\"([^\"]*)\")?[^>]*>", r" \1 ", html)) for html in drawn]
    border = "" if language in ("ja", "zh") else r"\b"
    unknown = re.compile(f"{border}(?:{'|'.join((EVERYWHERE + ' ' + UNKNOWN[language]).split())})", re.IGNORECASE)
    assert [text for text in seen if unknown.search(text)] == []

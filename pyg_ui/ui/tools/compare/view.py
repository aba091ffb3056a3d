"""What the compare panel shows: two replies, and which buttons can be used."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
from gradio.i18n import I18nData

from pyg_ui.dialogue.chat import Chat, Role, Version
from pyg_ui.ui.display import as_html
from pyg_ui.ui.sampling.presets.view import Choices
from pyg_ui.ui.translations import label, say

SLIDERS = "sliders"
"""The id, among the settings to choose from, of the sliders' values."""


@dataclass(slots=True)
class Comparison:
    """What one visitor compares; changed in place."""

    chat: Chat | None = None
    """The chat whose last reply is written in two ways."""
    versions: tuple[Version, ...] = ()


class CompareView(NamedTuple):
    """For the replies and the buttons their components, or what a handler shows in them."""

    reply_a: Any
    reply_b: Any
    use_a: Any
    use_b: Any
    write: Any
    stop: Any


def compare_view(comparison: Comparison, language: str, *, is_writing: bool = False) -> CompareView:
    """The replies as they are now, and the buttons."""
    chat, versions = comparison.chat, comparison.versions
    shown = [chat.display_text(Role.CHARACTER, version.text) for version in versions] if chat else []
    text_a, text_b = shown or ("", "")
    return CompareView(
        reply_a=reply_html(text_a, language, is_writing=is_writing),
        reply_b=reply_html(text_b, language, is_writing=is_writing),
        use_a=gr.update(interactive=bool(text_a) and not is_writing),
        use_b=gr.update(interactive=bool(text_b) and not is_writing),
        write=gr.update(interactive=not is_writing),
        stop=gr.update(interactive=is_writing),
    )


def settings_of(presets: Choices) -> list[tuple[str | I18nData, str]]:
    """The settings that can be compared: the sliders' values and the presets."""
    return [(label("compare.sliders"), SLIDERS), *presets]


def reply_html(text: str, language: str, *, is_writing: bool = False) -> str:
    """One reply, finished or on its way."""
    empty = "…" if is_writing else f'<span class="quiet">{say("compare.nothing", language)}</span>'
    return f'<div class="compared" aria-busy="{str(is_writing).lower()}">{as_html(text) if text else empty}</div>'

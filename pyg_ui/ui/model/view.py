"""What the model panel and the badge show: the checkpoint that serves, the chosen one, and the cached weights."""

from html import escape
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.catalog import find_entry
from pyg_ui.engine.model_status import ModelStatus
from pyg_ui.ui.model.machine import gigabytes
from pyg_ui.ui.model.status import badge, model_status
from pyg_ui.ui.translations import label, say, translate

OTHER = "other"
"""The choice that opens the text box for a directory or repository."""


class ModelView(NamedTuple):
    """For each part that follows the manager's status its component, or what a handler shows in it."""

    badge: Any
    door: Any
    status: Any
    load: Any
    cancel: Any
    unload: Any
    advanced: Any
    """Every choice of a load, for who may load."""
    watch: Any
    """The timer that looks again while a load runs."""


def model_view(
    status: ModelStatus, owner: str, door: str, language: str, *, may_load: bool, is_waiting: bool
) -> ModelView:
    """The panel for a status as this owner sees it. With `is_waiting` the `door` will change by itself."""
    is_loading = status.loading is not None
    cancel = label("model.cancelling" if status.is_cancelling else "model.cancel")
    return ModelView(
        badge=badge(status, language),
        door=door,
        status=model_status(status, language),
        load=gr.update(interactive=not is_loading, value=label("model.loading" if is_loading else "model.load")),
        cancel=gr.update(visible=is_loading and may_load, interactive=not status.is_cancelling, value=cancel),
        unload=gr.update(interactive=status.is_ready and not is_loading),
        advanced=gr.skip(),
        watch=_watch(status, owner, is_waiting=is_waiting),
    )


def _watch(status: ModelStatus, owner: str, *, is_waiting: bool) -> Any:
    """The timer looks each second while something changes, and once more when a failure is to vanish."""
    if status.failure is not None and not is_waiting:
        return gr.update(active=True, value=status.failure.shown_for_s(owner) + 1)
    return gr.update(active=status.loading is not None or is_waiting, value=1)


def about_html(source: str, language: str) -> str:
    """What a person should know before loading a checkpoint, as HTML. Little is said of one that is not listed."""
    entry = find_entry(source)
    if entry is None:
        return f"<p>{escape(say('model.about_other', language))}</p>"
    link = f'<a href="{escape(entry.licence_url)}" target="_blank" rel="noreferrer">{escape(entry.licence)}</a>'
    return f"<p>{escape(translate(entry.note, language))} {escape(say('model.licence', language))} {link}</p>"


def cached_html(num_bytes: int, language: str) -> str:
    """How much the quantised weights take on the disk; nothing if there are none."""
    return f"<p>{say('model.cached', language, size=gigabytes(num_bytes, language))}</p>" if num_bytes else ""

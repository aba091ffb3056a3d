"""What the model panel's controls do, and which event calls what. Plain functions of a session and field values.

Loads belong to the process, not to a visitor: the panel starts one and then looks at the manager's status, once a
second while it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.catalog import find_entry, machine_report
from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.hardware import probe_hardware
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.memory_log import MemoryLog
from pyg_ui.errors import CheckpointNotFoundError, PygmalionError
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.model.layout import OTHER, ModelPanel, ModelView, about_html, kept_html, model_view, read_choice
from pyg_ui.ui.model.machine import fit_html, machine_html, vitals_html
from pyg_ui.ui.notices import notify
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class ModelHandlers:
    """What the panel's controls do."""

    models: ModelManager
    allowed_sources: frozenset[str]
    """The choices there are: a request can name others, a visitor cannot."""
    memory: MemoryLog
    kept_weights: WeightFiles | None = None
    """Quantised weights on the disk; None where none are kept, or where visitors may not remove them."""

    def load(self, session: Session, source: str, place: str, precision: str, device: str) -> ModelView:
        """Begin to load."""
        try:
            if source not in self.allowed_sources:
                raise CheckpointNotFoundError("This checkpoint cannot be loaded here. Choose one from the list.")
            self.models.start_loading(read_choice(source, place, precision, device))
        except PygmalionError as error:
            notify(error, session.language)
        return self.refresh(session)

    def cancel(self, session: Session) -> ModelView:
        """Give up the load under way."""
        self.models.cancel_loading()
        return self.refresh(session)

    def unload(self, session: Session) -> ModelView:
        """Stop serving."""
        self.models.unload()
        return self.refresh(session)

    def choose(self, session: Session, source: str) -> tuple[str, Any]:
        """What is known of the choice, and the box for another place where that is the choice."""
        return about_html(source, session.language), gr.update(visible=source == OTHER)

    def refresh(self, session: Session) -> ModelView:
        """Look again."""
        return model_view(self.models, session.language)

    def machine(self, session: Session) -> str:
        """Look at the machine again: free memory changes."""
        return machine_html(machine_report(), session.language)

    def fit(self, session: Session, source: str, precision: str, device: str) -> str:
        """What the choice would take of the free memory; of another place nothing is known."""
        entry = find_entry(source)
        return fit_html(entry, precision, device, probe_hardware(), session.language) if entry else ""

    def vitals(self, session: Session) -> str:
        """Memory and speed so far."""
        return vitals_html(self.memory.look(), session.chat, session.language)

    def kept(self, session: Session) -> tuple[str, Any]:
        """How much the quantised weights take on the disk, and the button that removes them."""
        num_bytes = self.kept_weights.num_bytes if self.kept_weights else 0
        return kept_html(num_bytes, session.language), gr.update(visible=num_bytes > 0)

    def clear_kept(self, session: Session) -> tuple[str, Any]:
        """Remove the quantised weights from the disk; the next load rounds them anew."""
        if self.kept_weights is not None:
            self.kept_weights.shrink(0)
        return self.kept(session)


def wire_model(
    arrived: gr.events.Dependency,
    handlers: ModelHandlers,
    model: ModelPanel,
    badge: gr.HTML,
    watch: gr.Timer,
    session: gr.State,
    looks: Sequence[Any],
    replied: Any,
) -> None:
    """The controls act on the manager; the badge and the panel follow it.

    `arrived` is the event after which the visitor is known; at `looks` everything is looked at anew, and when somebody
    has `replied` what a reply changes.
    """
    outputs = [badge, model.status, model.load, model.cancel, model.unload, watch]
    choice = [model.source, model.place, model.precision, model.device]
    about = [model.about, model.place]
    arrived.then(handlers.refresh, [session], outputs, **QUICK)
    gr.on([watch.tick, *looks], handlers.refresh, [session], outputs, **QUICK)
    gr.on([model.source.input, *looks], handlers.choose, [session, model.source], about, **QUICK)
    model.load.click(handlers.load, [session, *choice], outputs, **QUICK)
    model.cancel.click(handlers.cancel, [session], outputs, **QUICK)
    model.unload.click(handlers.unload, [session], outputs, **QUICK)
    gr.on(looks, handlers.machine, [session], [model.machine], **QUICK)
    fitting = [model.source.input, model.precision.input, model.device.input]
    gr.on(
        [*looks, *fitting],
        handlers.fit,
        [session, model.source, model.precision, model.device],
        [model.fit],
        **QUICK,
    )
    gr.on([watch.tick, replied, *looks], handlers.vitals, [session], [model.vitals], **QUICK)
    gr.on(looks, handlers.kept, [session], [model.kept, model.clear], **QUICK)
    model.clear.click(handlers.clear_kept, [session], [model.kept, model.clear], **QUICK)

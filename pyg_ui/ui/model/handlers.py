"""What the model panel's controls do: load, cancel and unload a checkpoint, and look at what it needs and has.

A load belongs to the process, not to a visitor: the panel starts it, and then reads the manager's status once a second
while it runs.
"""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.engine.bandwidth import Bandwidth
from pyg_ui.engine.catalog import find_entry
from pyg_ui.engine.checkpoints.fitting import Offer, machine_report, offers
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.hardware import MemoryLog, probe_hardware
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.remote.address import find_address
from pyg_ui.errors import CheckpointNotFoundError, UnsupportedError
from pyg_ui.ui.events import clicked
from pyg_ui.ui.model.door import door_html
from pyg_ui.ui.model.machine import fit_html, machine_html, vitals_html
from pyg_ui.ui.model.view import OTHER, ModelView, about_html, cached_html, model_view
from pyg_ui.ui.notices import errors_shown
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class ModelHandlers:
    """The handlers, and what they need."""

    models: ModelManager
    allowed_sources: frozenset[str]
    """The choices of the panel; a request could name others, and is refused."""
    memory: MemoryLog
    weight_cache: WeightFiles | None = None
    """Quantised weights on the disk; None if there are none, or if visitors may not remove them."""
    bandwidth: Bandwidth = field(default_factory=lambda: Bandwidth(None))
    is_public: bool = False
    """Whether strangers use the page. They see which model speaks, and cannot load any; operators can."""
    is_local: bool = True
    """Whether only this machine reaches the page. Elsewhere nobody may name a model's server on it."""
    hub: Hub = field(default_factory=Hub)

    def load(self, session: Session, source: str, place: str, precision: str, device: str) -> ModelView:
        """Start a load."""
        with errors_shown(session.language):
            self._check_allowed(session)
            if source not in self.allowed_sources:
                raise CheckpointNotFoundError("This checkpoint cannot be loaded here. Choose one from the list.")
            choice = read_choice(source, place, precision, device)
            if find_address(choice.source) and not self.is_local:
                raise UnsupportedError(
                    "Only who runs this program may name a model's server here: with --model at its start."
                )
            self.models.start_loading(choice, session.owner)
        return self.refresh(session)

    def get(self, session: Session, event: gr.EventData) -> ModelView:
        """Download a Pygmalion that was offered, and load it."""
        wanted = clicked(event).get("get")
        with errors_shown(session.language):
            self._check_allowed(session)
            offered = [each for each in self._offers() if each.can_load and each.fit.entry.id == wanted]
            if not offered:
                raise UnsupportedError("This machine has too little room for this model now.")
            self.models.start_loading(ModelChoice(offered[0].fit.entry.id, offered[0].precision), session.owner)
        return self.refresh(session)

    def cancel(self, session: Session) -> ModelView:
        """Cancel the load that runs."""
        with errors_shown(session.language):
            self._check_allowed(session)
            self.models.cancel_loading()
        return self.refresh(session)

    def unload(self, session: Session) -> ModelView:
        """Stop serving."""
        with errors_shown(session.language):
            self._check_allowed(session)
            self.models.unload()
        return self.refresh(session)

    def open(self, session: Session) -> ModelView:
        """The sheet was opened: measure how quickly memory is read, unless that was done, and show the status."""
        if self._may_load(session):
            self.bandwidth.measure_when_quiet()
        return self.refresh(session)

    def refresh(self, session: Session) -> ModelView:
        """The manager's status now."""
        owner, language = session.record.owner, session.language
        status = self.models.status.seen_by(owner)
        may_load = self._may_load(session)
        door = door_html(status, self._offers() if may_load else None, session.chat, language)
        is_waiting = self.bandwidth.is_measuring
        view = model_view(status, owner, door, language, may_load=may_load, is_waiting=is_waiting)
        return view._replace(advanced=gr.update(visible=may_load)) if self.is_public else view

    def _offers(self) -> tuple[Offer, ...]:
        return offers(self.bandwidth, self.hub)

    def _may_load(self, session: Session) -> bool:
        return not self.is_public or session.is_operator

    def _check_allowed(self, session: Session) -> None:
        if not self._may_load(session):
            raise UnsupportedError("On a public page, only who runs it decides which model speaks.")

    def choose(self, session: Session, source: str) -> tuple[str, Any]:
        """Another checkpoint was chosen: what is known of it, and a box for its place if it is not listed."""
        return about_html(source, session.language), gr.update(visible=source == OTHER)

    def machine(self, session: Session) -> str:
        """What this machine could run with the memory that is free now, as HTML; nothing for strangers."""
        return machine_html(machine_report(), session.language) if self._may_load(session) else ""

    def fit(self, session: Session, source: str, precision: str, device: str) -> str:
        """What the choice would take of the free memory, as HTML; "" for one that is not listed, and for strangers."""
        entry = find_entry(source) if self._may_load(session) else None
        return fit_html(entry, precision, device, probe_hardware(), session.language) if entry else ""

    def vitals(self, session: Session) -> str:
        """Memory and speed so far, as HTML; nothing for strangers."""
        if not self._may_load(session):
            return ""
        return vitals_html(self.memory.look(), session.chat, session.language)

    def cached(self, session: Session) -> tuple[str, Any]:
        """How much the quantised weights take on the disk, and the button that removes them."""
        num_bytes = self.weight_cache.num_bytes if self.weight_cache else 0
        return cached_html(num_bytes, session.language), gr.update(visible=num_bytes > 0)

    def clear(self, session: Session) -> tuple[str, Any]:
        """Remove the quantised weights from the disk; the next load quantises the checkpoint again."""
        if self.weight_cache is not None:
            self.weight_cache.clear()
        return self.cached(session)


def read_choice(source: str, place: str, precision: str, device: str) -> ModelChoice:
    """What the panel's controls ask for. Raises CheckpointNotFoundError if no place is given."""
    wanted = (place or "").strip() if source == OTHER else source
    if not wanted:
        raise CheckpointNotFoundError("Name a directory or a hub repository (owner/name), then load.")
    is_bitsandbytes = precision == Precision.BITSANDBYTES
    own_precision = Precision.AUTO if is_bitsandbytes else Precision(precision)
    return ModelChoice(wanted, own_precision, Device(device), load_in_8bit=is_bitsandbytes)

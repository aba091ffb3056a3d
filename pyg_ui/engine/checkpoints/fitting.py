"""Which checkpoints of the catalogue this machine could run, and which of them `auto` stands for.

Looks at the free memory and at the hub's cache on this machine. Uses no network, and imports nothing that takes long.
"""

from dataclasses import dataclass

from pyg_ui.engine.bandwidth import Bandwidth, words_per_s
from pyg_ui.engine.catalog import CATALOG, CatalogEntry
from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.hardware import Hardware, probe_hardware
from pyg_ui.engine.placement import automatic_precision
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision
from pyg_ui.errors import Message

_BEST_PRECISIONS = {
    "cpu": (Precision.INT8, Precision.BF16, Precision.INT4, Precision.FP32, Precision.FP16),
    "cuda": (Precision.BF16, Precision.FP16, Precision.INT8, Precision.INT4, Precision.FP32),
}
"""By device. A processor reads 8 bits in half the time of 16, and is slow in fp16."""
_FALLBACK = "demo-neo"


@dataclass(frozen=True, slots=True)
class ModelFit:
    """Whether this machine could run a checkpoint in a precision."""

    entry: CatalogEntry
    precision: Precision
    device: str
    """Where it would run: `cuda` where it fits there, else `cpu`."""
    needed_bytes: int
    free_bytes: int
    """On that device."""
    is_here: bool
    """Whether nothing needs to be downloaded."""

    @property
    def fits(self) -> bool:
        """Whether it would run without running out of memory."""
        return self.needed_bytes <= self.free_bytes

    @property
    def download_bytes(self) -> int:
        """How many bytes must be downloaded first."""
        return 0 if self.is_here else self.entry.download_bytes


@dataclass(frozen=True, slots=True)
class MachineReport:
    """What this machine could run."""

    fits: tuple[ModelFit, ...]
    """One for each entry of the catalogue and each precision."""
    best: ModelFit | None
    """The best Pygmalion that fits; None where none does."""
    sentence: Message
    """The same for people."""


def choose_automatically(hub: Hub | None = None, hardware: Hardware | None = None) -> str:
    """The id of the largest Pygmalion that is complete in the hub's cache and fits the memory, else the demo's.

    It fits if there is room for the weights in the `auto` precision and for one full chat. Takes milliseconds.
    """
    hub = hub or Hub()
    for entry in sorted(CATALOG, key=lambda entry: -entry.num_parameters):
        if not entry.is_demo and _is_here(entry, hub) and _fits_automatically(entry, hardware or probe_hardware()):
            return entry.id
    return _FALLBACK


def machine_report(hub: Hub | None = None, hardware: Hardware | None = None) -> MachineReport:
    """What this machine could run now, for the page. Takes milliseconds."""
    hub, hardware = hub or Hub(), hardware or probe_hardware()
    present = {entry.id for entry in CATALOG if _is_here(entry, hub)}
    fits = tuple(
        _fit(entry, precision, hardware, is_here=entry.id in present)
        for entry in CATALOG
        for precision in OWN_PRECISIONS
    )
    best = next((fit for fit in sorted(fits, key=_preference) if fit.fits and not fit.entry.is_demo), None)
    return MachineReport(fits, best, _sentence(fits, best))


@dataclass(frozen=True, slots=True)
class Offer:
    """A Pygmalion as this machine could run it, or why not."""

    fit: ModelFit
    """In the precision that a load would choose by itself; in another one if only that fits."""
    precision: Precision
    """To be asked for: AUTO, or that other one."""
    has_room: bool
    """Whether the disk holds the download."""
    free_disk: int
    words_per_s: float | None
    """How quickly it would write here; None where that is not known."""

    @property
    def can_load(self) -> bool:
        """Whether memory and disk are large enough."""
        return self.fit.fits and self.has_room


def offers(bandwidth: Bandwidth, hub: Hub | None = None, hardware: Hardware | None = None) -> tuple[Offer, ...]:
    """Every Pygmalion of the catalogue, the best that fits first. Takes milliseconds."""
    hub, hardware = hub or Hub(), hardware or probe_hardware()
    free_disk, found = hub.free_disk(), []
    for entry in (each for each in CATALOG if not each.is_demo):
        fit, precision = _suitable(entry, hardware, is_here=_is_here(entry, hub))
        bytes_per_s = bandwidth.of(fit.device)
        speed = words_per_s(entry.size, fit.precision, bytes_per_s) if bytes_per_s and fit.fits else None
        found.append(Offer(fit, precision, hub.has_room_for(fit.download_bytes), free_disk, speed))
    return tuple(sorted(found, key=lambda offer: (not offer.can_load, -offer.fit.entry.num_parameters)))


def _suitable(entry: CatalogEntry, hardware: Hardware, *, is_here: bool) -> tuple[ModelFit, Precision]:
    """The fit in the precision of `auto`, or else in the best one that fits, and the precision to ask for."""
    automatic = automatic_precision(entry.size, vram=hardware.free_vram, has_gpu_bf16=True)
    automatic_fit, *fits = (
        _fit(entry, precision, hardware, is_here=is_here) for precision in (automatic, *OWN_PRECISIONS)
    )
    if automatic_fit.fits or not (fitting := [fit for fit in fits if fit.fits]):
        return automatic_fit, Precision.AUTO
    best = min(fitting, key=_preference)
    return best, best.precision


def _is_here(entry: CatalogEntry, hub: Hub) -> bool:
    if entry.repository is None:
        return entry.directory is not None and entry.directory.is_dir()
    return hub.find_cached(HubRepository(entry.repository)) is not None


def _fits_automatically(entry: CatalogEntry, hardware: Hardware) -> bool:
    """Whether it would load in `auto` precision on the `auto` device."""
    precision = automatic_precision(entry.size, vram=hardware.free_vram)
    return _fit(entry, precision, hardware, is_here=True).fits


def _fit(entry: CatalogEntry, precision: Precision, hardware: Hardware, *, is_here: bool) -> ModelFit:
    device, free = "cpu", hardware.free_ram
    if hardware.free_vram is not None and entry.needed_bytes(precision, "cuda") <= hardware.free_vram:
        device, free = "cuda", hardware.free_vram
    return ModelFit(entry, precision, device, entry.needed_bytes(precision, device), free, is_here)


def _preference(fit: ModelFit) -> tuple[int, bool, int]:
    """The larger model first, then a GPU, then the precision that suits the device."""
    precisions = _BEST_PRECISIONS[fit.device]
    return -fit.entry.num_parameters, fit.device == "cpu", precisions.index(fit.precision)


def _sentence(fits: tuple[ModelFit, ...], best: ModelFit | None) -> Message:
    if best is None:
        smallest = min((fit for fit in fits if not fit.entry.is_demo), key=lambda fit: fit.needed_bytes)
        return _message(
            "This machine has {free:.1f} GB free; the smallest Pygmalion ({model} in {precision}) needs "
            "{needed:.1f} GB.",
            smallest,
        )
    if not best.download_bytes:
        return _message(
            "This machine could run {model} in {precision}: needs {needed:.1f} GB, {free:.1f} GB are free; "
            "already downloaded.",
            best,
        )
    if best.entry.is_download_estimated:
        return _message(
            "This machine could run {model} in {precision}: needs {needed:.1f} GB, {free:.1f} GB are free; "
            "download about {size:.1f} GB.",
            best,
        )
    return _message(
        "This machine could run {model} in {precision}: needs {needed:.1f} GB, {free:.1f} GB are free; "
        "download {size:.1f} GB.",
        best,
    )


def _message(template: str, fit: ModelFit) -> Message:
    sizes = {"needed": fit.needed_bytes, "free": fit.free_bytes, "size": fit.download_bytes}
    values = {name: num_bytes / 1e9 for name, num_bytes in sizes.items()}
    return Message(template, {"model": fit.entry.title, "precision": fit.precision, **values})

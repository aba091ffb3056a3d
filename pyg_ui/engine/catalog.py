"""The checkpoints this program knows by id, how much memory they need, and which of them this machine could run.

Sizes are computed from the architectures' shapes; nothing is imported that takes long, and no network is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.hardware import Hardware, probe_hardware
from pyg_ui.engine.placement import ModelSize, automatic_precision
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision

_BEST_PRECISIONS = {
    "cpu": (Precision.INT8, Precision.BF16, Precision.INT4, Precision.FP32, Precision.FP16),
    "cuda": (Precision.BF16, Precision.FP16, Precision.INT8, Precision.INT4, Precision.FP32),
}
"""By device. A processor reads 8 bits in half the time of 16, and has no quick products in fp16."""
_DEMO_DIRECTORY = Path(__file__).parents[1] / "demo_models"
_PYGMALION_LICENCE = "https://huggingface.co/spaces/CompVis/stable-diffusion-license"
_PYGMALION_NOTE = "May write adult content. Not suitable for minors."
_DEMO_NOTE = "A tiny model trained from scratch to show the page. It is no Pygmalion."


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A checkpoint that has an id."""

    id: str
    title: str
    architecture: str
    """`gpt_neo` or `gptj`."""
    num_parameters: int
    """For a demo model about what it has."""
    num_layers: int
    hidden_size: int
    vocabulary_size: int
    """Rows of the embedding and of the output layer; GPT-Neo's are the same, counted once."""
    licence: str
    licence_url: str
    note: str
    """What a person should know before loading it."""
    repository: str | None = None
    """On the hub; None for a demo model."""
    directory: Path | None = None
    """Of a demo model; None for the others."""
    download_bytes: int = 0
    """Size of the files on the hub."""
    is_download_estimated: bool = False
    """Whether download_bytes is a guess from the number of parameters."""
    context_length: int = 2048
    is_demo: bool = False

    @property
    def size(self) -> ModelSize:
        """What decides how much memory it takes."""
        return ModelSize(
            num_parameters=self.num_parameters,
            num_linear=12 * self.num_layers * self.hidden_size**2,
            num_head=self.vocabulary_size * self.hidden_size,
            is_tied=self.architecture == "gpt_neo",
            num_cached=2 * self.num_layers * self.hidden_size * self.context_length,
        )

    def needed_bytes(self, precision: Precision, device: str) -> int:
        """Memory of the weights and of one chat."""
        return self.size.weight_bytes(precision) + self.size.cache_bytes(precision, device)


CATALOG = (
    CatalogEntry(
        id="pygmalion-2-7b",
        title="Pygmalion 2.7B",
        architecture="gpt_neo",
        num_parameters=2_651_307_520,
        num_layers=32,
        hidden_size=2560,
        vocabulary_size=50_257,
        # The hub's PygmalionAI/pygmalion-2-7b, with a hyphen, is a Llama model.
        repository="PygmalionAI/pygmalion-2.7b",
        download_bytes=10_700_000_000,
        is_download_estimated=True,
        licence="creativeml-openrail-m",
        licence_url=_PYGMALION_LICENCE,
        note=_PYGMALION_NOTE,
    ),
    CatalogEntry(
        id="pygmalion-6b",
        title="Pygmalion 6B",
        architecture="gptj",
        num_parameters=6_050_882_784,
        num_layers=28,
        hidden_size=4096,
        vocabulary_size=50_400,
        repository="PygmalionAI/pygmalion-6b",
        download_bytes=16_340_000_000,
        licence="creativeml-openrail-m",
        licence_url=_PYGMALION_LICENCE,
        note=_PYGMALION_NOTE,
    ),
    CatalogEntry(
        id="demo-neo",
        title="Demo (GPT-Neo)",
        architecture="gpt_neo",
        num_parameters=3_400_000,
        num_layers=5,
        hidden_size=192,
        vocabulary_size=4096,
        directory=_DEMO_DIRECTORY / "demo-neo",
        licence="apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        note=_DEMO_NOTE,
        is_demo=True,
    ),
    CatalogEntry(
        id="demo-j",
        title="Demo (GPT-J)",
        architecture="gptj",
        num_parameters=3_800_000,
        num_layers=5,
        hidden_size=192,
        vocabulary_size=4096,
        directory=_DEMO_DIRECTORY / "demo-j",
        licence="apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        note=_DEMO_NOTE,
        is_demo=True,
    ),
)
"""Every checkpoint that has an id."""

_BEST_FIRST = ("pygmalion-6b", "pygmalion-2-7b")
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
        """What is left to download."""
        return 0 if self.is_here else self.entry.download_bytes


@dataclass(frozen=True, slots=True)
class MachineReport:
    """What this machine could run."""

    fits: tuple[ModelFit, ...]
    """One for each entry of the catalogue and each precision."""
    best: ModelFit | None
    """The best Pygmalion that fits; None where none does."""
    sentence: str
    """The same for people."""


def find_entry(entry_id: str) -> CatalogEntry | None:
    """The catalogue's entry of that id, if there is one."""
    return next((entry for entry in CATALOG if entry.id == entry_id), None)


def choose_automatically(hub: Hub | None = None, hardware: Hardware | None = None) -> str:
    """The id of the best Pygmalion that is complete in the local cache and fits the memory, else the demo's.

    Takes milliseconds, without network. Fitting means the weights in `auto` precision and one full chat.
    """
    hub = hub or Hub()
    for entry in map(find_entry, _BEST_FIRST):
        assert entry is not None, "the preferred ids are in the catalogue"
        if _is_here(entry, hub) and _fits_automatically(entry, hardware or probe_hardware()):
            return entry.id
    return _FALLBACK


def machine_report(hub: Hub | None = None, hardware: Hardware | None = None) -> MachineReport:
    """What this machine could run now, for the page. Takes milliseconds, without network."""
    fits = tuple(_all_fits(hub or Hub(), hardware or probe_hardware()))
    best = next((fit for fit in sorted(fits, key=_preference) if fit.fits and not fit.entry.is_demo), None)
    return MachineReport(fits, best, _sentence(fits, best))


def _all_fits(hub: Hub, hardware: Hardware) -> Iterator[ModelFit]:
    for entry in CATALOG:
        is_here = _is_here(entry, hub)
        for precision in OWN_PRECISIONS:
            yield _fit(entry, precision, hardware, is_here=is_here)


def _is_here(entry: CatalogEntry, hub: Hub) -> bool:
    if entry.repository is None:
        return entry.directory is not None and entry.directory.is_dir()
    return hub.find_cached(HubRepository(entry.repository)) is not None


def _fits_automatically(entry: CatalogEntry, hardware: Hardware) -> bool:
    """Whether it would load with precision and device left open."""
    device = "cpu" if hardware.free_vram is None else "cuda"
    precision = automatic_precision(entry.num_parameters, device=device)
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


def _sentence(fits: tuple[ModelFit, ...], best: ModelFit | None) -> str:
    if best is None:
        smallest = min((fit for fit in fits if not fit.entry.is_demo), key=lambda fit: fit.needed_bytes)
        return (
            f"This machine has {_gigabytes(smallest.free_bytes)} free; the smallest Pygmalion "
            f"({smallest.entry.title} in {smallest.precision}) needs {_gigabytes(smallest.needed_bytes)}."
        )
    about = "about " if best.entry.is_download_estimated else ""
    download = f"download {about}{_gigabytes(best.download_bytes)}" if best.download_bytes else "already downloaded"
    return (
        f"This machine could run {best.entry.title} in {best.precision}: needs {_gigabytes(best.needed_bytes)}, "
        f"{_gigabytes(best.free_bytes)} are free; {download}."
    )


def _gigabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.1f} GB"

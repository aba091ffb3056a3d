"""The checkpoints that this program knows by id, and how much memory they need.

Sizes are computed from the shapes of the architectures. Knows neither the machine nor what was downloaded.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

from pyg_ui.engine.placement import ModelSize
from pyg_ui.engine.precision import Precision

_DEMO_DIRECTORY = Path(__file__).parents[1] / "demo_models"


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A checkpoint that has an id."""

    id: str
    title: str
    architecture: str
    """`gpt_neo` or `gptj`."""
    num_parameters: int
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


_pygmalion = functools.partial(
    CatalogEntry,
    licence="creativeml-openrail-m",
    licence_url="https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    note="May write adult content and offensive text. Not suitable for minors.",
)
_demo = functools.partial(
    CatalogEntry,
    num_layers=5,
    hidden_size=192,
    vocabulary_size=4096,
    licence="apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    note="A tiny model trained from scratch to show the page. It is no Pygmalion.",
    is_demo=True,
)

CATALOG = (
    _pygmalion(
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
    ),
    _pygmalion(
        id="pygmalion-6b",
        title="Pygmalion 6B",
        architecture="gptj",
        num_parameters=6_050_882_784,
        num_layers=28,
        hidden_size=4096,
        vocabulary_size=50_400,
        repository="PygmalionAI/pygmalion-6b",
        download_bytes=16_340_000_000,
    ),
    _demo(
        id="demo-neo",
        title="Demo (GPT-Neo)",
        architecture="gpt_neo",
        num_parameters=3_401_472,
        directory=_DEMO_DIRECTORY / "demo-neo",
    ),
    _demo(
        id="demo-j",
        title="Demo (GPT-J)",
        architecture="gptj",
        num_parameters=3_795_904,
        directory=_DEMO_DIRECTORY / "demo-j",
    ),
)
"""Every checkpoint that has an id."""


def find_entry(entry_id: str) -> CatalogEntry | None:
    """The catalogue's entry of that id, if there is one."""
    return next((entry for entry in CATALOG if entry.id == entry_id), None)

"""Which files make up a checkpoint in the hub's layout.

These are `config.json`, the weights as safetensors or `.bin` (one file, or shards with an index), and a tokenizer as
`tokenizer.json` or as `vocab.json` with `merges.txt`. Reads names and JSON only; `weights` reads the weights. Imports
no torch.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pyg_ui.errors import CheckpointError, CheckpointNotFoundError, UnsupportedError, WeightError

ARCHITECTURES = ("gpt_neo", "gptj")
"""The `model_type`s that can be loaded."""


@dataclass(frozen=True, slots=True)
class WeightLayout:
    """How a checkpoint may store its weights."""

    single: str
    index: str
    shard: re.Pattern[str]


WEIGHT_LAYOUTS = (
    WeightLayout("model.safetensors", "model.safetensors.index.json", re.compile(r"model-\d+-of-\d+\.safetensors")),
    WeightLayout("pytorch_model.bin", "pytorch_model.bin.index.json", re.compile(r"pytorch_model-\d+-of-\d+\.bin")),
)
"""The accepted layouts, the preferred one first."""

_MAX_JSON_BYTES = 64 * 2**20
"""Of the files that are read as JSON. The index of the weights of a large model has a hundredth of it."""
TOKENIZER_LAYOUTS = (("tokenizer.json",), ("vocab.json", "merges.txt"))
GENERATION_CONFIG = "generation_config.json"
OPTIONAL_FILES = ("added_tokens.json", GENERATION_CONFIG, "special_tokens_map.json", "tokenizer_config.json")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises CheckpointNotFoundError without the file, CheckpointError if it is broken."""
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise ValueError("it is too large")
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointNotFoundError(
            "{directory} holds no {file}. Give a directory with a GPT-Neo or GPT-J checkpoint.",
            directory=path.parent,
            file=path.name,
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(
            "{path} cannot be read ({_reason}). Download the file again.", path=path, _reason=str(error)
        ) from None
    if not isinstance(content, dict):
        raise CheckpointError("{path} holds no JSON object. Download the file again.", path=path)
    return content


def read_config(directory: Path) -> dict[str, Any]:
    """The checkpoint's `config.json`. Raises UnsupportedError for an architecture that cannot be loaded."""
    config = read_json(directory / "config.json")
    model_type = config.get("model_type")
    if model_type not in ARCHITECTURES:
        raise UnsupportedError(
            "The checkpoint's architecture is {name}; only GPT-Neo (gpt_neo) and GPT-J (gptj) can be loaded. The "
            "Pygmalion models of these are pygmalion-2-7b and pygmalion-6b.",
            name=model_type or "not named",
        )
    if config.get("quantization_config"):
        raise UnsupportedError(
            "This checkpoint is already quantised. Give the original one, and load it in 8 bit if you like."
        )
    return config


def find_weight_files(directory: Path) -> tuple[Path, ...]:
    """The weight files of a directory, in the first layout that is complete.

    Raises WeightError, which names a missing shard, or CheckpointNotFoundError if there is no weight file at all.
    """
    problem: CheckpointError | None = None
    for layout in WEIGHT_LAYOUTS:
        if (directory / layout.single).exists():
            return (directory / layout.single,)
        if (directory / layout.index).exists():
            shards = _shards(directory, layout)
            missing = [path.name for path in shards if not path.exists()]
            if not missing:
                return shards
            problem = problem or WeightError(
                "The weight file {file} is missing in {directory} ({number} missing in all). Download it again.",
                file=missing[0],
                directory=directory,
                number=len(missing),
            )
    raise problem or CheckpointNotFoundError(
        "{path} holds no weights: neither model.safetensors nor pytorch_model.bin, nor an index of shards.",
        path=directory,
    )


def find_tokenizer_files(directory: Path) -> tuple[Path, ...]:
    """`tokenizer.json`, or `vocab.json` and `merges.txt`. Raises CheckpointNotFoundError."""
    for layout in TOKENIZER_LAYOUTS:
        paths = tuple(directory / name for name in layout)
        if all(path.exists() for path in paths):
            return paths
    raise CheckpointNotFoundError(
        "{path} holds no tokenizer: neither tokenizer.json nor vocab.json with merges.txt.", path=directory
    )


def is_complete(directory: Path) -> bool:
    """Whether a directory has every file a checkpoint needs, by name."""
    try:
        read_config(directory)
        find_weight_files(directory)
        find_tokenizer_files(directory)
    except CheckpointError:
        return False
    return True


def choose_files(names: Collection[str]) -> tuple[str, ...]:
    """Of a repository's files, those to download: the weights in one layout, the config and the tokenizer.

    Raises CheckpointNotFoundError where the repository holds no checkpoint of this layout.
    """
    layout = next((layout for layout in WEIGHT_LAYOUTS if layout.single in names or layout.index in names), None)
    if layout is None:
        raise CheckpointNotFoundError("The repository holds no weights as safetensors or pytorch_model.bin.")
    shards = [layout.index, *filter(layout.shard.fullmatch, names)]
    weights = [layout.single] if layout.single in names else shards
    return tuple(sorted({"config.json", *OPTIONAL_FILES, *chain(*TOKENIZER_LAYOUTS), *weights} & set(names)))


def _shards(directory: Path, layout: WeightLayout) -> tuple[Path, ...]:
    weight_map = read_json(directory / layout.index).get("weight_map")
    names = set(weight_map.values()) if isinstance(weight_map, dict) else set()
    if not names or not all(isinstance(name, str) and name == Path(name).name for name in names):
        raise WeightError(
            "{path} does not say where the weights are. Download it again.", path=directory / layout.index
        )
    return tuple(directory / name for name in sorted(names))

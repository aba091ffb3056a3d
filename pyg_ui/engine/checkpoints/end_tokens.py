"""Which tokens end a text: those at which transformers' `generate` ends it."""

import logging
from pathlib import Path
from typing import Any

from pyg_ui.engine.checkpoints.blueprint import Blueprint
from pyg_ui.engine.checkpoints.files import GENERATION_CONFIG, read_json
from pyg_ui.errors import CheckpointError

logger = logging.getLogger(__name__)


def read_end_ids(directory: Path, blueprint: Blueprint, end_of_text_id: int) -> frozenset[int]:
    """The ids of the tokens that end a text, at least one.

    They are the `eos_token_id`, a number or a list, of `generation_config.json`, or of `config.json` where the other
    file is absent or broken. A checkpoint that names no token of its vocabulary would never end its texts; there
    `<|endoftext|>` ends them.
    """
    written = _generation_config(directory)
    named = (blueprint.written if written is None else written).get("eos_token_id")
    end_ids = frozenset(
        token_id
        for token_id in (named if isinstance(named, list) else [named])
        if type(token_id) is int and 0 <= token_id < blueprint.architecture.vocab_size
    )
    return end_ids or frozenset([end_of_text_id])


def _generation_config(directory: Path) -> dict[str, Any] | None:
    path = directory / GENERATION_CONFIG
    if not path.exists():
        return None
    try:
        return read_json(path)
    except CheckpointError as error:
        logger.warning("%s The settings of config.json are used.", error)
        return None

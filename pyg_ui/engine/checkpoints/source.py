"""From what a person names as the model to a directory with a checkpoint.

An id of the catalogue, `auto`, a directory, `owner/name` on the hub, or the repository's address there. No torch.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from pyg_ui.engine.catalog import CATALOG, CatalogEntry, choose_automatically, find_entry
from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.model_status import ReportProgress
from pyg_ui.errors import CheckpointError, CheckpointNotFoundError, UnsupportedError

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_NO_SEGMENT = re.compile(r"[^A-Za-z0-9._~-]+")
"""What cannot stand in a URL's path, where a model's id stands, without being escaped."""
_HUB_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a checkpoint is: a directory here, or a repository of the hub."""

    id: str
    """The catalogue's id, or the directory's or repository's own name, as it can stand in a URL's path."""
    place: Path | HubRepository
    entry: CatalogEntry | None = None
    """The catalogue's entry, if it is there."""


def find_source(named: str, hub: Hub) -> Source:
    """What a person means by a model's name. Does not look whether a repository exists.

    Raises CheckpointNotFoundError where it is neither an id nor a directory nor a repository's name, and
    UnsupportedError for the address of something else.
    """
    named = named.strip()
    entry = find_entry(choose_automatically(hub) if named == "auto" else named)
    if entry is not None:
        return _from_entry(entry)
    if "://" in named:
        return _from_repository(_parse_address(named))
    directory = Path(named).expanduser()
    if named and directory.is_dir():
        return Source(_as_id(os.path.abspath(directory)), directory)  # noqa: PTH100  # resolves `..` but no links
    if _REPOSITORY.fullmatch(named) and not directory.exists():
        return _from_repository(HubRepository(named))
    raise CheckpointNotFoundError(
        f"{named or 'An empty name'} is no model: give one of {', '.join(entry.id for entry in CATALOG)}, "
        "a directory that holds a checkpoint, or owner/name on the Hugging Face hub."
    )


def served_id(named: str, hub: Hub) -> str:
    """The id under which what a person names will be served, if there is such a model."""
    try:
        return find_source(named, hub).id
    except CheckpointError:
        return _as_id(os.path.abspath(named))  # noqa: PTH100  # does not look at the disk, as resolve does


def fetch(source: Source, hub: Hub, report: ReportProgress) -> Path:
    """The directory with the checkpoint, downloaded where it is not here yet.

    Raises CheckpointNotFoundError, and what Hub.download raises.
    """
    if isinstance(source.place, Path):
        if not source.place.is_dir():
            raise CheckpointNotFoundError(
                f"The directory {source.place} of {source.id} does not exist. Install the program again, or load "
                "another model."
            )
        return source.place
    return hub.find_cached(source.place) or hub.download(source.place, report)


def _from_entry(entry: CatalogEntry) -> Source:
    place = entry.directory if entry.repository is None else HubRepository(entry.repository)
    assert place is not None, "an entry has a repository or a directory"
    return Source(entry.id, place, entry)


def _from_repository(repository: HubRepository) -> Source:
    for entry in CATALOG:
        if entry.repository == repository.name and repository.revision == "main":
            return _from_entry(entry)
    return Source(_as_id(repository.name), repository)


def _as_id(place: str) -> str:
    """The last part of a directory or repository, as it can stand in a URL's path."""
    return _NO_SEGMENT.sub("-", PurePath(place).name).strip("-.") or "model"


def _parse_address(address: str) -> HubRepository:
    """`https://huggingface.co/owner/name`, with `/tree/REVISION` or without."""
    parts = urlsplit(address)
    owner, name, *rest = [*parts.path.strip("/").split("/"), "", ""][: max(2, parts.path.strip("/").count("/") + 1)]
    repository = f"{owner}/{name}"
    is_page = not rest or (len(rest) >= 2 and rest[0] == "tree")
    if parts.scheme != "https" or parts.hostname not in _HUB_HOSTS or not is_page:
        raise UnsupportedError(
            f"{address} is no model repository. Give an address like https://huggingface.co/owner/name, "
            "owner/name, or a directory; engines on other machines are not supported."
        )
    if not _REPOSITORY.fullmatch(repository):
        raise CheckpointNotFoundError(f"{address} names no repository. It should end in owner/name.")
    return HubRepository(repository, "/".join(rest[1:]) or "main")

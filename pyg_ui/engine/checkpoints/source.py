"""From the name that a person gives to a directory with a checkpoint.

The name is an id of the catalogue, `auto`, a directory, `owner/name` or `owner/name@revision` on the hub, or the
address of a repository there. Imports no torch.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from pyg_ui.engine.catalog import CATALOG, CatalogEntry, find_entry
from pyg_ui.engine.checkpoints.fitting import choose_automatically
from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.model_status import ReportProgress
from pyg_ui.errors import CheckpointError, CheckpointNotFoundError, UnsupportedError

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_REVISION = re.compile(r"(?!\.)[\w.-]+(/(?!\.)[\w.-]+)*")
"""A branch, a tag or a commit."""
_NO_SEGMENT = re.compile(r"[^A-Za-z0-9._~-]+")
"""Characters that must be escaped in a URL's path, where model ids are used."""
HUB_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a checkpoint is: a directory here, or a repository of the hub."""

    id: str
    """The catalogue's id, or the name of the directory or repository in a form that fits a URL's path."""
    place: Path | HubRepository
    entry: CatalogEntry | None = None
    """The entry of the catalogue, if there is one."""


def find_source(named: str, hub: Hub) -> Source:
    """The source that a person names. Does not check whether a repository exists.

    Raises CheckpointNotFoundError for a name that is neither an id nor a directory nor a repository, and
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
    repository, separator, revision = named.partition("@")
    is_revision = _REVISION.fullmatch(revision) is not None if separator else True
    if _REPOSITORY.fullmatch(repository) and is_revision and not directory.exists():
        return _from_repository(HubRepository(repository, revision or "main"))
    raise CheckpointNotFoundError(
        "{name} is no model: give one of {known}, a directory that holds a checkpoint, or owner/name on the Hugging "
        "Face hub.",
        name=named or "An empty name",
        known=", ".join(entry.id for entry in CATALOG),
    )


def served_id(named: str, hub: Hub) -> str:
    """The id under which the model of this name will be served, if there is such a model."""
    try:
        return find_source(named, hub).id
    except CheckpointError:
        return _as_id(os.path.abspath(named))  # noqa: PTH100  # does not look at the disk, as resolve does


def fetch(source: Source, hub: Hub, report: ReportProgress) -> Path:
    """The directory with the checkpoint, which is downloaded if necessary.

    Raises CheckpointNotFoundError, and what Hub.download raises.
    """
    if isinstance(source.place, Path):
        if not source.place.is_dir():
            raise CheckpointNotFoundError(
                "The directory {path} of {model} does not exist. Install the program again, or load another model.",
                path=source.place,
                model=source.id,
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
    segments = parts.path.strip("/").split("/")
    repository, rest = "/".join(segments[:2]), segments[2:]
    is_page = not rest or (rest[0] == "tree" and _REVISION.fullmatch("/".join(rest[1:])) is not None)
    if parts.scheme != "https" or parts.hostname not in HUB_HOSTS or not is_page:
        raise UnsupportedError(
            "{address} is no model repository. Give an address like https://huggingface.co/owner/name, "
            "owner/name, a directory, or the address of a model's server, which ends in /v1.",
            address=address,
        )
    if not _REPOSITORY.fullmatch(repository):
        raise CheckpointNotFoundError("{address} names no repository. It should end in owner/name.", address=address)
    return HubRepository(repository, "/".join(rest[1:]) or "main")

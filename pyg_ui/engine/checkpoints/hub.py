"""Model repositories of the Hugging Face hub: finds what is complete in the local cache and downloads the rest.

A repository that is complete in the cache needs no network. The hub's library is imported only to download. Imports
no torch.
"""

import contextlib
import errno
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pyg_ui.engine.checkpoints.files import choose_files, is_complete, read_config
from pyg_ui.engine.checkpoints.progress import ByteProgress
from pyg_ui.engine.model_status import LoadCancelledError, LoadProgress, ReportProgress
from pyg_ui.errors import CheckpointError, CheckpointNotFoundError, Message

_POLL_S = 0.25
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_SPARE_DISK_BYTES = 500_000_000
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class HubRepository:
    """A model repository and one of its revisions."""

    name: str
    """`owner/name`."""
    revision: str = "main"
    """A branch, a tag or a commit; of a commit, the beginning is enough where it is in the cache."""


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub and its cache on this machine."""

    cache_dir: Path | None = None
    """Where the hub's library keeps files; None for its own default (HF_HUB_CACHE, HF_HOME)."""
    endpoint: str | None = None
    """The hub's address; None for the library's default (HF_ENDPOINT)."""
    timeout_s: float = 5.0
    """How long the hub may take to answer before it counts as out of reach."""

    def find_cached(self, repository: HubRepository) -> Path | None:
        """The directory of the snapshot if it has every file of a checkpoint, else None. Takes milliseconds."""
        storage = self._storage(repository)
        refs, snapshots = storage / "refs", storage / "snapshots"
        try:
            commit = (refs / repository.revision).read_text().strip()
        except OSError:
            # A cache that was copied, or filled by commit, may not say which snapshot is the main branch.
            return _only_snapshot(storage, repository.revision)
        return snapshots / commit if is_complete(snapshots / commit) else None

    def download(self, repository: HubRepository, report: ReportProgress) -> Path:
        """Download the files of a checkpoint and return their directory.

        Files in the cache are not downloaded again. The architecture is checked before any weight is downloaded.
        Once `report` raises LoadCancelledError, so does this, within some seconds; complete files are kept.
        Raises CheckpointNotFoundError where the hub or the repository cannot be reached, UnsupportedError for
        another architecture, CheckpointError where the disk is too small or the transfer breaks off.
        """
        report(LoadProgress(Message("Asking the hub for {name}", {"name": repository.name})))
        with self._explained(repository):
            sizes = self._list_files(repository)
            names = choose_files(sizes)
            snapshot = self._fetch(repository, ("config.json",))
            read_config(snapshot)
            missing = sum(sizes[name] for name in names if not (snapshot / name).exists())
            self._check_disk(missing)
            progress = ByteProgress(report, Message("Downloading {name}", {"name": repository.name}), missing)
            with _watched(self._storage(repository), progress) as is_cancelled:
                return self._fetch(repository, names, is_cancelled)

    def free_disk(self) -> int:
        """Free bytes on the disk that holds the cache, or will."""
        place = self._cache().absolute()
        return shutil.disk_usage(next(path for path in (place, *place.parents) if path.exists())).free

    def has_room_for(self, num_bytes: int) -> bool:
        """Whether the disk holds a download of this size, and a little more."""
        return num_bytes + _SPARE_DISK_BYTES <= self.free_disk()

    def _storage(self, repository: HubRepository) -> Path:
        return self._cache() / f"models--{repository.name.replace('/', '--')}"

    def _cache(self) -> Path:
        if self.cache_dir is not None:
            return self.cache_dir
        from huggingface_hub import constants

        return Path(constants.HF_HUB_CACHE)

    def _list_files(self, repository: HubRepository) -> dict[str, int]:
        from huggingface_hub import HfApi

        def ask() -> dict[str, int]:
            info = HfApi(endpoint=self.endpoint).model_info(
                repository.name, revision=repository.revision, timeout=self.timeout_s, files_metadata=True
            )
            return {sibling.rfilename: sibling.size or 0 for sibling in info.siblings or ()}

        # Without a network, looking up the host's name can take half a minute. The connection's timeout excludes it.
        return _within(2 * self.timeout_s, ask)

    def _fetch(
        self, repository: HubRepository, names: tuple[str, ...], is_cancelled: threading.Event | None = None
    ) -> Path:
        from huggingface_hub import snapshot_download

        snapshot = snapshot_download(
            repository.name,
            revision=repository.revision,
            allow_patterns=list(names),
            cache_dir=self.cache_dir,
            endpoint=self.endpoint,
            etag_timeout=self.timeout_s,
            tqdm_class=None if is_cancelled is None else _bar_that_ends(is_cancelled),
        )
        return Path(snapshot)

    def _check_disk(self, needed: int) -> None:
        if not self.has_room_for(needed):
            raise CheckpointError(
                "The download needs {needed:.1f} GB, and {place} has {free:.1f} GB free. "
                "Free some space, or set HF_HOME to a larger disk.",
                needed=needed / 1e9,
                place=self._cache(),
                free=self.free_disk() / 1e9,
            )

    @contextlib.contextmanager
    def _explained(self, repository: HubRepository) -> Iterator[None]:
        """Turn the errors of the hub's library into errors that say what to do."""
        import httpx2  # the client that the hub's library raises the errors of
        from huggingface_hub import errors

        name = repository.name
        try:
            yield
        except errors.GatedRepoError:
            raise CheckpointNotFoundError(
                "{name} asks for permission: accept its terms on its page, then run `hf auth login` and try again.",
                name=name,
            ) from None
        except (errors.RepositoryNotFoundError, errors.HFValidationError):
            raise CheckpointNotFoundError(
                "The hub has no model {name} that you may read. Check the name.", name=name
            ) from None
        except errors.RevisionNotFoundError:
            raise CheckpointNotFoundError(
                "{model} has no revision {revision}. Check the name.", model=name, revision=repository.revision
            ) from None
        except (httpx2.HTTPError, errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, TimeoutError) as error:
            raise CheckpointNotFoundError(
                "{name} is not complete on this machine, and the hub cannot be reached ({reason}). "
                "Connect to the internet and try again, load a directory, or load demo-neo.",
                name=name,
                reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
            ) from None
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise CheckpointError(
                    "The disk became full while {name} was downloaded. Free some space, or set HF_HOME to a larger "
                    "disk, and try again: files that are complete are kept.",
                    name=name,
                ) from None
            raise CheckpointError(
                "Downloading {name} broke off ({reason}). Try again: files that are complete are kept.",
                name=name,
                reason=str(error),
            ) from None


def _within(timeout_s: float, call: Callable[[], Result]) -> Result:
    """The result of a call. Raises TimeoutError after `timeout_s`; the call then goes on in its thread, unused."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # raised again in the caller's thread
            future.set_exception(error)

    threading.Thread(target=run, name="hub-listing", daemon=True).start()
    wait([future], timeout_s)
    if not future.done():
        raise TimeoutError(f"no answer within {timeout_s:.0f} seconds")
    return future.result()


@contextlib.contextmanager
def _watched(storage: Path, progress: ByteProgress) -> Iterator[threading.Event]:
    """Report how much the directory has grown, some times a second, however the bytes arrive.

    The event is set once the load is cancelled. LoadCancelledError then replaces the error that this causes.
    """
    before, over, is_cancelled = _bytes_on_disk(storage), threading.Event(), threading.Event()

    def report() -> None:
        try:
            progress.reach(_bytes_on_disk(storage) - before)
            progress.repeat()
        except LoadCancelledError:
            is_cancelled.set()

    def watch() -> None:
        while not over.wait(_POLL_S) and not is_cancelled.is_set():
            report()
        if is_cancelled.is_set():
            _abort_native_transfer()

    watcher = threading.Thread(target=watch, name="download-progress", daemon=True)
    watcher.start()
    try:
        yield is_cancelled
    except BaseException:
        if is_cancelled.is_set():
            raise LoadCancelledError from None
        raise
    finally:
        over.set()
        watcher.join()
    report()
    if is_cancelled.is_set():
        raise LoadCancelledError


def _bar_that_ends(is_cancelled: threading.Event) -> Any:
    """A progress bar for the hub's library that raises once cancelled. HTTP downloads cannot be ended otherwise."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        def update(self, n: float | None = 1) -> bool | None:
            if is_cancelled.is_set():
                raise LoadCancelledError
            return super().update(n)  # type: ignore[no-any-return]

    return Bar


def _abort_native_transfer() -> None:
    """End a download by hf_xet, which ignores errors of the progress bar. Uses a private function of the library."""
    with contextlib.suppress(ImportError):
        from huggingface_hub.utils._xet import abort_xet_session

        abort_xet_session()  # type: ignore[no-untyped-call]


def _only_snapshot(storage: Path, revision: str) -> Path | None:
    """The complete snapshot that a revision must mean although no ref names it.

    That is the one of this commit, or of the only commit that begins so. For `main` it is the newest of those that no
    other ref names.
    """
    is_main = revision == "main"
    if not is_main and not _COMMIT.fullmatch(revision):
        return None
    refs = (storage / "refs").rglob("*") if is_main else ()
    named = {path.read_text().strip() for path in refs if path.is_file()}
    complete = [
        path
        for path in (storage / "snapshots").glob("*")
        if (is_main or path.name.startswith(revision)) and path.name not in named and is_complete(path)
    ]
    newest = max(complete, key=lambda path: path.stat().st_mtime, default=None)
    return newest if is_main or len(complete) == 1 else None


def _bytes_on_disk(directory: Path) -> int:
    total = 0
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):  # a temporary file may vanish meanwhile
            if path.is_file() and not path.is_symlink():
                total += path.stat().st_size
    return total

"""Compiles the kernels: once for each processor, compiler and version of the source. The library is kept on disk.

Its name holds a hash of its content, so a damaged one is compiled anew instead of loaded. Before it is loaded for the
first time, another process tries all of its functions: a library that crashes must not take this process along.
"""

import atexit
import contextlib
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from pyg_ui.engine.hardware import processor_features
from pyg_ui.engine.leftovers import remove_leftovers

SOURCE = Path(__file__).with_name("source") / "kernels.cpp"
_COMPILERS = ("g++", "c++")
_COMPILE = ("-std=c++17", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fopenmp", "-fPIC", "-c")
_LINK = ("-shared",)
"""Without OpenMP's library: torch has loaded one, and the threads of a second one would compete with it."""
_TIMEOUT_S = 30
_TRIAL_TIMEOUT_S = 120
"""A trial imports torch, which may take long on a slow disk."""
_TRIED, _FAILED = "works\n", "fails\n"
_ROOT = Path(__file__).parents[3]


class BuildError(Exception):
    """The kernels cannot be compiled here. The message says why."""


def build(directory: Path, source: Path = SOURCE, compiler: str | None = None) -> Path:
    """The shared library of the kernels, compiled if it is not in the directory yet. Only we may write there.

    Compiling takes three seconds. Several processes may build at once: a library gets its name when it is complete.
    Raises BuildError.
    """
    compiler = compiler or find_compiler()
    if compiler is None:
        raise BuildError("there is no C++ compiler")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_owner(directory)
        stem = f"kernels-{_key(source, compiler)}"
        for library in directory.glob(f"{stem}-*.so"):
            if _is_whole(library):
                return library
            library.unlink(missing_ok=True)
        library = _compile(compiler, source, directory, stem)
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(str(error)) from None
    return library


def find_compiler() -> str | None:
    """A compiler, if there is one. Only on Linux, where the compilers use the same OpenMP as torch."""
    return next(filter(None, map(shutil.which, _COMPILERS)), None) if sys.platform == "linux" else None


def check_tried(library: Path) -> None:
    """Have another process call each function of the library, unless that was done. Raises BuildError if it fails.

    Takes some seconds the first time. The result is kept beside the library.
    """
    note = library.with_suffix(".tried")
    try:
        if not note.exists():
            command = [sys.executable, "-m", "pyg_ui.engine.compiled.trial", str(library)]
            code, _ = _finish(command, _TRIAL_TIMEOUT_S, _ROOT)
            note.write_text(_FAILED if code else _TRIED)
        if note.read_text() != _TRIED:
            raise BuildError(f"{library.name} crashed when it was tried; remove it to try again")
    except (OSError, UnicodeDecodeError, subprocess.SubprocessError) as error:
        raise BuildError(str(error)) from None


def _is_whole(library: Path) -> bool:
    """Whether the library has the content that its name says."""
    return library.stem.rpartition("-")[2] == _digest(library)


def _digest(library: Path) -> str:
    return hashlib.sha256(library.read_bytes()).hexdigest()[:16]


def _compile(compiler: str, source: Path, directory: Path, stem: str) -> Path:
    remove_leftovers(directory, ".build-*")
    with tempfile.TemporaryDirectory(dir=directory, prefix=".build-") as work:
        compiled, linked = Path(work, "kernels.o"), Path(work, "kernels.so")
        _run([compiler, *_COMPILE, str(source), "-o", str(compiled)])
        _run([compiler, *_LINK, str(compiled), "-o", str(linked)])
        with linked.open("rb") as file:
            os.fsync(file.fileno())
        return linked.replace(directory / f"{stem}-{_digest(linked)}.so")


def _run(command: list[str]) -> None:
    code, said = _finish(command, _TIMEOUT_S)
    if code != 0:
        complaint = next((line for line in said.splitlines() if "error" in line), said[:200])
        raise BuildError(f"{command[0]} failed: {complaint}")


def _finish(command: list[str], timeout_s: float, directory: Path | None = None) -> tuple[int, str]:
    """What a command returns and complains of. It ends with this process. Raises OSError, SubprocessError."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=directory,
        start_new_session=True,
    ) as process:  # fmt: skip
        kill = partial(_kill, process.pid)
        atexit.register(kill)
        try:
            said = process.communicate(timeout=timeout_s)[1].decode(errors="replace")
        except BaseException:
            kill()
            raise
        finally:
            atexit.unregister(kill)
    return process.returncode, said


def _kill(group: int) -> None:
    """Kill a command and its own processes, such as the parts of a compiler."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _key(source: Path, compiler: str) -> str:
    """A hash of all that changes the library: source, flags, compiler, and the processor that it is compiled for.

    The processor counts because different machines may share a home directory.
    """
    path = Path(compiler).resolve()
    state = path.stat()
    digest = hashlib.sha256(source.read_bytes())
    for header in sorted(source.parent.glob("*.h")):
        digest.update(header.read_bytes())
    processor = (platform.machine(), processor_features() or platform.processor())
    parts = (*_COMPILE, *_LINK, str(path), str(state.st_size), str(state.st_mtime_ns), *processor)
    digest.update("\n".join(parts).encode())
    return digest.hexdigest()[:16]


def _check_owner(directory: Path) -> None:
    """Raise BuildError where other users could replace the library by their own."""
    state = directory.stat()
    if state.st_uid != os.getuid() or state.st_mode & 0o022:
        raise BuildError(f"others may write to {directory}")

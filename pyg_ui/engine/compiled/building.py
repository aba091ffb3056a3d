"""Compiles the kernels: once for each processor, compiler and version of the source. The library is kept on disk."""

import contextlib
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from pyg_ui.engine.hardware import processor_features

SOURCE = Path(__file__).with_name("source") / "kernels.cpp"
_COMPILERS = ("g++", "c++")
_COMPILE = ("-std=c++17", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fopenmp", "-fPIC", "-c")
_LINK = ("-shared",)
"""Without OpenMP's library: torch has loaded one, and the threads of a second one would compete with it."""
_TIMEOUT_S = 30


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
        library = directory / f"kernels-{_key(source, compiler)}.so"
        if not library.exists():
            _compile(compiler, source, library)
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(str(error)) from None
    return library


def find_compiler() -> str | None:
    """A compiler, if there is one. Only on Linux, where the compilers use the same OpenMP as torch."""
    return next(filter(None, map(shutil.which, _COMPILERS)), None) if sys.platform == "linux" else None


def _compile(compiler: str, source: Path, library: Path) -> None:
    with tempfile.TemporaryDirectory(dir=library.parent, prefix=".build-") as work:
        compiled, linked = Path(work, "kernels.o"), Path(work, "kernels.so")
        _run([compiler, *_COMPILE, str(source), "-o", str(compiled)])
        _run([compiler, *_LINK, str(compiled), "-o", str(linked)])
        with linked.open("rb") as file:
            os.fsync(file.fileno())
        linked.replace(library)


def _run(command: list[str]) -> None:
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            said = process.communicate(timeout=_TIMEOUT_S)[1].decode(errors="replace")
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the compiler's own processes too
            raise
    if process.returncode != 0:
        complaint = next((line for line in said.splitlines() if "error" in line), said[:200])
        raise BuildError(f"{command[0]} failed: {complaint}")


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

"""Databases to test with: SQLite in a file, and a PostgreSQL cluster of our own that lives as long as the run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from pyg_ui.library.store.database import Database
from pyg_ui.library.store.ids import new_id

_DEBIAN = "/usr/lib/postgresql"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a fresh cluster. It listens on a socket in its own folder only, and runs as nobody special."""
    programs = _programs()
    # Unix sockets have short names, and another user must reach the folder: not below pytest's own.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        user = _give_to_ordinary_user(folder)
        data, log = f"{folder}/data", f"{folder}/log"

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [*user, str(programs / program), "-D", data, *arguments],
                check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=60,
            )  # fmt: skip

        run("initdb", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
        run("pg_ctl", "-w", "-l", log, "-o", options, "start")
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"test_{new_id()}"
    url = make_url(postgresql_server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chats.sqlite3'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database, once for each kind."""
    database = Database.at_url(database_url)
    database.open()
    yield database
    database.close()


def _programs() -> Path:
    """Where initdb and pg_ctl are: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path(_DEBIAN).glob("*/bin"))
    if not folders or not (folders[-1] / "initdb").exists():
        pytest.skip("No PostgreSQL: install Debian's postgresql to test with it.")
    return folders[-1]


def _give_to_ordinary_user(folder: str) -> list[str]:
    """What makes a command run as the folder's owner: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups"]

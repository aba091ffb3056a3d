"""Databases to test with: SQLite in a file, and a PostgreSQL cluster of our own that lives as long as the run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, make_url

from pyg_ui.library.store.database import Database
from pyg_ui.library.store.rows import new_id
from pyg_ui.library.store.schema import metadata

_DEBIAN = "/usr/lib/postgresql"


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL."""

    url: str
    restart: Callable[[], None]
    """Ends it as a crash does, and starts it again."""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Cluster]:
    """A fresh cluster. It listens on a socket in its own folder only, and runs as nobody special."""
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
            url = f"postgresql://tester@/postgres?host={folder}"
            yield Cluster(url, lambda: run("pg_ctl", "-w", "-l", log, "-o", options, "-m", "immediate", "restart"))
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: Cluster) -> Iterator[Callable[[], str]]:
    """Makes an empty database and returns its URL."""
    server = make_url(postgresql_server.url).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"test_{new_id()}"
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    yield make
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_database(postgresql_databases: Callable[[], str]) -> Iterator[Database]:
    """One open database for the run: making them takes long."""
    database = Database.at_url(postgresql_databases())
    database.open()
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chats.sqlite3'}"
    return str(request.getfixturevalue("postgresql_databases")())


@pytest.fixture
def new_database(database_url: str) -> Iterator[Database]:
    """A new open database to do anything with, once for each kind."""
    database = Database.at_url(database_url)
    database.open()
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database without rows, once for each kind."""
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("postgresql_database")
        with database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        yield database
    else:
        database = Database.in_directory(tmp_path)
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

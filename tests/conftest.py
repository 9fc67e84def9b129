"""What more than one kind of test needs: a real PostgreSQL server, and a fresh centre for each test.

Its folder and those of the tests are kept in memory where there is room, because a busy disk takes ten times
as long; ``--basetemp`` puts them elsewhere.
"""

import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from fakes.hidden_address import HiddenAddress
from fakes.plain_address import plain
from hypothesis import settings
from psycopg2 import sql

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade

TEMPLATE = "migrated"
MEMORY = Path("/dev/shm")
ROOM_BYTES = 3 * 1024**3
OURS = "traitortrack-tests-"

# How long an example takes says nothing beside another process that tests.
settings.register_profile("beside others", parent=settings(), deadline=None)
settings.load_profile("beside others")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let ``tmp_path`` be in memory; all of it goes when the tests end."""
    memory = _folder_in_memory()
    if memory is not None and config.option.basetemp is None:
        _clear_away_what_killed_runs_left(memory)
        folder = tempfile.mkdtemp(prefix=f"{OURS}{os.getpid()}-", dir=memory)
        config.option.basetemp = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Iterator[Any]:
    """Let a report reach the process that collects them also when a test printed what is no Unicode."""
    return _in_unicode((yield))


def _in_unicode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_in_unicode(key): _in_unicode(each) for key, each in value.items()}
    return type(value)(map(_in_unicode, value)) if isinstance(value, list | tuple) else value


def _clear_away_what_killed_runs_left(memory: Path) -> None:
    for folder in memory.glob(f"{OURS}*-*"):
        process = folder.name.removeprefix(OURS).partition("-")[0]
        if not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _folder_in_memory() -> Path | None:
    """Return a folder that is kept in memory, where there is one with room."""
    usable = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return MEMORY if usable else None


class FreshDatabases:
    """Makes and drops databases by one connection that stays open, because every test wants one."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._connection = psycopg2.connect(plain(server.url("postgres")))
        self._connection.autocommit = True

    def fresh(self, template: str) -> Iterator[str]:
        """Yield the owner's address of a copy of *template*, and drop it afterwards."""
        name = f"test_{next(self._numbers)}"
        # Copied as files it takes half the time of a copy that is logged.
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        yield HiddenAddress(self._server.url(name))
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def close(self) -> None:
        self._connection.close()

    def _run(self, statement: str, *names: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the whole run, with a migrated database ready to be copied."""
    folder = tmp_path_factory.mktemp("one server for all ")
    try:
        with EmbeddedPostgres.start(folder / "server", fast=True) as server:
            _make_signing_in_cheap(server.url("postgres"))
            server.create_database(TEMPLATE)
            upgrade(server.url(TEMPLATE))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_signing_in_cheap(url: str) -> None:
    """Let a password be hashed once instead of 4,096 times: tests connect thousands of times."""
    address = plain(url)
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("ALTER SYSTEM SET scram_iterations = 1")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SET scram_iterations = 1")
        user, password = connection.info.user, connection.info.password
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(user)), [password])


@pytest.fixture(scope="session")
def fresh_databases(postgres_server: EmbeddedPostgres) -> Iterator[FreshDatabases]:
    databases = FreshDatabases(postgres_server)
    yield databases
    databases.close()


@pytest.fixture
def empty_database_url(fresh_databases: FreshDatabases) -> Iterator[str]:
    """The owner's address of a database with nothing in it."""
    yield from fresh_databases.fresh("template1")


@pytest.fixture
def central_url(fresh_databases: FreshDatabases) -> Iterator[str]:
    """The owner's address of a centre that ``db upgrade`` made, without users and bags."""
    yield from fresh_databases.fresh(TEMPLATE)


@pytest.fixture
def station_url(central_url: str) -> str:
    """The address of the same centre for a station's account, which may do very little."""
    password = secrets.token_urlsafe(12)
    create_station_login(central_url, "test_station", password)
    server = central_url[central_url.rindex("@") :]
    return HiddenAddress(f"postgresql+psycopg2://test_station:{password}{server}")

"""What more than one kind of test needs: a real PostgreSQL server, and a fresh centre for each test."""

import itertools
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.hidden_address import HiddenAddress

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade

TEMPLATE = "migrated"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One server for the whole run, with a migrated database ready to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="traitortrack tests "))
    try:
        with EmbeddedPostgres.start(folder / "server", fast=True) as server:
            server.create_database(TEMPLATE)
            upgrade(server.url(TEMPLATE))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_database_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The owner's address of a database with nothing in it."""
    yield from _fresh_database(postgres_server, template=None)


@pytest.fixture
def central_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The owner's address of a centre that ``db upgrade`` made, without users and bags."""
    yield from _fresh_database(postgres_server, template=TEMPLATE)


@pytest.fixture
def station_url(central_url: str) -> str:
    """The address of the same centre for a station's account, which may do very little."""
    password = secrets.token_urlsafe(12)
    create_station_login(central_url, "test_station", password)
    server = central_url[central_url.rindex("@") :]
    return HiddenAddress(f"postgresql+psycopg2://test_station:{password}{server}")


def _fresh_database(server: EmbeddedPostgres, template: str | None) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    server.create_database(name, template)
    yield HiddenAddress(server.url(name))
    server.drop_database(name)

"""A centre as the last release made it, built once for the whole run and copied for each test."""

from collections.abc import Iterator

import pytest
from fakes.released_centre import make_released_centre

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

RELEASED = "released_0004"


@pytest.fixture(scope="session")
def released(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database of the last release, to be copied."""
    postgres_server.create_database(RELEASED)
    make_released_centre(postgres_server.url(RELEASED))
    return RELEASED


@pytest.fixture
def released_url(released: str, fresh_databases) -> Iterator[str]:
    """The owner's address of a centre that the last release made."""
    yield from fresh_databases.fresh(released)

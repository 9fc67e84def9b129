"""A centre as the last release made it, built once for the whole run and copied for each test.

And a centre of today for tests that are about people alone, which is emptied instead of copied.
"""

from collections.abc import Iterator

import pytest
from fakes.central_owner import query
from fakes.hidden_address import HiddenAddress
from fakes.released_centre import make_released_centre

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.station_login import create_station_login

RELEASED = "released_0004"
PEOPLE = "people"
PEOPLES_STATION = "people_station"
NOBODY = "; ".join(
    f"DELETE FROM {table}"
    for table in (
        "audit_log", "station.totp_used", "station.pin", "station.badge", "station.session",
        "station.sign_in_failure", "station.device", '"user"',
    )
)  # fmt: skip


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


@pytest.fixture(scope="session")
def _people(postgres_server: EmbeddedPostgres) -> str:
    postgres_server.create_database(PEOPLE, "migrated")
    url = HiddenAddress(postgres_server.url(PEOPLE))
    create_station_login(url, PEOPLES_STATION, "pw")
    query(url, f"ALTER ROLE {PEOPLES_STATION} CONNECTION LIMIT -1")
    return url


@pytest.fixture
def people_url(_people: str) -> str:
    """The owner's address of a centre without accounts, sessions and stations, in no time."""
    query(_people, NOBODY)
    return _people


@pytest.fixture
def people_station_url(people_url: str) -> str:
    """The address of the same centre for the stations' account ``people_station``."""
    return HiddenAddress(f"postgresql://{PEOPLES_STATION}:pw{people_url[people_url.rindex('@') :]}")

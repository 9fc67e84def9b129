"""A centre as the last release made it, built once for the whole run and copied for each test.

And a centre of today for tests that are about people alone, which is emptied instead of copied.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from uuid import UUID, uuid4

import pytest
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled
from fakes.hidden_address import HiddenAddress
from fakes.kept_accounts import EMPTY, KeptAccounts, kept_accounts
from fakes.released_centre import make_released_centre
from fakes.signing_in import CHEAP, accounts_at
from werkzeug.security import generate_password_hash

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services import account_secrets
from traitortrack_desktop.storage.central.accounts import CentralAccounts
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


@pytest.fixture
def device(people_url: str, people_station_url: str) -> UUID:
    """A station enrolled there."""
    return enrolled(people_url, uuid4(), account=PEOPLES_STATION)


@pytest.fixture
def accounts(people_station_url: str, device: UUID) -> Iterator[CentralAccounts]:
    """The accounts as that station asks for them."""
    with closing(accounts_at(people_station_url, device)) as accounts:
        yield accounts


@pytest.fixture
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords and PINs are hashed in no time, by a method that the centre takes too."""
    monkeypatch.setattr(
        account_secrets, "generate_password_hash", partial(generate_password_hash, method=CHEAP)
    )


@pytest.fixture(scope="session")
def kept_centre(postgres_server: EmbeddedPostgres) -> Iterator[KeptAccounts]:
    """A centre for tests about keeping accounts; whoever takes it empties it first."""
    with kept_accounts(postgres_server, "kept") as accounts:
        yield accounts


@pytest.fixture
def kept(kept_centre: KeptAccounts) -> KeptAccounts:
    """Only the administrator boss."""
    kept_centre.query(EMPTY)
    kept_centre.add("boss", "admin")
    return kept_centre

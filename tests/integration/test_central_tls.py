"""Encrypted connections: what the address says about TLS reaches the driver, and what fails is told.

A station whose certificate is refused is set up wrongly: it goes on storing scans, and IT reads that the
certificate is the trouble.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.decisions import opened
from fakes.enrolled_stations import one_time_code
from fakes.entry_chain import EntryChain
from fakes.tls_server import Address, address, encrypting_server, server_that_encrypts

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.services.set_up import SetUpProblem
from traitortrack_desktop.storage.central.engine import CentralDatabase
from traitortrack_desktop.storage.central.first_contact import CentralDoor
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade

certificates = pytest.importorskip(
    "fakes.certificates", reason="needs the Python package cryptography", exc_type=ImportError
)

NAME = "centre.test"


@dataclass
class Secured:
    """A centre behind TLS. *station* and *certified* are addresses without a word about TLS."""

    station: Address
    certified: Address
    owner: Address
    authority: certificates.CertificateAuthority
    other_authority: certificates.CertificateAuthority
    folder: Path

    def at(self, account: Address, *, name: str = NAME, **parameters: object) -> Address:
        return address(account, name=name, **parameters)

    def own_certificate(self, issuer: certificates.CertificateAuthority, **of: object) -> dict[str, object]:
        certificate, key = issuer.issue(**of)
        return {"sslcert": certificate, "sslkey": key}


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    programs = server_that_encrypts()
    if programs is None:
        pytest.skip("needs a PostgreSQL server of this system (Debian: postgresql); the wheel's has no TLS")
    folder = tmp_path_factory.mktemp("tls")
    authority = certificates.CertificateAuthority(folder, "authority")
    certificate, key = authority.issue(NAME)
    with encrypting_server(
        folder / "server", programs, authority=authority.file, certificate=certificate, key=key
    ) as server:
        owner = server.url("postgres")
        upgrade(owner)
        place = owner[owner.rindex("@") :]
        accounts = []
        for name in ("plain", "certified"):
            password = secrets.token_urlsafe(12)
            create_station_login(owner, name, password)
            accounts.append(Address(f"postgresql+psycopg2://{name}:{password}{place}"))
        other = certificates.CertificateAuthority(folder, "other_authority")
        yield Secured(*accounts, Address(owner), authority, other, folder)


def post_one(secured: Secured, url: str) -> None:
    chain, code = EntryChain(), one_time_code(secured.owner)
    office = CentralPostingOffice(
        url, device=chain.device, station_name="s", version="1", enrolment_code=code
    )
    with closing(office):
        (receipt,) = office.post([chain.entry(opened("SB00001"))]).receipts
    assert receipt.outcome is Outcome.POSTED


def refused(url: str) -> str:
    """Return what IT reads, without any secret or file name."""
    chain = EntryChain()
    office = CentralPostingOffice(url, device=chain.device, station_name="s", version="1")
    with closing(office), pytest.raises(CentreMismatchError) as refusal:
        office.post([chain.entry(opened("SB00001"))])
    told = str(refusal.value)
    assert "/" not in told
    assert NAME not in told
    return told


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_station_posts_over_an_encrypted_connection(secured: Secured, mode: str):
    post_one(secured, secured.at(secured.station, sslmode=mode, sslrootcert=secured.authority.file))


def test_it_is_encrypted_also_when_the_address_says_nothing(secured: Secured):
    with closing(CentralDatabase(secured.station)) as database, database.delivery() as cursor:
        cursor.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchone() == (True, "TLSv1.3")


def test_a_connection_in_the_clear_is_refused_and_that_is_told(secured: Secured):
    assert "encrypted connections only" in refused(secured.at(secured.station, sslmode="disable"))


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_certificate_of_another_authority_is_not_trusted(secured: Secured, mode: str):
    url = secured.at(secured.station, sslmode=mode, sslrootcert=secured.other_authority.file)

    assert "does not trust the centre's certificate" in refused(url)


def test_a_server_of_another_name_is_not_believed(secured: Secured):
    trusted = {"sslrootcert": secured.authority.file}
    post_one(secured, secured.at(secured.station, name="other.test", sslmode="verify-ca", **trusted))

    told = refused(secured.at(secured.station, name="other.test", sslmode="verify-full", **trusted))

    assert "another host name" in told


def test_an_authority_that_cannot_be_read_is_told(secured: Secured):
    url = secured.at(secured.station, sslmode="verify-full", sslrootcert=secured.folder / "nothing.crt")

    assert "check sslrootcert" in refused(url)


def test_a_station_with_its_own_certificate_posts(secured: Secured):
    own = secured.own_certificate(secured.authority, name="certified")

    post_one(
        secured,
        secured.at(secured.certified, sslmode="verify-full", sslrootcert=secured.authority.file, **own),
    )


@pytest.mark.parametrize(
    ("by_other", "of"),
    [(True, {"name": "certified"}), (False, {"name": "certified", "ago": 9})],
    ids=["of another authority", "expired"],
)
def test_a_station_with_a_certificate_that_does_not_count_is_told(
    secured: Secured, by_other: bool, of: dict[str, object]
):
    issuer = secured.other_authority if by_other else secured.authority
    own = secured.own_certificate(issuer, **of)

    assert "station's certificate" in refused(secured.at(secured.certified, sslmode="require", **own))


def test_a_certificate_for_another_account_is_as_a_wrong_password(secured: Secured):
    """The server's answer does not tell the two apart; only its log does."""
    own = secured.own_certificate(secured.authority, name="plain")

    told = refused(secured.at(secured.certified, sslmode="require", **own))

    assert "refuses the station's account" in told
    assert "or its certificate" in told


def test_a_station_without_the_certificate_that_its_account_needs_is_told(secured: Secured):
    told = refused(secured.at(secured.certified, sslmode="require", sslcert="", sslkey=""))

    assert "station's certificate" in told


def test_a_key_that_others_may_read_is_told(secured: Secured):
    own = secured.own_certificate(secured.authority, name="certified", ago=1)
    Path(str(own["sslkey"])).chmod(0o644)

    assert "only the station's user may read the key" in refused(
        secured.at(secured.certified, sslmode="require", **own)
    )


def test_a_server_without_tls_is_told_when_the_address_asks_for_it(central_url: str):
    assert "does not encrypt" in refused(f"{central_url}?sslmode=require")


def test_the_set_up_calls_a_centre_that_it_cannot_trust_unreachable(secured: Secured):
    url = secured.at(secured.station, sslmode="verify-full", sslrootcert=secured.other_authority.file)

    assert CentralDoor(EntryChain().device).attempt(url) is SetUpProblem.UNREACHABLE


def test_the_servers_other_addresses_are_refused_too_when_they_are_in_the_clear(secured: Secured):
    with pytest.raises(psycopg2.OperationalError, match="no encryption"):
        query(f"{secured.owner}?sslmode=disable", "SELECT 1")

import pytest

from traitortrack_desktop.storage.central.addresses import (
    UnusableAddressError,
    address_of,
    central_address,
    shown,
    with_password,
)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "POSTGRESQL"])
def test_every_spelling_becomes_the_same_address(scheme: str):
    address = central_address(f"{scheme}://ravi:s%40cret@db.example:5433/depot?sslmode=require")

    assert address.drivername == "postgresql+psycopg2"
    assert (address.username, address.password, address.host, address.port) == (
        "ravi", "s@cret", "db.example", 5433,
    )  # fmt: skip
    assert (address.database, dict(address.query)) == ("depot", {"sslmode": "require"})


def test_of_several_servers_the_one_that_takes_writes_is_asked_for():
    address = central_address("postgresql://ravi@first:5432,second:5433/depot")

    assert address.host is None
    assert dict(address.query) == {
        "host": ("first:5432", "second:5433"),
        "target_session_attrs": "read-write",
    }


def test_a_server_of_internet_protocol_six_keeps_its_colons():
    assert central_address("postgresql://[::1]:5433/depot").host == "::1"


@pytest.mark.parametrize(
    "text",
    ["", "depot", "mysql://db/depot", "postgresql://", "postgresql://db", "postgresql://db:port/depot"],
)
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(UnusableAddressError):
        central_address(text)


def test_the_password_is_never_shown():
    text = "postgresql://ravi:geheim@db:5432/depot"

    assert "geheim" not in shown(central_address(text))
    with pytest.raises(UnusableAddressError) as refused:
        central_address("mysql://ravi:geheim@db/depot")
    assert "geheim" not in str(refused.value)


def test_an_address_made_of_its_parts_means_those_parts():
    address = central_address(address_of(servers="db:5433", database="dépôt/1", account="a:b@c"))

    assert (address.host, address.port, address.database) == ("db", 5433, "dépôt/1")
    assert (address.username, address.password) == ("a:b@c", None)


def test_a_password_put_into_an_address_of_several_servers_stays_what_it_is():
    text = address_of(servers="first:5432,second", database="depot", account="ravi")

    address = central_address(with_password(text, "p@ss:w/ö?rd%"))

    assert address.password == "p@ss:w/ö?rd%"
    assert address.query["host"] == ("first:5432", "second")

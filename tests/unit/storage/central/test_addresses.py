import pytest

from traitortrack_desktop.storage.central.addresses import UnusableAddressError, central_address, shown


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

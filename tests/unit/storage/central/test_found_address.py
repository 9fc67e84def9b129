import pytest

from traitortrack_desktop.environment.database_password import DatabasePasswordPlaces
from traitortrack_desktop.environment.secrets import DatabasePasswords
from traitortrack_desktop.environment.secrets_file import SecretsFile
from traitortrack_desktop.storage.central.found_address import found_address

PASSWORD = "pw:4/7@11"
GIVEN = {"TRAITORTRACK_DATABASE_PASSWORD": PASSWORD}
BARE = "postgresql://station_7@db:5433/depot?sslmode=verify-full"


@pytest.fixture
def places(tmp_path):
    def places(environ=GIVEN, *, file=False, find=lambda: None):
        secrets_file = SecretsFile(tmp_path) if file else None
        return DatabasePasswordPlaces(
            key_ring=DatabasePasswords(find=find), secrets_file=secrets_file, environ=environ
        )

    return places


def test_a_password_that_was_found_goes_into_the_address_and_the_rest_stays(places):
    address = found_address(BARE, places())
    assert address.url == "postgresql+psycopg2://station_7:pw%3A4%2F7%4011@db:5433/depot?sslmode=verify-full"
    assert not address.lacks_password
    assert "pw" not in repr(address).replace("station_7", "")


@pytest.mark.parametrize("url", ["postgresql://station_7:own@db/depot", "postgresql://db/depot"])
def test_an_address_with_a_password_of_its_own_or_without_account_stays_and_nobody_is_asked(places, url):
    def asked():
        raise AssertionError("the key ring was asked")

    address = found_address(url, places(find=asked))
    assert (address.url, address.looks, address.lacks_password) == (url, (), False)


def test_without_a_password_the_address_stays_as_it_stands(places):
    address = found_address(BARE, places({}))
    assert (address.url, address.lacks_password, address.account) == (BARE, True, "station_7")


def test_the_log_tells_why_there_is_none_and_never_what_there_is(places, caplog):
    found_address(BARE, places({**GIVEN, "TRAITORTRACK_DATABASE_PASSWORD_FILE": "/nowhere"})).log()
    assert "No database password from the key ring: this computer has no key ring" in caplog.text
    assert "No database password is kept for the account station_7" in caplog.text
    assert PASSWORD not in caplog.text


def test_a_password_in_a_file_is_a_warning_at_each_start(places, caplog, tmp_path):
    SecretsFile(tmp_path).store("station_7", PASSWORD)
    found_address(BARE, places(file=True)).log()
    assert "The database password is kept in a file" in caplog.text
    assert PASSWORD not in caplog.text

"""What a station hears from a centre it has never spoken to."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled, one_time_code

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.set_up import CentreAccess, SetUpProblem
from traitortrack_desktop.storage.central.addresses import central_address
from traitortrack_desktop.storage.central.enrolment import enrolment_code_hash as hashed
from traitortrack_desktop.storage.central.first_contact import CentralDoor
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

DEVICE = DeviceId(uuid4())


@pytest.fixture
def door() -> CentralDoor:
    return CentralDoor(DEVICE)


@pytest.fixture
def plain_account(central_url: str) -> Iterator[str]:
    """The address for an account that may connect and nothing else."""
    query(central_url, "CREATE ROLE plain_account LOGIN PASSWORD 'pw'")
    yield changed(central_url, username="plain_account", password="pw")
    query(central_url, "DROP ROLE plain_account")


def changed(url: str, **parts: object) -> str:
    return central_address(url).set(**parts).render_as_string(hide_password=False)


def test_a_station_can_work_there_and_nothing_was_changed(door, station_url: str, central_url: str):
    assert door.attempt(station_url) is None
    assert query(central_url, "SELECT id FROM station.device") == []


def test_a_station_that_is_enrolled_already_can_work_there(door, station_url: str, central_url: str):
    enrolled(central_url, DEVICE)

    assert door.attempt(station_url) is None


def test_a_station_enrolled_for_another_account_is_told(door, station_url: str, central_url: str):
    office = CentralPostingOffice(central_url, device=DEVICE, station_name="7", version="1")
    office.probe()
    office.close()

    assert door.attempt(station_url) is SetUpProblem.OTHER_ACCOUNT


def test_a_station_that_was_revoked_is_told(door, station_url: str, central_url: str):
    enrolled(central_url, DEVICE)
    query(central_url, "UPDATE station.device SET revoked_at = now()")

    assert door.attempt(station_url) is SetUpProblem.REVOKED


def test_a_new_station_comes_in_by_its_code_alone(door, station_url: str, central_url: str):
    code = one_time_code(central_url)

    answers = [door.enrol(station_url, station="7", code=typed) for typed in ("", "0000-0000-0000", code, "")]

    assert answers == [SetUpProblem.CODE_NEEDED, SetUpProblem.CODE_WRONG, None, None]
    assert query(central_url, "SELECT name FROM station.device") == [{"name": "7"}]


def test_a_code_that_was_used_or_is_too_old_is_told(door, station_url: str, central_url: str):
    used, old = one_time_code(central_url), one_time_code(central_url)
    query(central_url, "UPDATE station.enrolment_code SET expires_at = now()")
    query(central_url, "UPDATE station.enrolment_code SET used_at = now() WHERE code_hash = %s", hashed(used))

    answers = [door.enrol(station_url, station="7", code=code) for code in (used, old)]

    assert answers == [SetUpProblem.CODE_USED, SetUpProblem.CODE_EXPIRED]


def test_the_owner_comes_in_without_a_code(door, central_url: str):
    assert door.enrol(central_url, station="7", code="") is None


def test_a_centre_without_codes_lets_everybody_in(door, released_url: str):
    assert door.enrol(released_url, station="7", code="") is None


def test_a_wrong_password_is_told(door, station_url: str):
    assert door.attempt(changed(station_url, password="wrong")) is SetUpProblem.ACCOUNT_REFUSED


def test_an_unknown_account_is_told(door, station_url: str):
    assert door.attempt(changed(station_url, username="nobody")) is SetUpProblem.ACCOUNT_REFUSED


def test_an_unknown_database_is_told(door, station_url: str):
    assert door.attempt(changed(station_url, database="elsewhere")) is SetUpProblem.NO_DATABASE


def test_a_database_without_the_stations_schema_is_told(door, empty_database_url: str):
    assert door.attempt(empty_database_url) is SetUpProblem.NOT_PREPARED


def test_a_centre_that_lacks_a_newer_function_is_told(door, station_url: str, central_url: str):
    query(central_url, "DROP FUNCTION station.sign_in_challenge, station.account_for_sign_in")

    assert door.attempt(station_url) is SetUpProblem.NOT_PREPARED


def test_what_only_the_last_release_calls_is_not_asked_for(door, station_url: str, central_url: str):
    query(
        central_url, "DROP FUNCTION station.account_for_sign_in, station.record_sign_in, station.enrol_device"
    )

    assert door.attempt(station_url) is None


def test_a_centre_of_the_last_release_will_do(door, released_url: str):
    assert door.attempt(released_url) is None


def test_an_account_without_the_stations_rights_is_told(door, plain_account: str):
    assert door.attempt(plain_account) is SetUpProblem.NOT_ALLOWED


def test_nobody_listening_is_told(door, station_url: str):
    assert door.attempt(changed(station_url, port=1)) is SetUpProblem.UNREACHABLE


def test_an_address_made_from_the_fields_leads_to_the_centre(door, station_url: str):
    centre = central_address(station_url)
    access = CentreAccess(
        servers=f"{centre.host}:1,{centre.host}:{centre.port}",
        database=str(centre.database),
        account=str(centre.username),
        station="7",
    )

    url = door.with_password(door.address(access), str(centre.password))

    assert door.attempt(url) is None

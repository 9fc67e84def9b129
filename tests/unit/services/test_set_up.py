from dataclasses import replace
from pathlib import Path

import pytest
from fakes.memory_key_ring import MemoryKeyRing

from traitortrack_desktop.domain.enrolment_codes import EnrolmentRefusal
from traitortrack_desktop.environment.secrets import BackEnd, DatabasePasswords
from traitortrack_desktop.services.set_up import (
    CentreAccess,
    FirstSetUp,
    SetUpDone,
    SetUpField,
    SetUpProblem,
    first_wrong_field,
)

ACCESS = CentreAccess(
    servers="db.example:5433", database="depot", account="station_7", password="pw-4711", station="Station 7"
)


class FakeDoor:
    """A centre that lets in whoever brings *password*, without one anybody; a new station needs *code*."""

    def __init__(self, password: str | None = "pw-4711", *, code: str = "") -> None:
        self.password = password
        self.code = code
        self.enrolled: list[str] = []

    def address(self, access: CentreAccess) -> str:
        return f"postgresql://{access.account}@{access.servers}/{access.database}"

    def with_password(self, address: str, password: str) -> str:
        return address.replace("@", f":{password}@")

    def attempt(self, url: str) -> SetUpProblem | None:
        right = self.password is None or f":{self.password}@" in url
        return None if right else SetUpProblem.ACCOUNT_REFUSED

    def enrol(self, url: str, *, station: str, code: str) -> SetUpProblem | None:
        if code != self.code:
            return SetUpProblem.CODE_WRONG if code else SetUpProblem.CODE_NEEDED
        self.enrolled.append(station)
        return None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "station.toml"


def set_up(
    file: Path, ring: BackEnd | None, *, password: str | None = "pw-4711", door: FakeDoor | None = None
) -> FirstSetUp:
    passwords = DatabasePasswords(find=lambda: ring)
    return FirstSetUp(door=door or FakeDoor(password), passwords=passwords, settings_file=file)


def test_what_works_is_kept_the_password_in_the_key_ring_only(file: Path) -> None:
    ring = MemoryKeyRing()

    answer = set_up(file, ring).connect(ACCESS)

    assert answer == SetUpDone(
        database_url="postgresql://station_7:pw-4711@db.example:5433/depot",
        station="Station 7",
        password_kept=True,
    )
    assert ring.kept == {"station_7": "pw-4711"}
    assert "postgresql://station_7@db.example:5433/depot" in file.read_text()
    assert "pw-4711" not in file.read_text()


def test_what_does_not_work_is_not_kept(file: Path) -> None:
    ring = MemoryKeyRing()

    answer = set_up(file, ring).connect(replace(ACCESS, password="wrong"))

    assert answer is SetUpProblem.ACCOUNT_REFUSED
    assert (ring.kept, file.exists()) == ({}, False)


def test_a_station_that_is_let_in_is_known_by_its_name(file: Path) -> None:
    door = FakeDoor(code="3NYG-K3QQ-HPNQ")

    answer = set_up(file, MemoryKeyRing(), door=door).connect(replace(ACCESS, code="3NYG-K3QQ-HPNQ"))

    assert isinstance(answer, SetUpDone)
    assert door.enrolled == ["Station 7"]


def test_a_station_that_is_not_let_in_keeps_nothing(file: Path) -> None:
    ring = MemoryKeyRing()

    answer = set_up(file, ring, door=FakeDoor(code="3NYG-K3QQ-HPNQ")).connect(ACCESS)

    assert answer is SetUpProblem.CODE_NEEDED
    assert (ring.kept, file.exists()) == ({}, False)


def test_a_code_is_not_used_up_where_something_else_is_wrong(file: Path) -> None:
    door = FakeDoor(code="3NYG-K3QQ-HPNQ")
    access = replace(ACCESS, password="wrong", code="3NYG-K3QQ-HPNQ")

    assert set_up(file, None, door=door).connect(access) is SetUpProblem.ACCOUNT_REFUSED
    assert door.enrolled == []


def test_without_a_key_ring_it_works_for_this_run_and_says_so(file: Path) -> None:
    answer = set_up(file, None).connect(ACCESS)

    assert isinstance(answer, SetUpDone)
    assert ":pw-4711@" in answer.database_url
    assert not answer.password_kept
    assert "pw-4711" not in file.read_text()


def test_where_no_password_is_needed_no_key_ring_is_missed(file: Path) -> None:
    answer = set_up(file, None, password=None).connect(replace(ACCESS, password=""))

    assert isinstance(answer, SetUpDone)
    assert answer.password_kept


def test_a_password_left_empty_is_the_one_in_the_key_ring_as_at_the_next_start(file: Path) -> None:
    answer = set_up(file, MemoryKeyRing(station_7="pw-4711")).connect(replace(ACCESS, password=""))

    assert isinstance(answer, SetUpDone)
    assert ":pw-4711@" in answer.database_url


def test_a_settings_file_that_cannot_be_written_is_told(file: Path) -> None:
    ring = MemoryKeyRing()
    file.mkdir()

    answer = set_up(file, ring).connect(ACCESS)

    assert answer is SetUpProblem.NOT_WRITTEN
    assert ring.kept == {}


def test_no_value_shows_the_password(file: Path) -> None:
    answer = set_up(file, MemoryKeyRing()).connect(ACCESS)

    assert "pw-4711" not in repr(ACCESS) + repr(answer)


@pytest.mark.parametrize(
    "servers",
    [
        "db",
        "db.example:5433",
        "10.0.0.7",
        "[::1]",
        "[fe80::1]:5433",
        "db1:5432,db2:5433",
        "d\u00e9pot.example",
    ],
)
def test_an_address_of_servers_is_taken(servers: str) -> None:
    assert first_wrong_field(replace(ACCESS, servers=servers)) is None


@pytest.mark.parametrize(
    "servers",
    [
        "",
        "postgresql://db/depot",
        "db/depot",
        "me@db",
        "db:port",
        "db:0",
        "db1:5432,db2:70000",
        "db1,,db2",
        "::1",
    ],
)
def test_what_is_no_address_of_servers_is_pointed_at(servers: str) -> None:
    assert first_wrong_field(replace(ACCESS, servers=servers)) is SetUpField.SERVERS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("database", ""),
        ("database", "x" * 64),
        ("account", ""),
        ("password", "x" * 1201),
        ("station", ""),
        ("station", "x" * 65),
        ("code", "3NYG-K3QQ"),
        ("code", "3NYG-K3QQ-HPNU"),
    ],
)
def test_a_field_that_cannot_be_meant_is_pointed_at(name: str, text: str) -> None:
    assert first_wrong_field(replace(ACCESS, **{name: text})) == name


@pytest.mark.parametrize("refusal", EnrolmentRefusal)
def test_whatever_the_centre_refuses_a_station_for_can_be_told_at_the_set_up(refusal: EnrolmentRefusal):
    assert SetUpProblem(refusal).value == refusal

"""Badges and PINs beside the passwords: found in memory, under the station's key, forgotten when refused."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from traitortrack_desktop.domain.operators import Badge
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.secrets import SignInKeys
from traitortrack_desktop.environment.sign_in_key import SignInKey
from traitortrack_desktop.storage.local import remembered_sign_ins
from traitortrack_desktop.storage.local.remembered_person import RememberedPerson, to_json
from traitortrack_desktop.storage.local.remembered_sign_ins import RememberedInFile

MORNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ASHA = Person(username="asha", role="dispatcher", area="jaipur")
RAVI = Person(username="ravi", role="biller")
ASHAS, RAVIS = (f"TT-BADGE-{digit * 24}" for digit in "12")
PIN = "274951"


class Computer:
    """A station's data folder and clock; every :meth:`started` is a program of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.now = MORNING
        self.file = folder / remembered_sign_ins.FILE_NAME
        self.badges = {
            ASHAS: Badge(id=uuid4(), person=ASHA),
            RAVIS: Badge(id=uuid4(), person=RAVI, has_pin=True),
        }

    def started(self, days=7, *, loaded=True):
        key = SignInKey(self.folder, "this station", key_ring=SignInKeys(find=lambda: None))
        kept = RememberedInFile(self.folder, key=key, clock=lambda: self.now, days=days)
        if loaded:
            kept.load()
        return kept


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    def verifier(secret, salt, key, label):
        return hmac.digest(key, label + salt + secret.encode(), "sha256")

    monkeypatch.setattr(remembered_sign_ins, "_verifier", verifier)


@pytest.fixture
def computer(tmp_path):
    return Computer(tmp_path)


@pytest.fixture
def remembered(computer):
    """A station where both badges and Ravi's PIN were accepted."""
    kept = computer.started()
    for code, badge in computer.badges.items():
        kept.remember_badge(badge, code)
    kept.remember_pin(computer.badges[RAVIS], PIN)
    return kept


def test_a_badge_is_known_at_once_and_after_a_restart(remembered, computer):
    for kept in (remembered, computer.started()):
        assert kept.badge_with(ASHAS) == computer.badges[ASHAS]
        assert kept.badge_with(RAVIS) == computer.badges[RAVIS]
        assert kept.badge_with(ASHAS[:-1] + "9") is None


def test_before_it_was_loaded_no_badge_is_known_and_nothing_is_read(remembered, computer):
    assert computer.started(loaded=False).badge_with(ASHAS) is None


def test_looking_a_badge_up_touches_neither_disk_nor_key(remembered, computer, monkeypatch):
    computer.file.unlink()
    monkeypatch.setattr(remembered, "_key", None)
    monkeypatch.setattr(remembered, "_lock", None)
    assert remembered.badge_with(ASHAS) == computer.badges[ASHAS]


@pytest.mark.parametrize(
    "passed",
    [timedelta(days=7, seconds=1), timedelta(seconds=-1)],
    ids=["too old", "by a clock set back"],
)
def test_a_badge_ends_with_its_days(remembered, computer, passed):
    computer.now += passed
    assert remembered.badge_with(ASHAS) is None


def test_a_badge_that_the_centre_accepted_again_counts_from_then(remembered, computer):
    computer.now += timedelta(days=6)
    remembered.confirm_badge(computer.badges[ASHAS].id)
    computer.now += timedelta(days=6)
    assert computer.started().badge_with(ASHAS) == computer.badges[ASHAS]
    assert computer.started().badge_with(RAVIS) is None


def test_a_badge_that_is_used_all_day_is_not_written_each_time(remembered, computer):
    before = computer.file.stat().st_mtime_ns
    computer.now += timedelta(minutes=5)
    remembered.confirm_badge(computer.badges[ASHAS].id)
    assert computer.file.stat().st_mtime_ns == before


def test_a_badge_that_has_run_out_is_not_known(computer):
    kept = computer.started()
    ends = MORNING + timedelta(hours=1)
    kept.remember_badge(Badge(id=uuid4(), person=ASHA, expires_at=ends), ASHAS)
    assert kept.badge_with(ASHAS) is not None
    computer.now = ends
    assert kept.badge_with(ASHAS) is None


def test_an_administrators_badge_is_never_remembered(computer):
    kept = computer.started()
    kept.remember_badge(Badge(id=uuid4(), person=Person(username="boss", role="admin")), ASHAS)
    assert kept.badge_with(ASHAS) is None
    assert not computer.file.exists()


def test_a_new_badge_of_the_same_person_ends_the_old_one(remembered, computer):
    remembered.remember_badge(Badge(id=uuid4(), person=ASHA), RAVIS[:-1] + "7")
    assert remembered.badge_with(ASHAS) is None


def test_a_badge_that_was_refused_is_forgotten_and_the_others_stay(remembered, computer):
    remembered.forget_badge(computer.badges[ASHAS].id)
    for kept in (remembered, computer.started()):
        assert kept.badge_with(ASHAS) is None
        assert kept.badge_with(RAVIS) is not None


def test_whoever_is_forgotten_is_so_in_every_way(remembered, computer):
    remembered.remember(RAVI, "password")
    remembered.forget("ravi")
    kept = computer.started()
    assert kept.person_with("ravi", "password") is None
    assert kept.badge_with(RAVIS) is None
    assert kept.holder_with_pin(computer.badges[RAVIS], PIN) is None
    assert kept.badge_with(ASHAS) is not None


def test_switched_off_no_badge_and_no_pin_is_remembered(remembered, computer):
    off = computer.started(days=0)
    assert off.badge_with(ASHAS) is None
    assert off.holder_with_pin(computer.badges[RAVIS], PIN) is None


def test_the_right_pin_gives_the_holder_of_the_badge(remembered, computer):
    assert remembered.holder_with_pin(computer.badges[RAVIS], PIN) == RAVI
    assert remembered.holder_with_pin(computer.badges[ASHAS], PIN) is None
    assert remembered.holder_with_pin(computer.badges[RAVIS], "274952") is None


def test_five_wrong_pins_bar_it_for_fifteen_minutes_also_after_a_restart(remembered, computer):
    for _ in range(5):
        remembered.holder_with_pin(computer.badges[RAVIS], "000001")
    assert computer.started().holder_with_pin(computer.badges[RAVIS], PIN) is None
    computer.now += timedelta(minutes=15)
    assert computer.started().holder_with_pin(computer.badges[RAVIS], PIN) == RAVI


def test_an_attempt_is_on_disk_before_a_pin_is_looked_at(remembered, computer, monkeypatch):
    monkeypatch.setattr(remembered_sign_ins, "_verifier", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remembered.holder_with_pin(computer.badges[RAVIS], PIN)
    said = json.loads(computer.file.read_bytes().split(b"\n", 1)[1])
    assert [pin["failures"] for pin in said["pins"]] == [1]


def test_a_pin_that_the_centre_refused_is_forgotten_and_the_badge_stays(remembered, computer):
    remembered.forget_pin(computer.badges[RAVIS])
    assert remembered.holder_with_pin(computer.badges[RAVIS], PIN) is None
    assert remembered.badge_with(RAVIS) is not None


def test_only_the_pin_is_forgotten_that_was_refused(remembered, computer):
    remembered.forget_pin(computer.badges[RAVIS], "274952")
    assert remembered.holder_with_pin(computer.badges[RAVIS], PIN) == RAVI
    remembered.forget_pin(computer.badges[RAVIS], PIN)
    assert remembered.holder_with_pin(computer.badges[RAVIS], PIN) is None


def test_with_a_password_neither_the_badge_nor_the_pin_is_forgotten(remembered, computer):
    remembered.remember(RAVI, "password")
    remembered.forget_password("ravi", "password")
    assert remembered.badge_with(RAVIS) is not None
    assert remembered.holder_with_pin(computer.badges[RAVIS], PIN) == RAVI


def test_a_pin_is_no_password_and_a_password_no_pin(remembered, computer):
    remembered.remember(RAVI, "password")
    assert remembered.person_with("ravi", PIN) is None
    assert remembered.holder_with_pin(computer.badges[RAVIS], "password") is None


def test_neither_a_badge_nor_a_pin_is_on_disk_or_in_what_is_said_of_it(remembered, computer):
    written = b"".join(path.read_bytes() for path in computer.folder.iterdir())
    for secret in ("1" * 24, "2" * 24, PIN):
        assert secret.encode() not in written
        assert secret not in repr(vars(remembered))


def test_without_its_key_the_file_knows_no_badge(remembered, computer):
    (computer.folder / "sign-in-key").unlink()
    assert computer.started().badge_with(ASHAS) is None


def test_a_file_of_the_first_release_is_read(computer):
    kept = computer.started()
    key = kept._key.read_or_make()
    verifier = remembered_sign_ins._verifier("password", b"salt", key, b"verifier")
    memory = RememberedPerson(person=ASHA, at=MORNING, salt=b"salt", verifier=verifier)
    body = json.dumps([to_json(memory)]).encode()
    seal = hmac.digest(key, b"file" + body, "sha256").hex().encode()
    computer.file.write_bytes(seal + b"\n" + body)
    kept.remember_badge(computer.badges[RAVIS], RAVIS)
    assert computer.started().person_with("asha", "password") == ASHA
    assert computer.started().badge_with(RAVIS) == computer.badges[RAVIS]

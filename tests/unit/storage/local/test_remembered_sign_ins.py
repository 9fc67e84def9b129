import base64
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.secrets import SignInKeys
from traitortrack_desktop.environment.sign_in_key import SignInKey
from traitortrack_desktop.storage.local import remembered_file, remembered_sign_ins
from traitortrack_desktop.storage.local.remembered_sign_ins import RememberedInFile

ASHA = Person(username="asha", role="dispatcher", area="jaipur")
RAVI = Person(username="ravi", role="biller")
PASSWORD = "Correct-horse-9"
MORNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Computer:
    """A station's data folder and clock; every :meth:`started` is a program of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.now = MORNING
        self.file = folder / remembered_sign_ins.FILE_NAME

    def started(self, days=7):
        key = SignInKey(self.folder, "this station", key_ring=SignInKeys(find=lambda: None))
        return RememberedInFile(self.folder, key=key, clock=lambda: self.now, days=days)

    def memories(self):
        return json.loads(self.file.read_bytes().split(b"\n", 1)[1])["people"]


@pytest.fixture
def computer(tmp_path):
    return Computer(tmp_path)


@pytest.fixture
def remembered(computer):
    """A station where Asha and Ravi have signed in."""
    computer.started().remember(ASHA, PASSWORD)
    computer.started().remember(RAVI, "other")
    return computer.started()


def test_the_right_password_gives_the_person_after_a_restart(remembered):
    assert remembered.person_with("asha", PASSWORD) == ASHA
    assert remembered.person_with("ravi", "other") == RAVI


@pytest.mark.parametrize(
    ("name", "password"), [("asha", "other"), ("ASHA", PASSWORD), ("nobody", PASSWORD), ("asha", "")]
)
def test_another_name_or_password_gives_nobody(remembered, name, password):
    assert remembered.person_with(name, password) is None


def test_a_name_that_nobody_has_costs_the_work_of_a_wrong_password(remembered, monkeypatch):
    work = []
    for name in ("_verifier", "write_durably"):
        real = getattr(remembered_sign_ins, name)
        monkeypatch.setattr(
            remembered_sign_ins, name, lambda *given, name=name, real=real: work.append(name) or real(*given)
        )
    remembered.person_with("asha", "wrong")
    wrong = work.copy()
    work.clear()
    remembered.person_with("nobody", "wrong")
    assert sorted(work) == sorted(wrong) == ["_verifier", "write_durably"]


def test_an_administrator_is_not_remembered_and_one_made_so_is_forgotten(remembered, computer):
    remembered.remember(Person(username="asha", role="admin"), PASSWORD)
    assert remembered.person_with("asha", PASSWORD) is None
    assert [said["username"] for said in computer.memories()] == ["ravi"]


def test_a_new_password_replaces_the_old_one(remembered):
    remembered.remember(ASHA, "new")
    assert remembered.person_with("asha", PASSWORD) is None
    assert remembered.person_with("asha", "new") == ASHA


def test_who_was_forgotten_is_nobody_and_the_others_stay(remembered, computer):
    remembered.forget("asha")
    assert computer.started().person_with("asha", PASSWORD) is None
    assert computer.started().person_with("ravi", "other") == RAVI


def test_only_the_password_is_forgotten_that_was_refused(remembered, computer):
    remembered.forget_password("asha", "other")
    assert computer.started().person_with("asha", PASSWORD) == ASHA
    remembered.forget_password("asha", PASSWORD)
    assert computer.started().person_with("asha", PASSWORD) is None
    assert computer.started().person_with("ravi", "other") == RAVI


def test_a_password_that_is_not_the_remembered_one_counts_as_no_attempt_without_the_centre(
    remembered, computer
):
    before = computer.file.read_bytes()
    for _ in range(6):
        remembered.forget_password("asha", "other")
        remembered.forget_password("nobody", "other")
    assert computer.file.read_bytes() == before


def test_a_password_is_forgotten_whichever_it_is(remembered, computer):
    remembered.forget_password("asha")
    assert computer.started().person_with("asha", PASSWORD) is None


def test_a_memory_ends_with_its_days_and_leaves_the_file_at_the_next_sign_in(remembered, computer):
    computer.now += timedelta(days=7, seconds=1)
    assert remembered.person_with("asha", PASSWORD) is None
    remembered.remember(RAVI, "other")
    assert [said["username"] for said in computer.memories()] == ["ravi"]


def test_a_clock_set_back_lets_nobody_in(remembered, computer):
    computer.now -= timedelta(seconds=1)
    assert remembered.person_with("asha", PASSWORD) is None


def test_five_wrong_passwords_bar_the_name_also_after_a_restart(remembered, computer):
    for _ in range(5):
        remembered.person_with("asha", "wrong")
    assert computer.started().person_with("asha", PASSWORD) is None
    assert computer.started().person_with("ravi", "other") == RAVI
    computer.now += timedelta(minutes=15)
    assert computer.started().person_with("asha", PASSWORD) == ASHA


def test_the_right_password_is_never_counted_as_a_wrong_one(remembered):
    assert [remembered.person_with("asha", PASSWORD) for _ in range(6)] == [ASHA] * 6


def test_a_program_that_is_killed_while_it_looks_at_a_password_has_counted_it(
    remembered, computer, monkeypatch
):
    monkeypatch.setattr(remembered_sign_ins, "_verifier", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remembered.person_with("asha", "wrong")
    assert [said["failures"] for said in computer.memories()] == [1, 0]


def test_switched_off_nobody_is_remembered_and_what_was_is_removed(remembered, computer):
    off = computer.started(days=0)
    assert off.person_with("asha", PASSWORD) is None
    off.remember(ASHA, PASSWORD)
    assert not computer.file.exists()


def test_a_later_day_that_somebody_has_written_into_the_file_counts_for_nothing(remembered, computer):
    computer.file.write_bytes(computer.file.read_bytes().replace(b"2026-01-05", b"2026-01-09"))
    computer.now += timedelta(days=8)
    assert remembered.person_with("asha", PASSWORD) is None


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\n\xfe", b"00\n[]", None], ids=str)
def test_a_file_that_cannot_be_understood_remembers_nobody_until_the_next_sign_in(
    remembered, computer, content
):
    if content is None:
        computer.file.unlink()
        computer.file.mkdir()
    else:
        computer.file.write_bytes(content)
    assert remembered.person_with("asha", PASSWORD) is None
    if content is not None:
        remembered.remember(ASHA, PASSWORD)
        assert computer.started().person_with("asha", PASSWORD) == ASHA


def test_a_sealed_list_of_another_shape_remembers_nobody(remembered, computer):
    body = b'[{"username": "asha"}]'
    seal = remembered_file._seal(body, remembered._key.read())
    computer.file.write_bytes(seal + b"\n" + body)
    assert remembered.person_with("asha", PASSWORD) is None


def test_without_its_key_the_file_remembers_nobody(remembered, computer, tmp_path_factory):
    elsewhere = Computer(tmp_path_factory.mktemp("elsewhere"))
    elsewhere.file.write_bytes(computer.file.read_bytes())
    assert elsewhere.started().person_with("asha", PASSWORD) is None
    elsewhere.started().remember(RAVI, "other")
    assert elsewhere.started().person_with("asha", PASSWORD) is None
    assert elsewhere.started().person_with("ravi", "other") == RAVI


def test_somebody_to_be_forgotten_while_the_key_is_away_does_not_come_back_with_it(remembered, computer):
    key = computer.folder / "sign-in-key"
    kept = key.read_bytes()
    key.unlink()
    computer.started().forget("asha")
    key.write_bytes(kept)
    assert computer.started().person_with("asha", PASSWORD) is None


def test_a_disk_that_stores_nothing_remembers_nobody_and_breaks_nothing(remembered, monkeypatch, caplog):
    def full(_path, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(remembered_sign_ins, "write_durably", full)
    assert remembered.person_with("asha", PASSWORD) is None
    remembered.remember(ASHA, PASSWORD)
    remembered.forget("asha")
    assert remembered.person_with("ravi", "other") is None
    assert {record.getMessage() for record in caplog.records} == {
        "Nobody can sign in without the centre: No space left on device",
        "A sign-in could not be remembered: No space left on device",
    }


def test_neither_the_password_nor_what_scrypt_makes_of_it_is_on_disk(remembered, computer):
    written = b"".join(path.read_bytes() for path in Path(computer.folder).iterdir())
    for said in computer.memories():
        password = {"asha": PASSWORD, "ravi": "other"}[said["username"]].encode()
        slow = hashlib.scrypt(password, salt=bytes.fromhex(said["salt"]), n=2**15, r=8, p=1, maxmem=2**26)
        assert said["verifier"].encode() in written
        for form in (password, slow, slow.hex().encode(), base64.b64encode(slow)):
            assert form not in written


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_only_the_owner_can_read_the_file_and_the_key(remembered, computer):
    assert {path.name: path.stat().st_mode & 0o777 for path in computer.folder.iterdir()} == {
        "remembered-sign-ins": 0o600,
        "sign-in-key": 0o600,
    }

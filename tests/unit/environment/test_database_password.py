import sys
from pathlib import Path

import keyring.errors
import pytest

from traitortrack_desktop.environment.database_password import (
    DatabasePasswordPlaces,
    PasswordPlace,
    given_password,
)
from traitortrack_desktop.environment.secrets import DatabasePasswords, NoKeyRing, Secret
from traitortrack_desktop.environment.secrets_file import SecretsFile

GIVEN = "TRAITORTRACK_DATABASE_PASSWORD"
GIVEN_FILE = "TRAITORTRACK_DATABASE_PASSWORD_FILE"


class KeyRing:
    """A key ring that can be locked."""

    def __init__(self, **kept):
        self.kept = kept
        self.locked = False

    def _look(self):
        if self.locked:
            raise keyring.errors.KeyringLocked

    def get_password(self, service, username):
        self._look()
        return self.kept.get(username)

    def set_password(self, service, username, password):
        self._look()
        self.kept[username] = password

    def delete_password(self, service, username):
        self._look()
        if username not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[username]


class Computer:
    def __init__(self, folder: Path) -> None:
        self.ring = KeyRing()
        self.has_ring = True
        self.file = SecretsFile(folder)
        self.allows_file = True
        self.environ: dict[str, str] = {}

    def places(self) -> DatabasePasswordPlaces:
        return DatabasePasswordPlaces(
            key_ring=DatabasePasswords(find=lambda: self.ring if self.has_ring else None),
            secrets_file=self.file if self.allows_file else None,
            environ=self.environ,
        )


@pytest.fixture
def computer(tmp_path):
    return Computer(tmp_path)


@pytest.fixture
def full(computer):
    """Every place has a password of its own."""
    computer.ring.kept["a"] = "from the ring"
    computer.file.store("a", "from the file")
    computer.environ[GIVEN] = "from the environment"
    return computer


def found(computer):
    look = computer.places().find("a")[-1]
    return look.place, look.password


def test_the_key_ring_comes_first_then_the_file_then_the_environment(full):
    assert found(full) == (PasswordPlace.KEY_RING, "from the ring")
    del full.ring.kept["a"]
    assert found(full) == (PasswordPlace.SECRETS_FILE, "from the file")
    full.file.forget("a")
    assert found(full) == (PasswordPlace.ENVIRONMENT, "from the environment")


def test_a_file_that_it_does_not_allow_is_not_looked_at(full):
    full.has_ring = full.allows_file = False
    assert found(full) == (PasswordPlace.ENVIRONMENT, "from the environment")


def test_a_place_after_the_one_that_has_it_is_not_asked(full):
    assert len(full.places().find("a")) == 1


def test_a_locked_key_ring_gives_way_and_is_told(full):
    full.ring.locked = True
    first, second = full.places().find("a")
    assert first.problem == "the key ring is locked"
    assert second.password == "from the file"


def test_a_password_nobody_has_is_none_and_what_kept_them_is_told(computer):
    assert computer.places().read("a") == Secret(value=None)
    computer.ring.locked = True
    computer.environ[GIVEN_FILE] = "/nowhere"
    problem = computer.places().read("a").problem
    assert "key ring: the key ring is locked" in problem
    assert "environment: TRAITORTRACK_DATABASE_PASSWORD_FILE: /nowhere is not there" in problem


def test_it_is_kept_in_the_key_ring_and_then_in_no_file(full):
    assert full.places().keep("a", "new").place is PasswordPlace.KEY_RING
    assert full.ring.kept["a"] == "new"
    assert not full.file.path.exists()


def test_without_key_ring_it_is_kept_in_the_file_where_it_allows_one(computer):
    computer.has_ring = False
    kept = computer.places().keep("a", "new")
    assert (kept.place, computer.file.read("a")) == (PasswordPlace.SECRETS_FILE, "new")
    assert "no key ring" in kept.problem


def test_without_key_ring_and_leave_it_is_kept_nowhere(computer):
    computer.has_ring = computer.allows_file = False
    assert computer.places().keep("a", "new").place is None
    assert isinstance(computer.places().store("a", "new"), NoKeyRing)
    assert not computer.file.path.exists()


def test_it_can_be_forgotten_everywhere(full):
    assert full.places().forget("a") == ()
    assert full.ring.kept == {}
    assert not full.file.path.exists()


def test_a_computer_without_key_ring_has_nothing_to_forget_there(full):
    full.has_ring = False
    assert full.places().forget("a") == ()


def test_a_locked_key_ring_cannot_forget(full):
    full.ring.locked = True
    assert full.places().forget("a") == ("the key ring is locked",)


def test_no_answer_shows_the_password(full):
    assert "from the" not in repr(list(full.places().looks("a")))


@pytest.mark.parametrize(
    ("content", "password"), [("pw\n", "pw"), ("pw\r\n", "pw"), ("pw", "pw"), (" p w \n\n", " p w \n")]
)
def test_a_file_holds_the_password_and_one_line_feed(tmp_path, content, password):
    path = tmp_path / "password"
    path.write_bytes(content.encode())
    path.chmod(0o600)
    assert given_password({GIVEN_FILE: str(path)}).password == password


@pytest.mark.parametrize(("content", "problem"), [(b"\n", "is empty"), (b"\xff", "is not a text in UTF-8")])
def test_a_file_that_holds_no_password_is_told(tmp_path, content, problem):
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    assert given_password({GIVEN_FILE: str(path)}).problem == f"{GIVEN_FILE}: {path} {problem}"


@pytest.mark.skipif(sys.platform == "win32", reason="the folder says who may read there")
def test_a_password_file_that_others_read_is_refused(tmp_path):
    path = tmp_path / "password"
    path.write_text("pw-4711\n")
    path.chmod(0o644)
    look = given_password({GIVEN_FILE: str(path)})
    assert look.password is None
    assert "may be read or changed by others" in look.problem
    assert "pw-4711" not in look.problem


def test_both_variables_at_once_are_told():
    assert "both set" in given_password({GIVEN: "pw", GIVEN_FILE: "/x"}).problem


def test_empty_variables_say_nothing():
    look = given_password({GIVEN: "", GIVEN_FILE: ""})
    assert (look.password, look.problem) == (None, None)

import keyring.errors
import pytest

from traitortrack_desktop.environment.secrets import SignInKeys
from traitortrack_desktop.environment.sign_in_key import SignInKey


class KeyRing:
    """A key ring that can be locked; ``asked`` counts the calls."""

    def __init__(self):
        self.kept = {}
        self.locked = False
        self.asked = 0

    def _ask(self):
        self.asked += 1
        if self.locked:
            raise keyring.errors.KeyringLocked

    def get_password(self, service, username):
        self._ask()
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self._ask()
        self.kept[service, username] = password


@pytest.fixture
def ring():
    return KeyRing()


@pytest.fixture
def started(tmp_path, ring):
    """A new program on the same computer; without a key ring where told so."""
    return lambda name="a station", *, has_ring=True: SignInKey(
        tmp_path, name, key_ring=SignInKeys(find=lambda: ring if has_ring else None)
    )


def test_there_is_no_key_before_one_is_made(started):
    assert started().read() is None


@pytest.mark.parametrize("has_ring", [True, False])
def test_a_key_is_made_once(started, has_ring):
    made = started(has_ring=has_ring).read_or_make()
    assert len(made) == 32
    assert started(has_ring=has_ring).read_or_make() == started(has_ring=has_ring).read() == made


def test_a_key_in_the_key_ring_is_in_no_file_and_each_stations_own(started, ring, tmp_path):
    assert started("one").read_or_make() != started("two").read_or_make()
    assert [name for _service, name in ring.kept] == ["one", "two"]
    assert list(tmp_path.iterdir()) == []


def test_a_locked_key_ring_has_no_key_and_its_own_is_not_replaced(started, ring):
    made = started().read_or_make()
    ring.locked = True
    assert started().read() is None
    ring.locked = False
    assert started().read() == made


def test_a_key_ring_that_fails_is_asked_once_and_gives_way_to_the_file(started, ring):
    ring.locked = True
    made = started().read_or_make()
    assert ring.asked == 1
    ring.locked = False
    assert started().read() == made
    assert ring.asked == 1


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"abcd", b"zz" * 32])
def test_a_damaged_file_is_no_key_and_is_replaced_when_one_is_needed(started, tmp_path, content):
    (tmp_path / "sign-in-key").write_bytes(content)
    assert started().read() is None
    made = started().read_or_make()
    assert started().read() == made


def test_a_file_that_cannot_be_read_is_no_key(started, tmp_path, caplog):
    (tmp_path / "sign-in-key").mkdir()
    assert started().read() is None
    assert "The sign-in key cannot be read" in caplog.text

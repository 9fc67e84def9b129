import threading
from collections.abc import Iterator

import keyring.errors
import pytest

from traitortrack_desktop.environment import secrets as secrets_module
from traitortrack_desktop.environment.secrets import (
    BackEnd,
    DatabasePasswords,
    NoKeyRing,
    Secret,
    SecretTooLongError,
    usable_back_end,
)


class MemoryKeyRing:
    """A key ring that forgets at the end of the test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service, username]


class FailingKeyRing(MemoryKeyRing):
    """A key ring whose every answer is *error*."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error


class BlockedKeyRing(MemoryKeyRing):
    """A key ring that waits for somebody at a prompt."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait()
        return None


@pytest.fixture
def blocked() -> Iterator[BlockedKeyRing]:
    ring = BlockedKeyRing()
    yield ring
    ring.answered.set()


def passwords(ring: BackEnd | None, **options: float) -> DatabasePasswords:
    return DatabasePasswords(find=lambda: ring, **options)


def test_what_was_stored_is_read_back() -> None:
    ring = MemoryKeyRing()
    passwords(ring).store("station7", "pä55")

    assert passwords(ring).read("station7") == Secret(value="pä55")


def test_nothing_stored_is_an_answer() -> None:
    assert passwords(MemoryKeyRing()).read("station7") == Secret(value=None)


def test_a_password_is_never_in_the_representation() -> None:
    assert "pw-4711" not in repr(Secret(value="pw-4711"))


def test_a_secret_longer_than_windows_takes_is_refused_everywhere() -> None:
    ring = MemoryKeyRing()

    with pytest.raises(SecretTooLongError):
        passwords(ring).store("station7", "x" * 1201)

    assert ring.kept == {}


def test_the_longest_secret_is_stored() -> None:
    assert passwords(MemoryKeyRing()).store("station7", "x" * 1200) == Secret(value="x" * 1200)


def test_no_key_ring_is_told() -> None:
    assert isinstance(passwords(None).read("station7"), NoKeyRing)


def test_a_locked_key_ring_is_told() -> None:
    ring = FailingKeyRing(keyring.errors.KeyringLocked())

    assert passwords(ring).read("station7") == NoKeyRing(problem="the key ring is locked")


def test_a_key_ring_that_nobody_ever_unlocked_is_told() -> None:
    ring = FailingKeyRing(keyring.errors.InitError("Failed to create the collection: Prompt dismissed.."))

    assert "never set up, or nobody can unlock it" in str(passwords(ring).read("station7"))


def test_a_secret_can_be_forgotten_more_than_once() -> None:
    ring = MemoryKeyRing()
    passwords(ring).store("station7", "pw")

    assert passwords(ring).forget("station7") == passwords(ring).forget("station7") == Secret(value=None)
    assert ring.kept == {}


def test_an_error_of_a_foreign_type_is_told_without_its_text() -> None:
    ring = FailingKeyRing(OSError("password=pw-4711"))

    assert passwords(ring).read("station7") == NoKeyRing(problem="the key ring failed: OSError")


def test_a_key_ring_that_waits_at_a_prompt_holds_nobody_up(blocked: BlockedKeyRing) -> None:
    answer = passwords(blocked, timeout_seconds=0.01).read("station7")

    assert answer == NoKeyRing(problem="the key ring did not answer within 0.01 seconds")


def test_only_the_systems_own_key_rings_are_allowed() -> None:
    allowed = {name for names in secrets_module._BACK_ENDS.values() for name in names}

    assert all(name.startswith("keyring.backends.") for name in allowed)
    assert not any("alt" in name or "chainer" in name or "null" in name for name in allowed)


def test_a_back_end_that_does_not_work_here_is_passed_over() -> None:
    assert usable_back_end(["keyring.backends.fail.Keyring"]) is not None
    assert usable_back_end(["keyring.backends.macOS.Keyring"] * 2) is None

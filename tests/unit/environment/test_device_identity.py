from pathlib import Path

import pytest

from traitortrack_desktop.environment.device_identity import DeviceIdentityError, device_identity


def test_the_identity_is_made_once(tmp_path: Path) -> None:
    assert device_identity(tmp_path / "data") == device_identity(tmp_path / "data")


def test_two_directories_have_two_identities(tmp_path: Path) -> None:
    assert device_identity(tmp_path / "a") != device_identity(tmp_path / "b")


def test_a_damaged_identity_is_told_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "device-id"
    path.write_bytes(b"\xff\x00 nonsense")
    with pytest.raises(DeviceIdentityError, match="does not hold a device identity"):
        device_identity(tmp_path)
    assert path.read_bytes() == b"\xff\x00 nonsense"


def test_a_file_that_a_killed_program_left_half_written_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "device-id.new").write_bytes(b"0b3a")
    assert device_identity(tmp_path) == device_identity(tmp_path)

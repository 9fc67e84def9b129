import pytest

from traitortrack_desktop.environment.resources import resource


def test_a_resource_is_a_file_of_this_installation() -> None:
    assert resource("sounds", "ok.wav").read_bytes().startswith(b"RIFF")


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"this installation is incomplete: .*no-such-sound"):
        resource("no-such-sound.wav")

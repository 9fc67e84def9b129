import os
import stat
import sys
from types import SimpleNamespace

import pytest

from traitortrack_desktop.environment.private_files import PrivateFileError, problem_of, read_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the folder says who may read there")


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "a secret"
    path.write_text("pw-4711")
    path.chmod(0o600)
    return path


def found(mode, uid):
    return SimpleNamespace(st_mode=stat.S_IFREG | mode, st_uid=uid)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_ones_own_is_read(secret, mode):
    secret.chmod(mode)
    assert read_private(secret, most_bytes=100) == b"pw-4711"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644])
def test_a_file_that_others_reach_is_refused_and_not_quoted(secret, mode):
    secret.chmod(mode)
    with pytest.raises(PrivateFileError, match="may be read or changed by others: chmod 600") as refused:
        read_private(secret, most_bytes=100)
    assert "pw-4711" not in str(refused.value)


def test_somebody_elses_file_is_refused():
    assert "belongs to somebody else" in problem_of(found(0o600, os.geteuid() + 1))


@pytest.mark.parametrize(("mode", "refused"), [(0o600, False), (0o440, False), (0o444, True), (0o460, True)])
def test_one_of_root_may_be_readable_by_a_group(monkeypatch, mode, refused):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert (problem_of(found(mode, 0)) is not None) is refused


def test_a_link_is_judged_by_the_file_behind_it(secret, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(secret)
    assert read_private(link, most_bytes=100) == b"pw-4711"
    secret.chmod(0o644)
    with pytest.raises(PrivateFileError):
        read_private(link, most_bytes=100)


def test_a_pipe_nobody_writes_to_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(PrivateFileError, match="is no file"):
        read_private(tmp_path / "pipe", most_bytes=100)


def test_a_file_of_any_other_size_is_refused(secret):
    with pytest.raises(PrivateFileError, match="too large"):
        read_private(secret, most_bytes=6)


def test_a_folder_is_refused_and_nothing_is_nothing(tmp_path):
    with pytest.raises(PrivateFileError):
        read_private(tmp_path, most_bytes=100)
    with pytest.raises(FileNotFoundError):
        read_private(tmp_path / "nothing", most_bytes=100)

import subprocess
import sys
from pathlib import Path

import pytest

from traitortrack_desktop.environment.single_instance import AlreadyRunningError, InstanceLock

HOLDER = """
import sys
from pathlib import Path
from traitortrack_desktop.environment.single_instance import InstanceLock
lock = InstanceLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[bytes]:
    """Start a program that holds the lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_the_lock_can_be_taken_in_a_directory_that_does_not_exist_yet(tmp_path: Path) -> None:
    with InstanceLock.acquire(tmp_path / "new" / "station.lock") as lock:
        assert lock.path.exists()


def test_another_program_is_refused_while_the_lock_is_held(tmp_path: Path) -> None:
    process = holder(tmp_path / "station.lock")
    try:
        with pytest.raises(AlreadyRunningError, match="already running on"):
            InstanceLock.acquire(tmp_path / "station.lock")
    finally:
        end(process)


def test_the_same_program_is_refused_too(tmp_path: Path) -> None:
    with InstanceLock.acquire(tmp_path / "station.lock"), pytest.raises(AlreadyRunningError):
        InstanceLock.acquire(tmp_path / "station.lock")


def test_the_lock_is_free_after_the_holder_was_killed(tmp_path: Path) -> None:
    end(holder(tmp_path / "station.lock"))
    InstanceLock.acquire(tmp_path / "station.lock").release()


def test_a_file_left_behind_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "station.lock").write_text("4711")
    InstanceLock.acquire(tmp_path / "station.lock").release()


def test_the_lock_can_be_taken_again_after_release(tmp_path: Path) -> None:
    InstanceLock.acquire(tmp_path / "station.lock").release()
    InstanceLock.acquire(tmp_path / "station.lock").release()


def test_releasing_twice_does_nothing(tmp_path: Path) -> None:
    lock = InstanceLock.acquire(tmp_path / "station.lock")
    lock.release()
    lock.release()
    with InstanceLock.acquire(tmp_path / "station.lock"):
        lock.release()
        with pytest.raises(AlreadyRunningError):
            InstanceLock.acquire(tmp_path / "station.lock")

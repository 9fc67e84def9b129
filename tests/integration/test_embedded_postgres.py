"""The server that the demonstration and these tests run on."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from fakes.central_owner import query

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.environment.postgres_binaries import (
    PostgresNotFoundError,
    find_binaries,
    program,
)

_SYSTEM = Path("/usr/lib/postgresql")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A path with blanks, below a folder that only its owner may enter."""
    return tmp_path / "my station's data" / "postgres"


def until(reached: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_its_data_survives_a_stop_and_a_start(folder: Path):
    with EmbeddedPostgres.start(folder, fast=True) as server:
        server.create_database("depot")
        query(server.url("depot"), "CREATE TABLE kept AS SELECT 1 AS one")

    with EmbeddedPostgres.start(folder, fast=True) as server:
        assert server.has_database("depot")
        assert query(server.url("depot"), "SELECT one FROM kept") == [{"one": 1}]


def test_nobody_gets_in_without_the_password(folder: Path):
    with EmbeddedPostgres.start(folder, fast=True) as server:
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(host="127.0.0.1", port=server.port, user="traitortrack", dbname="postgres")
        assert query(server.url("postgres"), "SHOW listen_addresses")[0]["listen_addresses"] == "127.0.0.1"
        assert (
            query(server.url("postgres"), "SHOW unix_socket_directories")[0]["unix_socket_directories"] == ""
        )


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_the_password_is_for_its_owner_only(folder: Path):
    with EmbeddedPostgres.start(folder, fast=True):
        assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600


def test_a_second_program_uses_the_server_of_the_first_and_leaves_it_running(folder: Path):
    with EmbeddedPostgres.start(folder, fast=True) as first:
        with EmbeddedPostgres.start(folder, fast=True) as second:
            assert second.pid == first.pid
        assert query(first.url("postgres"), "SELECT 1 AS one") == [{"one": 1}]


def test_stopping_twice_is_no_error(folder: Path):
    server = EmbeddedPostgres.start(folder, fast=True)
    server.stop()
    server.stop()


def test_a_server_started_on_a_thread_that_ends_goes_on(folder: Path):
    started: list[EmbeddedPostgres] = []
    thread = threading.Thread(target=lambda: started.append(EmbeddedPostgres.start(folder, fast=True)))
    thread.start()
    thread.join()
    with started[0] as server:
        assert query(server.url("postgres"), "SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_killing_the_program_stops_the_server(folder: Path):
    with _other_program(folder) as (program_pid, server_pid):
        os.kill(program_pid, signal.SIGKILL)
        assert until(lambda: gone(server_pid))


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_a_start_right_after_the_program_was_killed_works(folder: Path):
    with _other_program(folder) as (program_pid, _):
        os.kill(program_pid, signal.SIGKILL)
        with EmbeddedPostgres.start(folder, fast=True) as server:
            assert until(lambda: _one(server))


@pytest.mark.skipif(sys.platform != "linux", reason="signals")
def test_a_server_that_was_killed_leaves_nothing_in_the_way(folder: Path):
    server = EmbeddedPostgres.start(folder, fast=True)
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with EmbeddedPostgres.start(folder, fast=True) as again:
        assert _one(again)


@pytest.mark.skipif(sys.platform != "linux", reason="process numbers")
@pytest.mark.parametrize("number", [2**22 - 1, 1], ids=["of nobody", "of another program"])
def test_an_old_lock_file_does_not_stop_a_start(folder: Path, number: int):
    EmbeddedPostgres.start(folder, fast=True).stop()
    (folder / "cluster" / "postmaster.pid").write_text(f"{number}\nx\n0\n1\n\n127.0.0.1\n")

    with EmbeddedPostgres.start(folder, fast=True) as server:
        assert _one(server)


@pytest.mark.skipif(not _SYSTEM.is_dir(), reason="no PostgreSQL of the system")
@pytest.mark.parametrize("binaries", sorted(_SYSTEM.glob("*/bin")), ids=lambda path: path.parent.name)
def test_the_systems_programs_do_as_well(folder: Path, binaries: Path):
    with EmbeddedPostgres.start(folder, fast=True, find=lambda: binaries) as server:
        assert server.version.split(".")[0] == binaries.parent.name
        assert _one(server)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root")
def test_programs_that_nobody_can_reach_are_copied(folder: Path, tmp_path: Path):
    found = find_binaries()
    closed = tmp_path / "closed" / found.parent.parent.name
    closed.parent.mkdir(mode=0o700)
    closed.symlink_to(found.parent.parent)
    (closed.parent / f"{closed.name}.libs").symlink_to(found.parent.parent.with_name(f"{closed.name}.libs"))

    with EmbeddedPostgres.start(folder, fast=True, find=lambda: closed / found.parent.name / "bin") as server:
        assert _one(server)


def test_without_programs_the_way_out_is_named(folder: Path):
    def nothing() -> Path:
        raise PostgresNotFoundError("install PostgreSQL")

    with pytest.raises(PostgresNotFoundError):
        EmbeddedPostgres.start(folder, fast=True, find=nothing)


def test_the_programs_found_are_whole():
    folder = find_binaries()

    assert all(program(folder, name).exists() for name in ("initdb", "postgres"))


def _one(server: EmbeddedPostgres) -> bool:
    return query(server.url("postgres"), "SELECT 1 AS one") == [{"one": 1}]


_PROGRAM = """
import sys
from pathlib import Path
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
print(EmbeddedPostgres.start(Path(sys.argv[1]), fast=True).pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def _other_program(folder: Path) -> Iterator[tuple[int, int]]:
    """Another program with a server; gives the process ids of both."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()

"""A PostgreSQL server of our own, for the demonstration and the tests.

It listens on 127.0.0.1 only, on a free port, asks for a password and has no Unix socket. Its folder
holds ``password`` (readable by its owner only), ``server.log`` and ``cluster``, and may have any name.

On Linux the server is a direct child that the kernel stops when this process dies, however it dies.
The kernel ties that to the *thread* that started the child, so a thread of its own starts the server
and lives as long as it.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from traitortrack_desktop.environment import postgres_on_windows
from traitortrack_desktop.environment.postgres_binaries import (
    WINDOWS,
    find_binaries,
    program,
    server_version,
    usable_by_others,
)
from traitortrack_desktop.environment.postgres_folder import (
    USER,
    EmbeddedPostgresError,
    ServerFolder,
    make_cluster,
    surroundings,
)

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]

START_SECONDS = 60.0
STOP_SECONDS = 30.0
_ATTEMPTS = 3
_SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100"}
_FAST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A server that answers. *stop* does nothing when somebody else started it."""

    port: int
    pid: int
    stop: Callable[[], None]


class EmbeddedPostgres:
    """A running server; a context manager that stops it.

    Two programs may use the same folder at the same time: the second one uses the server of the
    first and leaves stopping it to the first.
    """

    def __init__(self, running: _Running, password: str, version: str) -> None:
        self._running = running
        self._password = password
        self.version = version

    @classmethod
    def start(cls, data_dir: Path, *, fast: bool, find: Callable[[], Path] = find_binaries) -> Self:
        """Start the server in *data_dir*, a folder of its own, made when missing; its data stays there.

        *fast* gives up safety against power loss: for data that can be made again.
        Raises :class:`EmbeddedPostgresError` or ``PostgresNotFoundError``.
        """
        binaries = find()
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = data_dir.resolve()
        with ServerFolder.of(folder) as place:
            binaries = usable_by_others(binaries) if place.account is not None else binaries
            password = make_cluster(place, binaries, fast=fast)
            running = _leftover(folder, password) or _start(place, binaries, password, fast=fast)
        return cls(running, password, server_version(binaries))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1."""
        return self._running.port

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._running.pid

    def url(self, database: str) -> str:
        """Return the address of *database* for its owner, who may do everything there."""
        name, password = quote(database, safe=""), quote(self._password, safe="")
        return f"postgresql+psycopg2://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make *name*, as a copy of *template* when given; nobody may be connected to the template.

        Raises ``psycopg2.errors.DuplicateDatabase``.
        """
        copied = sql.Identifier(template or "template1")
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), copied))

    def has_database(self, name: str) -> bool:
        """Return whether *name* exists."""
        with _connected(self.port, self._password) as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None

    def drop_database(self, name: str) -> None:
        """Remove *name* and end all sessions in it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server and wait until it is down. Does nothing the second time."""
        self._running.stop()

    def _run(self, statement: sql.Composable) -> None:
        with _connected(self.port, self._password) as cursor:
            cursor.execute(statement)


# -- a server that is there already


def _leftover(folder: Path, password: str) -> _Running | None:
    """Return the server that runs in *folder* already; clear away what a dead one left.

    Raises :class:`EmbeddedPostgresError` when one is there and never answers.
    """
    lock_file = folder / "cluster" / "postmaster.pid"
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            lines = lock_file.read_text("utf-8").splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except FileNotFoundError:
            return None
        except (ValueError, IndexError):
            pid = port = 0
        if pid and _is_dead(pid):
            lock_file.unlink(missing_ok=True)
            return None
        if port and _answers(port, password):
            return _Running(port=port, pid=pid, stop=_leave_it_running)
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"something else uses {folder}")
        time.sleep(0.05)


def _leave_it_running() -> None:
    pass


def _is_dead(pid: int) -> bool:
    """Whether the server *pid* is gone.

    A zombie is dead too (in a container nobody may ever reap it), and so is a number that
    another program carries today.
    """
    if WINDOWS:
        return postgres_on_windows.is_dead(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # somebody else's; what it is can be seen all the same
    try:
        name, rest = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)
    except OSError:
        return sys.platform == "linux"
    return rest.split()[0] in "ZX" or "(postgres" not in name


# -- starting


def _start(place: ServerFolder, binaries: Path, password: str, *, fast: bool) -> _Running:
    for _ in range(_ATTEMPTS):
        port = _free_port()
        settings = {**_SETTINGS, "port": str(port), **(_FAST_SETTINGS if fast else {})}
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        if WINDOWS:
            running = _start_on_windows(place, binaries, options, port)
        else:
            running = _start_as_child(place, binaries, options, port, password)
        if running is not None:
            return running
    raise EmbeddedPostgresError(f"PostgreSQL did not start, see {place.folder / 'server.log'}")


def _start_on_windows(place: ServerFolder, binaries: Path, options: list[str], port: int) -> _Running | None:
    controller, cluster = program(binaries, "pg_ctl"), place.folder / "cluster"
    pid = postgres_on_windows.start(controller, cluster, place.folder / "server.log", options)
    if pid is None:
        return None
    return _Running(port=port, pid=pid, stop=lambda: postgres_on_windows.stop(controller, cluster))


def _start_as_child(
    place: ServerFolder, binaries: Path, options: list[str], port: int, password: str
) -> _Running | None:
    command = [str(program(binaries, "postgres")), "-D", str(place.cluster), *options]
    process = _launch(command, place)
    if not _wait_until_it_answers(process, port, password):
        return None
    return _Running(port=port, pid=process.pid, stop=lambda: _stop_child(process))


def _stop_child(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _launch(command: list[str], place: ServerFolder) -> subprocess.Popen[bytes]:
    """Start *command* on a thread that lives as long as it."""
    outcome: SimpleQueue[subprocess.Popen[bytes] | Exception] = SimpleQueue()

    def keep(log: IO[bytes]) -> None:
        try:
            process = _spawn(command, log, surroundings(place))
        except (OSError, subprocess.SubprocessError) as error:
            outcome.put(error)
            return
        outcome.put(process)
        process.wait()

    with (place.folder / "server.log").open("ab") as log:
        threading.Thread(target=keep, args=(log,), name="postgres-keeper", daemon=True).start()
        started = outcome.get()
    if isinstance(started, Exception):
        raise EmbeddedPostgresError(f"PostgreSQL could not be started: {started}") from started
    return started


def _spawn(command: list[str], log: IO[bytes], surroundings: dict[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a program found by us
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        # Ctrl-C in a terminal is for the program; it stops the server itself when it is done with it.
        start_new_session=True,
        preexec_fn=_die_with_parent() if sys.platform == "linux" else None,  # noqa: PLW1509
        **surroundings,
    )


def _die_with_parent() -> Callable[[], None]:
    """Return what the new process runs before it becomes PostgreSQL; everything it needs is loaded here."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, password: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None:
        if _answers(port, password):
            return True
        if time.monotonic() > deadline:
            process.kill()
            process.wait(STOP_SECONDS)
            return False
        time.sleep(0.02)
    return False


def _answers(port: int, password: str) -> bool:
    try:
        with _connected(port, password):
            return True
    except psycopg2.OperationalError:
        return False


@contextlib.contextmanager
def _connected(port: int, password: str) -> Iterator[Any]:
    connection = psycopg2.connect(
        host="127.0.0.1", port=port, user=USER, password=password, dbname="postgres", connect_timeout=5
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()

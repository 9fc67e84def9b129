"""PgBouncer in transaction mode before a server of ours."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from fakes.central_owner import query
from fakes.tls_server import Address

from traitortrack_desktop.environment.postgres_folder import ServerFolder, surroundings

_SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 50
auth_type = scram-sha-256
auth_file = {folder}/accounts
logfile = {folder}/pooler.log
"""


def pooler_program() -> str | None:
    """Return the path of PgBouncer, also where only administrators have its folder on their PATH."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def pooler(program: str, folder: Path, *, owner: str, station: str, size: int) -> Iterator[Address]:
    """Run PgBouncer with *size* server connections; lend the address of *station* through it.

    It knows what the server itself stores of the account, its SCRAM secret, and never a password: clients
    prove theirs to it, and with that proof it signs in at the server.
    """
    account = urlsplit(station).username
    (stored,) = query(owner, "SELECT rolpassword FROM pg_authid WHERE rolname = %s", account)
    folder.mkdir()
    with ServerFolder.of(folder) as place:
        port, server = _free_port(), urlsplit(station).port
        settings = _SETTINGS.format(server=server, port=port, size=size, folder=place.seen)
        _write(place, "accounts", f'"{account}" "{stored["rolpassword"]}"\n')
        _write(place, "pooler.ini", settings)
        running = subprocess.Popen(
            [program, "-q", str(place.seen / "pooler.ini")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **surroundings(place),
        )
        try:
            address = Address(station.replace(f":{server}/", f":{port}/"))
            _wait_until_it_answers(running, address)
            yield address
        finally:
            running.kill()
            running.wait(20)


def _write(place: ServerFolder, name: str, text: str) -> None:
    path = place.folder / name
    path.touch(mode=0o600)
    path.write_text(text)
    place.give(path)


def _wait_until_it_answers(running: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert running.poll() is None, "the pooler did not start"
        try:
            query(address, "SELECT 1")
            return
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, "the pooler does not answer"
            time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

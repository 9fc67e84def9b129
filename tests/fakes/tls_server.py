"""A PostgreSQL server that takes encrypted connections only."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from fakes.central_owner import query

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

_RULES = """\
hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-full
hostssl all all 127.0.0.1/32 scram-sha-256
"""


def server_that_encrypts() -> Path | None:
    """Return the programs of a PostgreSQL of this system; those of a wheel are built without TLS."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in [*folders, Path("/usr/bin")] if (folder / "initdb").exists()), None)


@contextmanager
def encrypting_server(
    folder: Path, programs: Path, *, authority: Path, certificate: Path, key: Path
) -> Iterator[EmbeddedPostgres]:
    """Run a server that shows *certificate* and asks the role ``certified`` for one by *authority*."""
    with EmbeddedPostgres.start(folder, fast=True, find=lambda: programs) as server:
        cluster = folder / "cluster"
        for source, name in ((authority, "ca.crt"), (certificate, "server.crt"), (key, "server.key")):
            _put(source, cluster / name)
        (cluster / "pg_hba.conf").write_text(_RULES)
        owner = server.url("postgres")
        query_each(owner, "ALTER SYSTEM SET ssl_ca_file = 'ca.crt'", "ALTER SYSTEM SET ssl = on")
        query(owner, "SELECT pg_reload_conf()")
        _wait_until_it_encrypts(owner)
        yield server


def query_each(url: str, *statements: str) -> None:
    """Run each of *statements* outside a transaction."""
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _put(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)
    if os.geteuid() == 0:
        owner = target.parent.stat()
        os.chown(target, owner.st_uid, owner.st_gid)


def _wait_until_it_encrypts(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            query(f"{url}?sslmode=require", "SELECT 1")
            return
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class Address(str):
    """An address whose password does not show when a test fails."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'…{self[self.rindex('@') :]}'"


def address(url: str, *, name: str, **parameters: object) -> Address:
    """Return *url* for a server called *name*, which is here, with *parameters* of the connection."""
    parts = urlsplit(url)
    query_text = "&".join(f"{key}={value}" for key, value in {"hostaddr": "127.0.0.1", **parameters}.items())
    account = parts.netloc.rpartition("@")[0]
    return Address(f"{parts.scheme}://{account}@{name}:{parts.port}{parts.path}?{query_text}")

"""The folder of our own PostgreSQL server: its password, its cluster, and who may read them.

PostgreSQL refuses to run as root. Then its programs run as ``nobody``, who is handed the folder as an
open handle, so that no folder above it has to be opened to other users.
"""

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from traitortrack_desktop.environment.child_environment import without_secrets
from traitortrack_desktop.environment.postgres_binaries import WINDOWS, program

USER = "traitortrack"
"""The cluster's owner, who may do everything in it."""


class EmbeddedPostgresError(Exception):
    """The server did not start, or its folder is in use by something else."""


class ServerFolder:
    """The folder as we name it (*folder*) and as the server's account does (*seen*)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account: Any = None
        self.handle: int | None = None
        self.seen = folder

    @classmethod
    @contextlib.contextmanager
    def of(cls, folder: Path) -> Iterator["ServerFolder"]:
        """Open *folder* for the server's programs; they inherit the handle when they start."""
        place = cls(folder)
        place._open_for_nobody()
        try:
            yield place
        finally:
            if place.handle is not None:
                os.close(place.handle)

    @property
    def cluster(self) -> Path:
        """The data directory, as the server's account names it."""
        return self.seen / "cluster"

    def give(self, path: Path) -> None:
        """Make the server's account the owner of *path*."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def as_account(self) -> dict[str, Any]:
        """Arguments of ``subprocess`` that make a program run as the server's account."""
        if self.account is None:
            return {}
        handles = [] if self.handle is None else [self.handle]
        return {
            "user": self.account.pw_uid,
            "group": self.account.pw_gid,
            "extra_groups": [],
            "pass_fds": handles,
        }

    def _open_for_nobody(self) -> None:
        if WINDOWS or os.geteuid() != 0:
            return
        import pwd  # noqa: PLC0415 - not on Windows

        self.account = pwd.getpwnam("nobody")
        self.give(self.folder)
        if sys.platform == "linux":
            self.handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            self.seen = Path(f"/proc/self/fd/{self.handle}")


def make_cluster(place: ServerFolder, binaries: Path, *, fast: bool) -> str:
    """Make the password and the cluster where they are missing; return the password."""
    password_file = place.folder / "password"
    cluster = place.folder / "cluster"
    if not (cluster / "PG_VERSION").exists():
        _write_password(place, password_file)
        cluster.mkdir(mode=0o700, exist_ok=True)
        place.give(cluster)
        command = [
            str(program(binaries, "initdb")),
            f"--pgdata={place.cluster}",
            f"--username={USER}",
            f"--pwfile={place.seen / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            *(["--no-sync"] if fast else []),
        ]
        done = subprocess.run(  # noqa: S603 - a program found by us
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **surroundings(place),
        )
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
    return password_file.read_text("ascii").strip()


def _write_password(place: ServerFolder, password_file: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        password_file.unlink()
    handle = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as written:
        written.write(secrets.token_urlsafe(24) + "\n")
    place.give(password_file)


def surroundings(place: ServerFolder) -> dict[str, Any]:
    """Environment, working folder and account of the server's programs."""
    return {"env": _environment(os.environ), "cwd": None if WINDOWS else "/", **place.as_account()}


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return *ours* without secrets (the server may be another account's) and without what would change the
    server, and with the library path from before packaging.
    """
    kept = {
        name: value
        for name, value in without_secrets(ours).items()
        if not name.startswith(("PG", "LC_", "LD_LIBRARY_PATH"))
    }
    original = ours.get("LD_LIBRARY_PATH_ORIG")
    if original:
        kept["LD_LIBRARY_PATH"] = original
    return {**kept, "LC_ALL": "C"}

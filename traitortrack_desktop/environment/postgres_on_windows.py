"""Starting and stopping a PostgreSQL server on Windows, by ``pg_ctl``.

``postgres.exe`` refuses the rights of an administrator; ``pg_ctl`` gives them up first. The server is
not tied to this process: after a crash the next start finds it running and uses it.
"""

import os
import subprocess
import sys
from pathlib import Path

from traitortrack_desktop.environment.child_environment import without_secrets

START_SECONDS = 60
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def start(controller: Path, cluster: Path, log: Path, options: list[str]) -> int | None:
    """Start the server and wait until it is ready; return its process id, ``None`` when it did not start.

    *options* are for ``postgres`` and must not contain blanks.
    """
    given = " ".join(options)
    arguments = ["start", "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", given]
    if not _control(controller, cluster, arguments):
        return None
    return int((cluster / "postmaster.pid").read_text("utf-8").splitlines()[0])


def stop(controller: Path, cluster: Path) -> None:
    """Stop the server and wait until it is down."""
    _control(controller, cluster, ["stop", "-w", "-m", "fast"])


def is_dead(pid: int) -> bool:
    """Whether no process has the number *pid*."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - windll exists on Windows only

        query_limited_information, still_active = 0x1000, 259
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(query_limited_information, False, pid)
        if not handle:
            return True
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value != still_active
    raise OSError("only for Windows")


def _control(controller: Path, cluster: Path, arguments: list[str]) -> bool:
    done = subprocess.run(  # noqa: S603 - a program found by us
        [str(controller), "-D", str(cluster), *arguments],
        check=False,
        env=without_secrets(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=_FLAGS,
    )
    return done.returncode == 0

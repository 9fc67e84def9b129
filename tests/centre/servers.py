"""The PostgreSQL servers that the centre is tried on: the embedded one, and Debian's 15 where it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.environment.postgres_binaries import find_binaries

DEBIANS = Path("/usr/lib/postgresql/15/bin")
CHOICES = ("15", "18", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKind:
    """A PostgreSQL that can be started here."""

    name: str
    find: Callable[[], Path]


def servers(wanted: str) -> tuple[ServerKind, ...]:
    """Return what *wanted*, one of ``CHOICES``, means on this computer; a missing 15 is left out.

    Raises ``FileNotFoundError`` when nothing is left.
    """
    embedded = ServerKind(name="18 (embedded)", find=find_binaries)
    debians = ServerKind(name="15 (Debian)", find=lambda: DEBIANS)
    there = DEBIANS.joinpath("postgres").exists()
    found = {
        "15": (debians,) if there else (),
        "18": (embedded,),
        "both": (embedded, debians) if there else (embedded,),
    }[wanted]
    if not found:
        raise FileNotFoundError(f"no PostgreSQL 15 in {DEBIANS} (on Debian: the package postgresql-15)")
    if wanted != "18" and not there:
        print(f"No PostgreSQL 15 in {DEBIANS} (on Debian: the package postgresql-15): only the embedded one.")
    return found


@contextmanager
def running(kind: ServerKind, *, fast: bool = True) -> Iterator[EmbeddedPostgres]:
    """Run a server of *kind* in a folder that goes with it; *fast* gives up safety against power loss."""
    with (
        TemporaryDirectory(prefix="traitortrack-centre-") as folder,
        EmbeddedPostgres.start(Path(folder, "server"), fast=fast, find=kind.find) as server,
    ):
        yield server

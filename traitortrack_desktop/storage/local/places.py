"""Where the journal's files lie. Pure names, no access."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one journal, all in *directory*, which must be on a local disk."""

    directory: Path

    @property
    def database(self) -> Path:
        """The entries and receipts."""
        return self.directory / "journal.sqlite"

    @property
    def wal(self) -> Path:
        """SQLite's write-ahead log; it holds the newest entries."""
        return self.directory / "journal.sqlite-wal"

    @property
    def wal_index(self) -> Path:
        """SQLite's shared memory; it belongs to the other two."""
        return self.directory / "journal.sqlite-shm"

    @property
    def building(self) -> Path:
        """A new database that is not finished; thrown away when found at start."""
        return self.directory / "journal.sqlite.new"

    @property
    def ready(self) -> Path:
        """A finished replacement of a damaged database, not yet in its place."""
        return self.directory / "journal.sqlite.ready"

    @property
    def lines(self) -> Path:
        """The same entries once more, one a line."""
        return self.directory / "journal.lines"

    @property
    def lock(self) -> Path:
        """Carries the lock of the one writer."""
        return self.directory / "journal.lock"

    @property
    def set_aside(self) -> Path:
        """Damaged files, kept whole."""
        return self.directory / "set-aside"

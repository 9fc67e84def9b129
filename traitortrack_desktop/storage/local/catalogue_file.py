"""One file of the catalogue: a list of the centre's bags, its writing connection, and how far it is.

How far it is is kept in memory too: readers see a standing that is never newer than the rows.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from traitortrack_desktop.services.catalogue import Holders
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local.catalogue_rows import (
    add_bags,
    add_bill_details,
    add_bills,
    all_files,
    apply_changes,
    finish_tables,
    make_catalogue,
    open_catalogue,
    read_meta,
    set_holders,
    write_meta,
)
from traitortrack_desktop.storage.local.catalogue_standing import Standing, after_page, meta_of, standing_of
from traitortrack_desktop.storage.local.connections import is_damage, transaction

_KEPT_EVERY_SECONDS = 30.0
"""How often a standing that only grew fresher is written; until then it is in memory alone."""


class CatalogueFile:
    """Made by :meth:`opened` or :meth:`made`. Every method may raise ``sqlite3.Error`` and ``OSError``.

    Then nothing of the call is in the file, and what was before still counts, unless it is *damaged*.
    """

    def __init__(self, path: Path, writer: sqlite3.Connection, standing: Standing) -> None:
        self.path = path
        self.standing = standing
        self.damaged = False
        """Somebody found that it cannot be read; any thread may set it."""
        self._writer = writer
        self._kept = standing

    @classmethod
    def opened(cls, path: Path) -> "CatalogueFile":
        """Open what is there; ``ValueError``, ``KeyError`` or ``TypeError`` when it is not ours."""
        writer = open_catalogue(path)
        try:
            return cls(path, writer, standing_of(read_meta(writer)))
        except BaseException:
            writer.close()
            raise

    @classmethod
    def made(cls, path: Path, standing: Standing) -> "CatalogueFile":
        """Make the file anew, without rows."""
        remove_files(path)
        make_catalogue(path)
        file = cls(path, open_catalogue(path), standing)
        try:
            with file._writing(standing):
                return file
        except BaseException:
            file.remove()
            raise

    def add(self, bags: Sequence[CatalogueRow]) -> None:
        """Keep one page of a load, with how far it is, in one transaction."""
        standing = self.standing
        last = int(bags[-1][0] or 0) if bags else standing.after
        with self._writing(replace(standing, after=last, loaded=standing.loaded + len(bags))) as writer:
            add_bags(writer, bags)

    def finish(
        self, bills: Sequence[CatalogueRow], details: Sequence[CatalogueRow], holders: Holders
    ) -> None:
        """End the load: make what look-ups need, and let changes come."""
        with self._writing(replace(self.standing, loaded_all=True)) as writer:
            add_bills(writer, bills)
            add_bill_details(writer, details)
            set_holders(writer, holders)
            finish_tables(writer)

    def follow(self, changes: CentreChanges, as_of: datetime, posted_seq: int | None) -> None:
        """Take one page of changes, asked for at *as_of*."""
        standing = self.standing
        posted = posted_seq if posted_seq is not None else standing.posted_seq
        after = after_page(standing, changes, as_of, posted)
        if _says_something(changes) or self._is_worth_keeping(after):
            with self._writing(after) as writer:
                apply_changes(writer, changes)
        else:
            self.standing = after

    def outdate(self) -> None:
        """Remember that the centre cannot say what came after it; what is known stays known."""
        with self._writing(replace(self.standing, cursor=None, round_as_of=None, round_posted=0)):
            pass

    def close(self) -> None:
        """Keep how fresh it is, and close."""
        if self.standing != self._kept:
            with contextlib.suppress(sqlite3.Error), self._writing(self.standing):
                pass
        with contextlib.suppress(sqlite3.Error):
            self._writer.close()

    def remove(self) -> None:
        """Close and delete; what another thread still reads stays until the next start where it has to."""
        with contextlib.suppress(sqlite3.Error):
            self._writer.close()
        with contextlib.suppress(OSError):
            remove_files(self.path)

    @contextlib.contextmanager
    def _writing(self, after: Standing) -> Iterator[sqlite3.Connection]:
        """Do the block and keep *after*: all of it, or nothing."""
        try:
            with transaction(self._writer):
                yield self._writer
                write_meta(self._writer, meta_of(after))
        except BaseException as error:
            if isinstance(error, sqlite3.Error) and is_damage(error):
                self.damaged = True
            if self._writer.in_transaction:  # a full disk can keep COMMIT from ending it
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
            raise
        self.standing = self._kept = after

    def _is_worth_keeping(self, standing: Standing) -> bool:
        kept, now = self._kept.as_of, standing.as_of
        return (
            kept is None
            or now is None
            or standing.posted_seq != self._kept.posted_seq
            or abs((now - kept).total_seconds()) >= _KEPT_EVERY_SECONDS
        )


def remove_files(path: Path) -> None:
    """Delete the file at *path* and what SQLite keeps beside it. Raises ``OSError``."""
    for file in all_files(path):
        file.unlink(missing_ok=True)


def _says_something(changes: CentreChanges) -> bool:
    listed = changes.bags or changes.gone or changes.bills or changes.bills_gone
    return bool(changes.more or listed or changes.bill_details or changes.holders)

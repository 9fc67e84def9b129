"""The catalogue's file: a copy of what the centre knows about bags, which may be lost at any time.

Written by one thread at a time, the loader and then the delivery, over the one connection that writes
and checkpoints. The intake reads over a connection of its own, never waits, and takes what cannot be
read for unknown. What makes the copy usable (complete, as of when) is kept in memory too: readers see a
state that is never newer than the rows.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.services.catalogue import (
    UNKNOWN,
    CatalogueRow,
    CatalogueUnusableError,
    Known,
    LoadProgress,
    LoadStart,
)
from traitortrack_desktop.services.ports import CentreChanges
from traitortrack_desktop.storage.local.catalogue_rows import (
    NEWEST_FORMAT,
    add_bags,
    add_bills,
    apply_changes,
    bag_of,
    catalogue_files,
    finish_tables,
    make_tables,
    open_catalogue,
    open_catalogue_reader,
    read_meta,
    write_meta,
)
from traitortrack_desktop.storage.local.connections import is_damage, transaction

_KEPT_EVERY_SECONDS = 30.0
"""How often a standing that only grew fresher is written; until then it is in memory alone."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What is so; kept as the file's ``meta``. *as_of* and *posted_seq* are those of the last whole round.

    *round_as_of* and *round_posted* are those of a round of which some pages are taken.
    """

    start: LoadStart | None = None
    after: int = 0
    loaded: int = 0
    loaded_all: bool = False
    cursor: str | None = None
    as_of: datetime | None = None
    posted_seq: int = 0
    round_as_of: datetime | None = None
    round_posted: int = 0

    @property
    def progress(self) -> LoadProgress:
        return LoadProgress(start=self.start, after=self.after, loaded=self.loaded, done=self.loaded_all)


class SqliteCatalogue:
    """The catalogue of one data directory; fills ``services.catalogue.CatalogueCopy``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._standing: _Standing | None = None
        """``None`` while the file is not open or not usable."""
        self._generation = 0
        self._kept = _Standing()
        self._reader: sqlite3.Connection | None = None
        self._reader_generation = 0
        self._damaged = False
        self._unreadable_told = False

    # -- the intake thread

    def known(self, code: str) -> Known:
        """Return what is known about *code*; never raises and never waits."""
        standing = self._standing
        if standing is None or standing.as_of is None:
            self._close_reader()
            return UNKNOWN
        try:
            row = bag_of(self._current_reader(), code)
        except (sqlite3.Error, OSError) as error:
            self._cannot_read(error)
            return UNKNOWN
        self._unreadable_told = False
        if row is None:
            return Known(as_of=standing.as_of, posted_seq=standing.posted_seq)
        kind, parent_id, parent_code, since, count, completed = row
        if parent_id is not None and parent_code is None:
            return UNKNOWN
        fact = BagFact(
            code=code,
            kind=kind,
            parent=parent_code if kind == "child" else None,
            since=datetime.fromtimestamp(since, UTC) if since is not None else None,
            count=count,
            completed=completed,
            as_of=standing.as_of,
            from_centre=True,
        )
        return Known(fact=fact, as_of=standing.as_of, posted_seq=standing.posted_seq)

    def _current_reader(self) -> sqlite3.Connection:
        if self._reader is None or self._reader_generation != self._generation:
            self._close_reader()
            self._reader_generation = self._generation
            self._reader = open_catalogue_reader(self._directory)
        return self._reader

    def _cannot_read(self, error: sqlite3.Error | OSError) -> None:
        self._close_reader()
        if isinstance(error, sqlite3.Error) and is_damage(error):
            self._damaged = True
        if not self._unreadable_told:
            self._unreadable_told = True
            _log.warning("The catalogue cannot be read; bags count as unknown: %s", error)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # -- the loader thread

    def open(self) -> LoadProgress:
        """Open the file, made anew when it is damaged or a newer program's; return how far it is."""
        with self._lock, self._guarded(needs_open=False):
            if self._writer is None or self._damaged:
                self._close_writer()
                self._writer, self._standing = self._opened()
                self._kept = self._standing
            assert self._standing is not None
            return self._standing.progress

    def begin(self, start: LoadStart) -> None:
        """Forget everything and begin a load."""
        with self._lock, self._guarded() as writer:
            self._standing = _Standing()
            with transaction(writer):
                make_tables(writer)
                self._keep(writer, _Standing(start=start, cursor=start.cursor))

    def add(self, bags: Sequence[CatalogueRow]) -> LoadProgress:
        """Keep one page of a load, with how far it is, in one transaction."""
        with self._lock, self._guarded() as writer:
            standing = self._open_standing()
            last = int(bags[-1][0] or 0) if bags else standing.after
            with transaction(writer):
                add_bags(writer, bags)
                self._keep(writer, replace(standing, after=last, loaded=standing.loaded + len(bags)))
            return self._open_standing().progress

    def finish(self, bills: Sequence[CatalogueRow]) -> None:
        """End the load: make what look-ups need, and let changes come."""
        with self._lock, self._guarded() as writer, transaction(writer):
            add_bills(writer, bills)
            finish_tables(writer)
            self._keep(writer, replace(self._open_standing(), loaded_all=True))

    # -- the delivery thread

    def cursor(self) -> str | None:
        """Return what to ask the feed with; ``None`` while there is nothing to follow."""
        standing = self._standing
        return None if standing is None or not standing.loaded_all or self._damaged else standing.cursor

    def progress(self) -> LoadProgress:
        """Return how far the load is."""
        standing = self._standing
        return standing.progress if standing is not None else LoadProgress()

    def follow(self, changes: CentreChanges, *, as_of: datetime, posted_seq: int | None) -> bool:
        """Take one page of changes; see ``CatalogueCopy``."""
        with self._lock, self._guarded() as writer:
            standing = self._open_standing()
            if changes.reload:
                with transaction(writer):  # the rows go when the next load begins: that takes a while
                    self._keep(writer, _Standing())
                return False
            posted = posted_seq if posted_seq is not None else standing.posted_seq
            after = _after_page(standing, changes, as_of, posted)
            if _says_something(changes) or self._is_worth_keeping(after):
                with transaction(writer):
                    apply_changes(writer, changes)
                    self._keep(writer, after)
            self._standing = after
            return standing.as_of is None and after.as_of is not None

    def close(self) -> None:
        """Close the file. A reader that is still used closes with the program."""
        with self._lock:
            standing = self._standing
            if self._writer is not None and standing is not None and standing != self._kept:
                with contextlib.suppress(sqlite3.Error), transaction(self._writer):
                    self._keep(self._writer, standing)
            self._standing = None
            self._close_writer()

    # -- the file

    def _opened(self) -> tuple[sqlite3.Connection, _Standing]:
        if not self._damaged:
            with contextlib.suppress(sqlite3.Error, OSError, ValueError, KeyError, TypeError):
                writer = open_catalogue(self._directory)
                try:
                    return writer, _standing_of(read_meta(writer))
                except BaseException:
                    writer.close()
                    raise
            _log.warning("The catalogue is damaged or not ours to read: it is made anew")
        for file in catalogue_files(self._directory):
            file.unlink(missing_ok=True)
        writer = open_catalogue(self._directory, create=True)
        self._generation += 1
        self._damaged = False
        return writer, _Standing()

    @contextlib.contextmanager
    def _guarded(self, *, needs_open: bool = True) -> Iterator[sqlite3.Connection]:
        """Give out the writer; after a failure nothing is known until :meth:`open` was called again."""
        try:
            if needs_open and self._writer is None:
                raise CatalogueUnusableError("the catalogue is not open")
            yield self._writer  # type: ignore[misc]
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            if not isinstance(error, sqlite3.Error) or is_damage(error):
                self._damaged = True
            self._standing = None
            self._close_writer()
            raise CatalogueUnusableError(f"the catalogue cannot be used: {error}") from error

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(sqlite3.Error):
                writer.close()

    def _open_standing(self) -> _Standing:
        if self._standing is None:
            raise CatalogueUnusableError("the catalogue is not open")
        return self._standing

    def _keep(self, writer: sqlite3.Connection, standing: _Standing) -> None:
        write_meta(writer, _meta_of(standing))
        self._standing = self._kept = standing

    def _is_worth_keeping(self, standing: _Standing) -> bool:
        kept, now = self._kept.as_of, standing.as_of
        return (
            kept is None
            or now is None
            or standing.posted_seq != self._kept.posted_seq
            or abs((now - kept).total_seconds()) >= _KEPT_EVERY_SECONDS
        )


def _says_something(changes: CentreChanges) -> bool:
    return bool(changes.more or changes.bags or changes.gone or changes.bills or changes.bills_gone)


def _after_page(standing: _Standing, changes: CentreChanges, as_of: datetime, posted_seq: int) -> _Standing:
    """Return what is so after a page: as of when its round began, once the round is whole."""
    begun = standing.round_as_of is not None
    round_as_of = standing.round_as_of if begun else as_of
    round_posted = standing.round_posted if begun else posted_seq
    if changes.more:
        return replace(standing, cursor=changes.cursor, round_as_of=round_as_of, round_posted=round_posted)
    return replace(
        standing,
        cursor=changes.cursor,
        as_of=round_as_of,
        posted_seq=round_posted,
        round_as_of=None,
        round_posted=0,
    )


_Meta = dict[str, str | int | None]


def _meta_of(standing: _Standing) -> _Meta:
    start = standing.start
    return {
        "format": NEWEST_FORMAT,
        "start_cursor": start.cursor if start else None,
        "centre": start.centre if start else None,
        "highest": start.highest if start else None,
        "rows": start.rows if start else None,
        "after": standing.after,
        "loaded": standing.loaded,
        "loaded_all": int(standing.loaded_all),
        "cursor": standing.cursor,
        "as_of": _text(standing.as_of),
        "posted_seq": standing.posted_seq,
        "round_as_of": _text(standing.round_as_of),
        "round_posted": standing.round_posted,
    }


def _standing_of(meta: _Meta) -> _Standing:
    if not meta:
        return _Standing()
    cursor = meta["start_cursor"]
    start = (
        LoadStart(
            cursor=str(cursor),
            centre=str(meta["centre"]),
            highest=int(meta["highest"] or 0),
            rows=int(meta["rows"] or 0),
        )
        if cursor is not None
        else None
    )
    return _Standing(
        start=start,
        after=int(meta["after"] or 0),
        loaded=int(meta["loaded"] or 0),
        loaded_all=bool(meta["loaded_all"]),
        cursor=str(meta["cursor"]) if meta["cursor"] is not None else None,
        as_of=_moment(meta["as_of"]),
        posted_seq=int(meta["posted_seq"] or 0),
        round_as_of=_moment(meta["round_as_of"]),
        round_posted=int(meta["round_posted"] or 0),
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | int | None) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text is not None else None

"""The catalogue of one data directory: a copy of what the centre knows about bags, which may be lost.

Written by one thread at a time, the loader and then the delivery, over the one connection that writes
and checkpoints a file. The intake reads over a connection of its own, never waits, and takes what cannot
be read for unknown. There are two places for a file: while one is loaded anew, the other one is used.
"""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from traitortrack_desktop.services.catalogue import (
    CatalogueUnusableError,
    Holders,
    Known,
    KnownBill,
    LoadProgress,
    LoadStart,
)
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local.catalogue_file import CatalogueFile, remove_files
from traitortrack_desktop.storage.local.catalogue_reading import CatalogueReader
from traitortrack_desktop.storage.local.catalogue_rows import is_whole
from traitortrack_desktop.storage.local.catalogue_standing import Standing
from traitortrack_desktop.storage.local.connections import is_damage

_PLACES = ("catalogue.sqlite", "catalogue-2.sqlite")

PAUSE_SECONDS = 60.0
"""How long no changes are taken after the disk was full or another program had the file."""

_log = logging.getLogger(__name__)


class SqliteCatalogue:
    """Fills ``services.catalogue.CatalogueCopy``.

    *damaged* is called by the thread that finds that the file has to be made anew by :meth:`open`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        damaged: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = tuple(directory / name for name in _PLACES)
        self._seconds = seconds
        self._lock = threading.RLock()
        self._used: CatalogueFile | None = None
        """Complete: what scans are answered from."""
        self._loading: CatalogueFile | None = None
        self._is_open = False
        self._damaged = damaged
        self._reader = CatalogueReader(damaged)
        self._paused_until = float("-inf")
        self._pause_told = False

    # -- the intake thread

    def known(self, code: str) -> Known:
        """Return what is known about *code*; never raises and never waits."""
        return self._reader.known(self._used, code)

    def known_bill(self, code: str) -> KnownBill:
        """Return what is known about the bill *code*, in any case; never raises and never waits."""
        return self._reader.known_bill(self._used, code)

    # -- whoever reads with a connection of its own

    @property
    def used(self) -> CatalogueFile | None:
        """The file that codes are known by now, if there is one."""
        return self._used

    def reader(self) -> CatalogueReader:
        """Return another reader, for one other thread."""
        return CatalogueReader(self._damaged)

    # -- the loader thread

    def open(self) -> LoadProgress:
        """Open what is there, without what is damaged or a newer program's; return how far it is."""
        with self._lock, self._guarded():
            if not self._is_open:
                self._open_files()
            self._drop_damaged()
            return self.progress()

    def check(self) -> None:
        """Read all that is there, to find damage before a scan does; seconds for a million bags."""
        for file in self._files():
            if not is_whole(file.path):
                file.damaged = True

    def begin(self, start: LoadStart) -> None:
        """Begin a load; a list that was complete is used until the new one is."""
        with self._lock, self._guarded():
            if not self._is_open:
                raise CatalogueUnusableError("the catalogue is not open")
            self._drop_loading()
            used = self._used
            place = next(path for path in self._places if used is None or path != used.path)
            number = used.standing.number + 1 if used is not None else 1
            self._loading = CatalogueFile.made(
                place, Standing(number=number, start=start, cursor=start.cursor)
            )

    def add(self, bags: Sequence[CatalogueRow]) -> LoadProgress:
        """Keep one page of a load, with how far it is, in one transaction."""
        with self._lock, self._guarded():
            self._in_load().add(bags)
            return self.progress()

    def finish(
        self,
        bills: Sequence[CatalogueRow],
        *,
        details: Sequence[CatalogueRow] = (),
        holders: Holders | None = None,
    ) -> None:
        """End the load: make what look-ups need, and let changes come."""
        with self._lock, self._guarded():
            self._in_load().finish(bills, details, holders or {})

    # -- the delivery thread

    def cursor(self) -> str | None:
        """Return what to ask the feed with; ``None`` while there is nothing to follow."""
        file = self._followed()
        if file is None or file.damaged or self._seconds() < self._paused_until:
            return None
        return file.standing.cursor

    def progress(self) -> LoadProgress:
        """Return how far the load is."""
        used, loading = self._used, self._loading
        if loading is not None:
            return replace(loading.standing.progress, again=used is not None)
        if used is not None and used.standing.is_followed:
            return used.standing.progress
        return LoadProgress(again=used is not None)

    def follow(self, changes: CentreChanges, *, as_of: datetime, posted_seq: int | None) -> bool:
        """Take one page of changes; see ``CatalogueCopy``."""
        with self._lock, self._guarded():
            file = self._followed()
            if not self._is_open or file is None:
                return False
            try:
                return self._take(file, changes, as_of, posted_seq)
            except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError) as error:
                if file.damaged:
                    raise
                self._pause(error)
                return False

    def close(self) -> None:
        """Close the files. A reader that is still used closes with the program."""
        with self._lock:
            self._is_open = False
            files, self._used, self._loading = self._files(), None, None
            for file in files:
                file.close()

    # -- following

    def _followed(self) -> CatalogueFile | None:
        file = self._loading if self._loading is not None else self._used
        return file if file is not None and file.standing.is_followed else None

    def _take(
        self, file: CatalogueFile, changes: CentreChanges, as_of: datetime, posted_seq: int | None
    ) -> bool:
        if changes.reload:
            if file is self._loading:
                self._drop_loading()
            else:
                file.outdate()
            return False
        file.follow(changes, as_of, posted_seq)
        self._pause_told = False
        if file is not self._loading or not file.standing.is_complete:
            return False
        old, self._used, self._loading = self._used, file, None
        if old is not None:
            old.remove()
        return True

    def _pause(self, error: Exception) -> None:
        self._paused_until = self._seconds() + PAUSE_SECONDS
        if not self._pause_told:
            self._pause_told = True
            _log.warning("The catalogue takes no changes now; what is known stays, and gets old: %s", error)

    # -- the files

    def _files(self) -> tuple[CatalogueFile, ...]:
        return tuple(file for file in (self._used, self._loading) if file is not None)

    def _open_files(self) -> None:
        """Find what is used, the newest complete file, and what was being loaded; delete the rest."""
        found: list[CatalogueFile] = []
        try:
            for place in self._places:
                found += _found_at(place)
        except BaseException:
            for file in found:
                file.close()
            raise
        found.sort(key=lambda file: file.standing.number, reverse=True)
        used = next((file for file in found if file.standing.is_complete), None)
        rest = (file for file in found if file.standing.start is not None and not file.standing.is_complete)
        loading = next(rest, None) if used is None or not used.standing.is_followed else None
        for file in found:
            if file is not used and file is not loading:
                file.remove()
        self._used, self._loading, self._is_open = used, loading, True

    def _drop_damaged(self) -> None:
        used = self._used
        if used is not None and used.damaged:
            _log.warning("The catalogue is damaged: it is made anew")
            self._used = None
            used.remove()
        if self._loading is not None and self._loading.damaged:
            self._drop_loading()

    def _drop_loading(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.remove()

    def _in_load(self) -> CatalogueFile:
        if self._loading is None:
            raise CatalogueUnusableError("no load of the catalogue was begun")
        return self._loading

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise CatalogueUnusableError(f"the catalogue cannot be used: {error}") from error


def _found_at(place: Path) -> list[CatalogueFile]:
    """Return the file at *place*; one that is damaged or not ours is deleted, one that is busy stays."""
    if not place.exists():
        return []
    try:
        if place.stat().st_size > 0:
            return [CatalogueFile.opened(place)]
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise
        _log.warning("The catalogue is damaged or not ours to read: it is made anew")
    remove_files(place)
    return []

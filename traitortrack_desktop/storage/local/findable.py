"""What finding reads: the catalogue's file and the journal together, each over a connection of its own.

Used by one thread at a time. What cannot be read now is not known.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.entries import BagFact, EntryKind
from traitortrack_desktop.services.catalogue import merged
from traitortrack_desktop.services.known_bills import merged_bill
from traitortrack_desktop.services.ports import BagMemory, Clock, JournalTooNewError
from traitortrack_desktop.storage.local.bag_facts import newest_memory
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue
from traitortrack_desktop.storage.local.catalogue_standing import Standing
from traitortrack_desktop.storage.local.desk_facts import bill_memory
from traitortrack_desktop.storage.local.histories import LAST, Answered, Histories, SqliteHistories
from traitortrack_desktop.storage.local.journal_lists import is_touched
from traitortrack_desktop.storage.local.labels import called_before, called_now
from traitortrack_desktop.storage.local.reading import JournalConnection
from traitortrack_desktop.storage.local.records import DamagedRecordError

Answer = TypeVar("Answer")

_HOWEVER_OLD = timedelta.max
"""Whoever finds something is told as of when it is."""

_log = logging.getLogger(__name__)


class Findable:
    """The catalogue and the journal in *directory*. Nothing here raises."""

    def __init__(self, directory: Path, *, catalogue: SqliteCatalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._reader = catalogue.reader()
        self._journal = JournalConnection(directory)
        self._clock = clock

    @property
    def standing(self) -> Standing | None:
        """How far the catalogue is, ``None`` where nothing is known by it."""
        file = self._catalogue.used
        return file.standing if file is not None and file.standing.is_complete else None

    @property
    def as_of(self) -> datetime | None:
        """As of when the catalogue is."""
        standing = self.standing
        return standing.as_of if standing is not None else None

    @property
    def posted_seq(self) -> int:
        """The number of the last own entry whose effect the catalogue has."""
        standing = self.standing
        return standing.posted_seq if standing is not None else 0

    def now(self) -> datetime:
        """Return now as an aware UTC datetime."""
        return self._clock()

    def of_catalogue(self, question: Callable[[sqlite3.Connection], Answer], otherwise: Answer) -> Answer:
        """Return the answer of the catalogue's file to *question*, *otherwise* where it cannot be read."""
        answer = self._reader.asked(self._catalogue.used, question)
        return answer if answer is not None else otherwise

    def of_journal(self, question: Callable[[sqlite3.Connection], Answer], otherwise: Answer) -> Answer:
        """Return the answer of the journal to *question*, *otherwise* where it cannot be read."""
        try:
            return question(self._journal.current())
        except FileNotFoundError:
            return otherwise
        except (sqlite3.Error, DamagedRecordError, JournalTooNewError, OSError) as error:
            self._journal.close()
            _log.warning("The journal cannot be searched: %s", error)
            return otherwise

    def of_histories(self, question: Callable[[Histories], Answer], otherwise: Answer) -> Answer:
        """Return the answer of the journal's histories to *question*; as :meth:`of_journal`."""
        return self.of_journal(lambda connection: question(SqliteHistories(connection)), otherwise)

    def bag(self, code: str) -> BagFact | None:
        """Return what is known of the bag *code*, own entries that wait included."""
        memory: BagMemory | None = self.of_histories(lambda histories: newest_memory(histories, code), None)
        known = self._reader.known(self._catalogue.used, code)
        now = self.now()
        return merged(code, memory, known, now=now, trust=_HOWEVER_OLD, called_now=self.called_now)

    def bill(self, code: str) -> BillFact | None:
        """Return what is known of the bill *code*, in any case; absent ones are nothing."""
        memory = self.of_histories(lambda histories: bill_memory(histories, code), None)
        known = self._reader.known_bill(self._catalogue.used, code)
        fact = merged_bill(code, memory, known, now=self.now(), trust=_HOWEVER_OLD)
        return fact if fact is not None and not fact.is_absent else None

    def called_now(self, code: str, after: int = 0) -> str:
        """Return the label that *code* was replaced by here after entry *after*, or *code*."""
        return self.of_histories(lambda histories: called_now(histories, code, after), code)

    def called_since(self, code: str) -> str:
        """Return the label that *code* of the catalogue was replaced by here since then, or *code*."""
        return self.called_now(code, self.posted_seq)

    def label_of(self, code: str) -> str:
        """Return what the bag *code* is called now; a bag that is there is called what it is called."""
        fact = self.bag(code)
        is_there = fact is not None and fact.kind is not None
        return code if is_there else self.called_now(code)

    def called_before(self, code: str) -> tuple[str, ...]:
        """Return what the bag *code* was called here before, newest first."""
        nothing: tuple[str, ...] = ()
        return self.of_histories(lambda histories: called_before(histories, code), nothing)

    def is_touched(self, code: str) -> bool:
        """Return whether own entries are about the bag *code* that the catalogue does not have yet."""
        since = self.posted_seq
        return self.of_journal(lambda connection: is_touched(connection, code, since), False)

    def since_catalogue(
        self, histories_of: Callable[[Histories], Iterator[Answered]]
    ) -> tuple[Answered, ...]:
        """Return the entries of a history that the catalogue does not have yet, newest first."""
        since = self.posted_seq

        def newer(histories: Histories) -> tuple[Answered, ...]:
            found = []
            for entry, kept in histories_of(histories):
                if entry.seq <= since:
                    break
                found.append((entry, kept))
            return tuple(found)

        return self.of_histories(newer, ())

    def newest(
        self, histories_of: Callable[[Histories], Iterator[Answered]], limit: int
    ) -> tuple[Answered, ...]:
        """Return the newest entries of a history."""

        def first(histories: Histories) -> tuple[Answered, ...]:
            found: list[Answered] = []
            for answered in histories_of(histories):
                found.append(answered)
                if len(found) == limit:
                    break
            return tuple(found)

        return self.of_histories(first, ())

    def close(self) -> None:
        """Close both files."""
        self._reader.close()
        self._journal.close()


def of_parent(code: str, kinds: Collection[EntryKind]) -> Callable[[Histories], Iterator[Answered]]:
    """Return the question for entries about the parent *code*."""
    return lambda histories: histories.of_parent(code, kinds, LAST)


def mentioning(code: str, kinds: Collection[EntryKind]) -> Callable[[Histories], Iterator[Answered]]:
    """Return the question for entries that are about *code* in another way."""
    return lambda histories: histories.mentioning(code, kinds, LAST)

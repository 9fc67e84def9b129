"""Posting entries at the centre, and asking it what changed: one message there and one back.

Used by the delivery thread. A centre without a catalogue feed, or with one in trouble, is posted to
without it: the feed never costs a posting more than one attempt.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg2 import Error as DriverError
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.ports import (
    CentreChanges,
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    PostingReply,
    StationStanding,
)
from traitortrack_desktop.storage.central.catalogue_feed import changes_of
from traitortrack_desktop.storage.central.engine import STATEMENT_LIMIT, CentralDatabase
from traitortrack_desktop.storage.central.enrolment import Enrolment
from traitortrack_desktop.storage.central.failures import LOST_TO_OTHERS, NOT_ENROLLED, from_within, sqlstate
from traitortrack_desktop.storage.central.page_size import PageSize
from traitortrack_desktop.storage.central.posting_reply import posting_item, posting_reply

_POST = "station.post_entries(%s, %s, %s)"
_POST_NAMING_THE_SESSION = "station.post_entries(%s, %s, %s, %s)"
# The posting comes first: its own changes are among the answers.
_AND_ASK = "SELECT p.reply, station.changes_since(%s, %s) FROM (SELECT {} AS reply OFFSET 0) AS p"
# Whoever has nothing to do adds up what the others left for the web application's figures (decision 15).
_ASK = STATEMENT_LIMIT + "SELECT station.changes_since(%s, %s), station.fold_statistics()"
_PRUNE = STATEMENT_LIMIT + "SELECT station.prune_changes()"

CHANGES_WITH_A_POSTING = 500
WITHOUT_FEED_SECONDS = 600.0
WITHOUT_SESSIONS_SECONDS = 300.0
"""For so long a centre is not told sessions that knew none: somebody may upgrade it."""
PRUNE_SECONDS = 600.0

_RACES = 5
_RACING_SECONDS = 4.0
"""After so long the server has kept us waiting, and this side's own deadline comes near."""

_TOOK_TOO_LONG = "57014"
_NO_SUCH_FUNCTION = "42883"

LostRace = Callable[[DriverError], None]
"""Hears of each attempt that others kept from happening; mostly it is made again at once. Posting thread."""

_log = logging.getLogger(__name__)


def _nobody_listens(_error: DriverError) -> None:
    """Take what :data:`LostRace` hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posting:
    """One call of the posting function; *changes* are the cursor and the page of the feed to ask with it."""

    device: DeviceId
    batch: str
    isolate: bool = False
    session: UUID | None = None
    changes: tuple[str, int] | None = None

    @property
    def statement(self) -> str:
        call = _POST if self.session is None else _POST_NAMING_THE_SESSION
        return STATEMENT_LIMIT + (f"SELECT {call}" if self.changes is None else _AND_ASK.format(call))

    @property
    def arguments(self) -> tuple[Any, ...]:
        named = () if self.session is None else (str(self.session),)
        return (*(self.changes or ()), str(self.device), self.batch, self.isolate, *named)


class CentralPostingOffice:
    """A ``PostingOffice`` with a delivery connection of its own to *url*, opened when it is first needed.

    The station is who its database account says; it is enrolled when the centre does not know it yet, by
    its one-time *enrolment_code* where the centre wants one.
    Raises ``UnusableAddressError`` for an address that cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        device: DeviceId,
        station_name: str,
        version: str,
        enrolment_code: str | None = None,
        lost_race: LostRace = _nobody_listens,
    ) -> None:
        self._database = CentralDatabase(url, application=f"traitortrack {station_name}")
        self._device = device
        self._enrolment = Enrolment(device=device, name=station_name, version=version, code=enrolment_code)
        self._lost_race = lost_race
        self._page = PageSize()
        self._no_feed_until = float("-inf")
        self._no_sessions_until = float("-inf")
        self._version_told = False
        self._feed_suspected = False
        """The last question with a feed in it was not answered: the next one goes without."""
        self._prune_at = time.monotonic() + random.uniform(0, PRUNE_SECONDS)  # noqa: S311 - not a secret

    def post(
        self, entries: Sequence[JournalEntry], cursor: str | None = None, *, session: UUID | None = None
    ) -> PostingReply:
        """Post *entries* in order; see ``services.ports.PostingOffice``.

        Entries keep the device that journalled them, also when this computer has become another one
        since; each change of device costs one more round trip.
        """
        if not entries:
            return self._post_as(self._device, entries, cursor, session)
        groups = [(device, list(own)) for device, own in groupby(entries, key=lambda entry: entry.device)]
        replies = [self._post_as(device, own, None, None) for device, own in groups[:-1]]
        replies.append(self._post_as(*groups[-1], cursor, session or entries[-1].session))
        return replace(
            replies[-1], receipts=tuple(receipt for reply in replies for receipt in reply.receipts)
        )

    def changes_since(self, cursor: str) -> CentreChanges | None:
        """Return what changed since *cursor*; ``None`` while the centre has no feed to ask."""
        if not self._has_feed():
            return None
        self._feed_suspected = True
        try:
            with self._database.delivery() as own:
                answer = self._asked(own, cursor)
                self._prune_now_and_then(own)
        except (CentreMismatchError, EntriesNotAcceptableError) as problem:
            self._without_feed(str(problem))
            return None
        except CentreUnreachableError:
            self._page.was_not_answered()
            raise
        self._feed_suspected = False
        return answer

    def probe(self, *, session: UUID | None = None) -> StationStanding | None:
        """Return when the centre would take entries of this station; raises as :meth:`post` does."""
        standing = self._post_as(self._device, (), None, session).standing
        self._tell_version()
        return standing

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _tell_version(self) -> None:
        """Let the centre know once with which program this station works; no matter if that fails."""
        if self._version_told:
            return
        self._version_told = True
        try:
            with self._database.delivery() as cursor:
                self._enrolment.enrol(cursor)
        except (CentreMismatchError, CentreUnreachableError) as problem:
            _log.warning("The centre was not told this program's version: %s", problem)

    def _post_as(
        self, device: DeviceId, entries: Sequence[JournalEntry], cursor: str | None, session: UUID | None
    ) -> PostingReply:
        batch = json.dumps([posting_item(entry) for entry in entries])
        posting = _Posting(device=device, batch=batch, session=session)
        try:
            reply, changes = self._call(posting, feed_cursor=cursor)
        except EntriesNotAcceptableError:
            # One of them is bad: now each is decided on its own, and the bad one is set aside there.
            reply, changes = self._call(replace(posting, isolate=True))
        return posting_reply(reply, changes, entries)

    def _call(
        self, posting: _Posting, *, feed_cursor: str | None = None
    ) -> tuple[Mapping[str, Any], CentreChanges | None]:
        if feed_cursor is not None and self._has_feed():
            return self._call_and_ask(posting, feed_cursor)
        with self._database.delivery() as cursor:
            self._send(cursor, posting)
            self._feed_suspected = False
            return _first_row(cursor)[0], None

    def _call_and_ask(
        self, posting: _Posting, feed_cursor: str
    ) -> tuple[Mapping[str, Any], CentreChanges | None]:
        self._feed_suspected = True
        try:
            with self._database.delivery() as cursor:
                try:
                    return self._posted_and_asked(cursor, posting, feed_cursor)
                except DriverError as error:
                    if sqlstate(error) in {None, *LOST_TO_OTHERS} or cursor.connection.closed:
                        raise
                    # Whose fault it was shows when the same goes without the feed.
                    self._send(cursor, posting)
                    self._without(error)
                    return _first_row(cursor)[0], None
        except CentreUnreachableError:
            self._page.was_not_answered()
            raise

    def _posted_and_asked(
        self, cursor: Cursor, posting: _Posting, feed_cursor: str
    ) -> tuple[Mapping[str, Any], CentreChanges]:
        size, started = min(CHANGES_WITH_A_POSTING, self._page.changes), time.monotonic()
        self._send(cursor, replace(posting, changes=(feed_cursor, size)))
        reply, answer = _first_row(cursor)
        changes = changes_of(answer)
        self._page.was_answered(asked=size, full=changes.more, seconds=time.monotonic() - started)
        self._feed_suspected = False
        return reply, changes

    def _send(self, cursor: Cursor, posting: _Posting) -> None:
        """Run *posting*; without its session where the centre is of a release that knows none."""
        if time.monotonic() < self._no_sessions_until:
            posting = replace(posting, session=None)
        try:
            self._enrolled(cursor, posting)
        except DriverError as error:
            if posting.session is None or not _knows_no_sessions(error):
                raise
            self._no_sessions_until = time.monotonic() + WITHOUT_SESSIONS_SECONDS
            self._enrolled(cursor, replace(posting, session=None))

    def _enrolled(self, cursor: Cursor, posting: _Posting) -> None:
        """Run *posting*, whose device is enrolled when the centre does not know it yet."""
        try:
            _racing(cursor, posting, self._lost_race)
        except DriverError as error:
            if sqlstate(error) != NOT_ENROLLED:
                raise
            self._enrolment.enrol(cursor, posting.device)
            _racing(cursor, posting, self._lost_race)

    # -- the feed

    def _asked(self, own: Cursor, cursor: str) -> CentreChanges:
        started = time.monotonic()
        size = self._page.changes
        own.execute(_ASK, (cursor, size))
        changes = changes_of(_first_row(own)[0])
        self._page.was_answered(asked=size, full=changes.more, seconds=time.monotonic() - started)
        return changes

    def _without(self, error: DriverError) -> None:
        """Go on without the feed after *error*, which was not the posting's: for this time, or for long."""
        if sqlstate(error) == _TOOK_TOO_LONG:
            self._page.was_not_answered()
            self._feed_suspected = False
        else:
            self._without_feed(f"it answers with {sqlstate(error)}")

    def _has_feed(self) -> bool:
        """Whether to ask it now. After an answer that did not come one posting goes alone."""
        if self._feed_suspected:
            return False
        return time.monotonic() >= self._no_feed_until

    def _without_feed(self, problem: str) -> None:
        self._feed_suspected = False
        self._no_feed_until = time.monotonic() + WITHOUT_FEED_SECONDS
        _log.warning("The centre's catalogue feed cannot be used for now: %s", problem)

    def _prune_now_and_then(self, cursor: Cursor) -> None:
        """Do a little of the centre's tidying, when nothing waits; that it fails is nobody's trouble."""
        if time.monotonic() < self._prune_at:
            return
        self._prune_at = time.monotonic() + random.uniform(0.5, 1.5) * PRUNE_SECONDS  # noqa: S311
        try:
            cursor.execute(_PRUNE)
        except DriverError as error:
            if sqlstate(error) is None:
                raise
            _log.warning("The centre's feed could not be tidied: %s", sqlstate(error))


def _knows_no_sessions(error: DriverError) -> bool:
    """Return whether the centre has no posting function that takes a session."""
    said = error.diag.message_primary or ""
    return sqlstate(error) == _NO_SUCH_FUNCTION and not from_within(error) and "post_entries" in said


def _racing(cursor: Cursor, posting: _Posting, lost_race: LostRace) -> None:
    """Run *posting*, again at once when it lost a race: everything in it was rolled back."""
    started = time.monotonic()
    for attempt in range(1, _RACES + 1):
        try:
            cursor.execute(posting.statement, posting.arguments)
        except DriverError as error:
            if sqlstate(error) not in LOST_TO_OTHERS:
                raise
            lost_race(error)
            if attempt == _RACES or time.monotonic() - started > _RACING_SECONDS:
                raise
            time.sleep(random.uniform(0.005, 0.012 * attempt))  # noqa: S311 - not a secret
        else:
            return


def _first_row(cursor: Cursor) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.fetchone()
    assert row is not None
    return row

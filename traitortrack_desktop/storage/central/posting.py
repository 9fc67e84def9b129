"""Posting entries at the centre, and asking it what changed: one message there and one back.

Used by the delivery thread. A centre without a catalogue feed, or with one in trouble, is posted to
without it: the feed never costs a posting more than one attempt.
"""

import json
import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from psycopg2 import Error as DriverError
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from traitortrack_desktop.domain.entries import (
    JournalEntry,
    Outcome,
    Receipt,
    entry_payload,
    fact_from_payload,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import (
    CentreChanges,
    CentreMismatchError,
    EntriesNotAcceptableError,
    PostingReply,
)
from traitortrack_desktop.storage.central.catalogue_feed import changes_of
from traitortrack_desktop.storage.central.engine import STATEMENT_LIMIT, CentralDatabase
from traitortrack_desktop.storage.central.failures import NOT_ENROLLED, sqlstate

_POST = STATEMENT_LIMIT + "SELECT station.post_entries(%s, %s, %s)"
# The posting comes first: its own changes are among the answers.
_POST_AND_ASK = f"""{STATEMENT_LIMIT}
    SELECT p.reply, station.changes_since(%s, %s)
    FROM (SELECT station.post_entries(%s, %s, %s) AS reply OFFSET 0) AS p
"""  # noqa: S608 - joined from constants
# Whoever has nothing to do adds up what the others left for the web application's figures (decision 15).
_ASK = STATEMENT_LIMIT + "SELECT station.changes_since(%s, %s), station.fold_statistics()"
_PRUNE = STATEMENT_LIMIT + "SELECT station.prune_changes()"
_ENROL = STATEMENT_LIMIT + "SELECT station.enrol_device(%s, %s, %s)"

CHANGES_WITH_A_POSTING = 500
CHANGES_AT_ONCE = 4_000
WITHOUT_FEED_SECONDS = 600.0
PRUNE_SECONDS = 600.0

_NOT_UNDERSTOOD = "the centre answers as a newer one does: update this program"
_LOST_A_RACE = frozenset({"40001", "40P01", "55P03"})
"""Rolled back as a whole because of others: the same at once again, mostly, is all there is to it."""

_RACES = 5
_RACING_SECONDS = 4.0
"""After so long the server has kept us waiting, and this side's own deadline comes near."""

_log = logging.getLogger(__name__)


class CentralPostingOffice:
    """A ``PostingOffice`` with a delivery connection of its own to *url*, opened when it is first needed.

    The station is who its database account says; it is enrolled when the centre does not know it yet.
    Raises ``UnusableAddressError`` for an address that cannot be used.
    """

    def __init__(self, url: str, *, device: DeviceId, station_name: str, version: str) -> None:
        self._database = CentralDatabase(url, application=f"traitortrack {station_name}")
        self._device = device
        self._station_name = station_name
        self._version = version
        self._no_feed_until = float("-inf")
        self._feed_suspected = False
        """The last question with a feed in it was not answered: the next one goes without."""
        self._prune_at = time.monotonic() + random.uniform(0, PRUNE_SECONDS)  # noqa: S311 - not a secret

    def post(self, entries: Sequence[JournalEntry], cursor: str | None = None) -> PostingReply:
        """Post *entries* in order; see ``services.ports.PostingOffice``.

        Entries keep the device that journalled them, also when this computer has become another one
        since; each change of device costs one more round trip.
        """
        if not entries:
            return self._post_as(self._device, entries, cursor)
        groups = [(device, list(own)) for device, own in groupby(entries, key=lambda entry: entry.device)]
        replies = [self._post_as(device, own, None) for device, own in groups[:-1]]
        replies.append(self._post_as(*groups[-1], cursor))
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
                own.execute(_ASK, (cursor, CHANGES_AT_ONCE))
                answer = _first_row(own)[0]
                self._prune_now_and_then(own)
        except (CentreMismatchError, EntriesNotAcceptableError) as problem:
            self._without_feed(str(problem))
            return None
        self._feed_suspected = False
        return changes_of(answer)

    def probe(self) -> None:
        """Return when the centre would take entries of this station; raises as :meth:`post` does."""
        self._call(self._device, "[]", isolate=False)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _post_as(self, device: DeviceId, entries: Sequence[JournalEntry], cursor: str | None) -> PostingReply:
        batch = json.dumps([_item(entry) for entry in entries])
        try:
            reply, changes = self._call(device, batch, isolate=False, feed_cursor=cursor)
        except EntriesNotAcceptableError:
            # One of them is bad: now each is decided on its own, and the bad one is set aside there.
            reply, changes = self._call(device, batch, isolate=True)
        return _reply(reply, changes, entries)

    def _call(
        self, device: DeviceId, batch: str, *, isolate: bool, feed_cursor: str | None = None
    ) -> tuple[Mapping[str, Any], CentreChanges | None]:
        post = (str(device), batch, isolate)
        asks = feed_cursor is not None and not isolate and self._has_feed()
        with self._database.delivery() as cursor:
            if not asks:
                self._enrolled(cursor, _POST, post)
                self._feed_suspected = False
                return _first_row(cursor)[0], None
            self._feed_suspected = True
            try:
                self._enrolled(cursor, _POST_AND_ASK, (feed_cursor, CHANGES_WITH_A_POSTING, *post))
            except DriverError as error:
                if sqlstate(error) in {None, *_LOST_A_RACE} or cursor.connection.closed:
                    raise
                # Whose fault it was shows when the same goes without the feed.
                self._enrolled(cursor, _POST, post)
                self._without_feed(f"it answers with {sqlstate(error)}")
                return _first_row(cursor)[0], None
            reply, answer = _first_row(cursor)
            self._feed_suspected = False
            return reply, changes_of(answer)

    def _enrolled(self, cursor: Cursor, statement: str, arguments: tuple[Any, ...]) -> None:
        """Run a posting; the station is enrolled when the centre does not know it yet."""
        try:
            _racing(cursor, statement, arguments)
        except DriverError as error:
            if sqlstate(error) != NOT_ENROLLED:
                raise
            cursor.execute(_ENROL, (arguments[-3], self._station_name, self._version))
            _racing(cursor, statement, arguments)

    # -- the feed

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


def _racing(cursor: Cursor, statement: str, arguments: tuple[Any, ...]) -> None:
    """Run *statement*, again at once when it lost a race: everything in it was rolled back."""
    started = time.monotonic()
    for attempt in range(1, _RACES + 1):
        try:
            cursor.execute(statement, arguments)
        except DriverError as error:
            late = time.monotonic() - started > _RACING_SECONDS
            if sqlstate(error) not in _LOST_A_RACE or attempt == _RACES or late:
                raise
            time.sleep(random.uniform(0.005, 0.012 * attempt))  # noqa: S311 - not a secret
        else:
            return


def _first_row(cursor: Cursor) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.fetchone()
    assert row is not None
    return row


def _item(entry: JournalEntry) -> dict[str, Any]:
    return {"payload": entry_payload(entry), "hash": entry.hash.hex(), "prev": entry.previous_hash.hex()}


def _reply(answer: Any, changes: CentreChanges | None, entries: Sequence[JournalEntry]) -> PostingReply:
    try:
        reply = PostingReply(
            receipts=tuple(_receipt(receipt) for receipt in answer["receipts"]),
            server_time=datetime.fromisoformat(answer["server_time"]),
            centre=answer["centre"],
            changes=changes,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as unknown:
        raise CentreMismatchError(_NOT_UNDERSTOOD) from unknown
    if [receipt.seq for receipt in reply.receipts] != [entry.seq for entry in entries]:
        # Not the entries' fault: they must not be refused for it.
        raise CentreMismatchError("the centre's receipts do not belong to these entries")
    return reply


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    fact = answer.get("fact")
    return Receipt(
        seq=answer["seq"],
        outcome=Outcome(answer["outcome"]),
        reason=_reason(answer.get("reason")),
        count=answer.get("count"),
        completed=answer.get("completed"),
        fact=fact_from_payload(fact) if fact else None,
    )


def _reason(text: str | None) -> Reason | None:
    """Return the reason; one that only a newer centre knows is told as the general one."""
    if text is None:
        return None
    try:
        return Reason(text)
    except ValueError:
        return Reason.CENTRE_COULD_NOT_STORE

"""From the journal to the centre: one batch after another, in order, repeated until it is answered.

Used by one thread, the delivery. An unreachable centre is not an error here: entries wait.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from traitortrack_desktop.domain.entries import JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.catalogue_following import ASK_SECONDS, CatalogueFollowing
from traitortrack_desktop.services.events import DeliveryChanged, StationListener
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreTrouble,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    JournalUnreadableError,
    PostingOffice,
    PostingReply,
    StationStanding,
    WaitingEntries,
)

FIRST_BATCH = 50
LARGEST_BATCH = 500
"""The knee of the measured drain rate; larger batches gain little and hold locks longer."""

FAST_SECONDS = 0.25
"""A batch answered within this time is followed by one twice as large, a slower one by half of it."""

PROBE_SECONDS = 3.0
"""How often a station with nothing to send finds out whether the centre answers."""

FULL_PROBE_SECONDS = 60.0
"""The same where the feed is asked meanwhile: that the centre would still take entries of this station."""

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
MISMATCH_PAUSE_SECONDS = 10.0


class Step(Enum):
    """What one delivery step came to."""

    SENT = "sent"
    NOTHING_WAITS = "nothing_waits"
    POSTPONED = "postponed"


@dataclass(slots=True)
class Pause:
    """Back-off with full jitter, so that a hundred stations do not return in step."""

    attempt: int = 0
    longest_seconds: float = LONGEST_PAUSE_SECONDS

    def next_seconds(self) -> float:
        """Return how long to wait before the next attempt."""
        ceiling = min(self.longest_seconds, FIRST_PAUSE_SECONDS * 2 ** min(self.attempt, 10))
        self.attempt += 1
        return random.uniform(FIRST_PAUSE_SECONDS / 2, ceiling)  # noqa: S311 - not a secret


class Delivery:
    """Sends what waits and hands the receipts back to be stored.

    *store* gets the entries and the centre's reply and returns whether the receipts are on disk;
    until they are, the same entries are offered again, which the centre answers from its ledger.
    *following* takes what changed at the centre, before the receipts are stored. *session* tells the one
    that goes on at the station, *standing* takes what the centre says of it and of the station.
    """

    def __init__(
        self,
        *,
        waiting: WaitingEntries,
        office: PostingOffice,
        store: Callable[[Sequence[JournalEntry], PostingReply], bool],
        tell: StationListener,
        seconds: Callable[[], float],
        following: CatalogueFollowing | None = None,
        session: Callable[[], UUID | None] = lambda: None,
        standing: Callable[[StationStanding], None] = lambda _standing: None,
    ) -> None:
        self._session = session
        self._standing = standing
        self._following = following
        self._waiting = waiting
        self._office = office
        self._store = store
        self._tell = tell
        self._seconds = seconds
        self._batch = FIRST_BATCH
        self._pause = Pause()
        self._heard_at = float("-inf")
        self._taken_at = float("-inf")
        """When the centre last said that it takes entries of this station."""
        self._told: DeliveryChanged | None = None
        self._told_answered = False
        """Whether *following* knows up to where the centre has answered."""
        self.pause_seconds = 0.0
        """How long to wait after a postponed step."""
        self.idle_seconds = PROBE_SECONDS
        """How long to wait, at most, after a step that found nothing to send."""

    def step(self) -> Step:
        """Send one batch, or find out whether the centre answers when nothing waits."""
        entries: Sequence[JournalEntry] = ()
        try:
            entries = self._waiting.first(self._batch)
            if not entries:
                self._ask_when_silent()
                return Step.NOTHING_WAITS
            started = self._seconds()
            reply = self._post(entries)
            self._adapt(len(entries), self._seconds() - started)
        except CentreUnreachableError:
            return self._postpone(problem=None, longest=LONGEST_PAUSE_SECONDS)
        except CentreMismatchError as problem:
            return self._postpone(
                problem=str(problem), trouble=problem.trouble, longest=MISMATCH_PAUSE_SECONDS
            )
        except JournalUnreadableError as problem:
            return self._postpone(problem=str(problem), longest=MISMATCH_PAUSE_SECONDS)
        except EntriesNotAcceptableError as problem:
            if not entries:  # the question itself was not accepted: nothing to set aside
                return self._postpone(problem=str(problem), longest=MISMATCH_PAUSE_SECONDS)
            if len(entries) > 1:
                self._batch = max(1, len(entries) // 2)
                return Step.SENT
            reply = _unpostable(entries[0])
        self._reached(reply.server_time)
        if self._store(entries, reply):
            if reply.standing is not None:
                self._standing(reply.standing)
            return Step.SENT
        # This station's disk is the trouble: the centre must not be asked again and again meanwhile.
        self.pause_seconds = LONGEST_PAUSE_SECONDS
        return Step.POSTPONED

    def close(self) -> None:
        """Give the connection back and close the reading side of the journal."""
        self._office.close()
        self._waiting.close()

    def _post(self, entries: Sequence[JournalEntry]) -> PostingReply:
        cursor = self._following.cursor() if self._following is not None else None
        reply = self._office.post(entries, cursor, session=self._session())
        self._taken_at = self._seconds()
        if self._following is not None:
            self._following.posted(entries[-1].seq)
            self._told_answered = True
            self._following.take(reply.changes)
        return reply

    def _ask_when_silent(self) -> None:
        """Ask whether the centre answers, unless it just did: a scan costs one round trip, not two.

        Where there is a feed to follow, that question is what changed.
        """
        now = self._seconds()
        silent = now - self._heard_at
        cursor = self._cursor_when_silent()
        if now - self._taken_at >= FULL_PROBE_SECONDS or (cursor is None and silent >= PROBE_SECONDS):
            self._probe()
        if self._following is None or cursor is None:
            self.idle_seconds = PROBE_SECONDS
        elif silent >= ASK_SECONDS or self._following.more:
            self._ask_what_changed(self._following, cursor)
        else:
            self.idle_seconds = ASK_SECONDS - silent

    def _cursor_when_silent(self) -> str | None:
        following = self._following
        cursor = following.cursor() if following is not None else None
        if following is not None and cursor is not None and not self._told_answered:
            # Nothing was posted since the start: what was posted before it is at the centre too.
            following.posted(self._waiting.answered_up_to())
            self._told_answered = True
        return cursor

    def _probe(self) -> None:
        standing = self._office.probe(session=self._session())
        self._taken_at = self._seconds()
        self._reached(None)
        if standing is not None:
            self._standing(standing)

    def _ask_what_changed(self, following: CatalogueFollowing, cursor: str) -> None:
        changes = self._office.changes_since(cursor)
        following.take(changes)
        if changes is None:
            self.idle_seconds = PROBE_SECONDS
            if self._seconds() - self._heard_at >= PROBE_SECONDS:
                self._probe()
            return
        self._reached(None)
        self.idle_seconds = 0.0 if following.more else ASK_SECONDS

    def _adapt(self, size: int, took_seconds: float) -> None:
        if took_seconds > FAST_SECONDS:
            self._batch = max(1, self._batch // 2)
        elif size == self._batch:
            self._batch = min(LARGEST_BATCH, self._batch * 2)

    def _reached(self, server_time: datetime | None) -> None:
        self._heard_at = self._seconds()
        self._pause = Pause()
        self._changed(DeliveryChanged(online=True, server_time=server_time))

    def _postpone(self, *, problem: str | None, longest: float, trouble: CentreTrouble | None = None) -> Step:
        self._heard_at = float("-inf")
        self._batch = max(1, self._batch // 2)
        self._changed(DeliveryChanged(online=False, problem=problem, trouble=trouble))
        return self._wait(longest)

    def _wait(self, longest: float) -> Step:
        self._pause.longest_seconds = longest
        self.pause_seconds = self._pause.next_seconds()
        return Step.POSTPONED

    def _changed(self, event: DeliveryChanged) -> None:
        told = self._told
        if told is None or (told.online, told.problem) != (event.online, event.problem):
            self._told = event
            self._tell(event)


def _unpostable(entry: JournalEntry) -> PostingReply:
    """Answer for an entry that the centre cannot even read: it joins the attention list, others go on."""
    receipt = Receipt(seq=entry.seq, outcome=Outcome.REFUSED, reason=Reason.CENTRE_COULD_NOT_STORE)
    return PostingReply(receipts=(receipt,), server_time=None, centre=None)

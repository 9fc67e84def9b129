"""What the use cases need from the outside, and how the outside fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from traitortrack_desktop.domain.entries import BagFact, Decision, JournalEntry, Receipt, Remark
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.scanners import ScannerProfile
from traitortrack_desktop.domain.work import WorkState


class Clock(Protocol):
    """The station's clock."""

    def __call__(self) -> datetime:
        """Return now as an aware UTC datetime."""
        ...


# -- the journal


class JournalUnwritableError(Exception):
    """The journal cannot store: disk full, read-only, damaged. Nothing may be acknowledged."""


class JournalUnreadableError(Exception):
    """The journal's file is damaged or not a journal."""


class JournalTooNewError(Exception):
    """The journal was written by a newer program; this one must not touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits for the centre; *oldest_at* is the station time of the first waiting entry."""

    pending: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BagMemory:
    """What the newest entry about a bag taught; *confirmed_at* is when the centre said so.

    Without it the entry waits for the centre. *fact* is ``None`` when the centre's answer contradicts
    what was remembered and does not say what is so. *confirmed_at* is the station's clock.
    """

    seq: int
    fact: BagFact | None
    confirmed_at: datetime | None


class Journal(Protocol):
    """The station's own memory. Used by one thread only, the intake.

    Reading raises :class:`JournalUnwritableError` too when it meets damage: :meth:`reopen` then
    examines the files and saves what is readable.
    """

    def append(
        self,
        decision: Decision,
        *,
        operator: str | None,
        source: str,
        raw: bytes,
        remarks: tuple[Remark, ...] = (),
    ) -> JournalEntry:
        """Store *decision*; when this returns it survives kill -9 and power loss. *raw* is cut.

        Raises :class:`JournalUnwritableError`; the entry must then not be acknowledged.
        """
        ...

    def record_receipts(self, receipts: Sequence[Receipt], *, centre: str | None = None) -> None:
        """Store the centre's answers; one for an entry that already has one changes nothing.

        *centre* is ``PostingReply.centre``. Raises :class:`JournalUnwritableError`.
        """
        ...

    def work_state(self) -> WorkState:
        """Return the fold of the whole journal."""
        ...

    def bag_memory(self, code: str) -> BagMemory | None:
        """Return what this station remembers about a bag, from its own entries and receipts.

        However old it is: ``services.catalogue.merged`` says for how long it counts.
        """
        ...

    def backlog(self) -> Backlog:
        """Return what has no receipt yet."""
        ...

    def reopen(self) -> None:
        """Open the files anew after a failure.

        Raises :class:`JournalUnwritableError` while they still cannot be written.
        """
        ...

    def close(self) -> None:
        """Close the files."""
        ...


class WaitingEntries(Protocol):
    """Reading side of the journal for the delivery thread."""

    def first(self, limit: int) -> Sequence[JournalEntry]:
        """Return up to *limit* entries without receipt, oldest first."""
        ...

    def answered_up_to(self) -> int:
        """Return the number up to which every entry has its receipt, 0 before there is any."""
        ...

    def close(self) -> None:
        """Close the files."""
        ...


# -- the centre


class CentreUnreachableError(Exception):
    """No answer, or one that leaves the outcome unknown: the same entries are offered again."""


class CentreMismatchError(Exception):
    """The centre's schema or rights do not fit this program: stop delivering, keep journalling."""


class EntriesNotAcceptableError(Exception):
    """The centre could not read this batch as a whole (data error before any entry was decided)."""


CatalogueRow = Sequence[str | int | bool | None]
"""A bag (id, code, kind, parent id, since, count, completed, bill id) or a bill (id, code, status,
capacity, linked), as the centre's functions give them; *since* in seconds of Unix time, UTC.
Numbers may come as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreChanges:
    """What changed at the centre since a cursor: one page of a round, the last one without *more*.

    *gone* are ids of bags that there are no more. With *reload* there is nothing else: everything has to
    be loaded anew.
    """

    cursor: str = ""
    more: bool = False
    reload: bool = False
    bags: tuple[CatalogueRow, ...] = ()
    parents: Mapping[int, str] = field(default_factory=dict)
    """Codes of the parents that *bags* name by their ids."""
    gone: tuple[int, ...] = ()
    bills: tuple[CatalogueRow, ...] = ()
    bills_gone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingReply:
    """The centre's answer to a batch: one receipt for each entry, in the order of the batch."""

    receipts: tuple[Receipt, ...]
    server_time: datetime | None
    centre: str | None
    """Identity and timeline of the database cluster, to notice a fail-over or restore.

    Both are ``None`` when the station itself had to answer for an entry the centre cannot read.
    """
    changes: CentreChanges | None = None
    """What changed, these entries included, where a cursor was given and the centre has a feed."""


class PostingOffice(Protocol):
    """Posts entries at the centre: one round trip, one transaction, safe to repeat."""

    def post(self, entries: Sequence[JournalEntry], cursor: str | None = None) -> PostingReply:
        """Post *entries* in order, and ask with *cursor* what changed, in the same round trip.

        Raises :class:`CentreUnreachableError`, :class:`CentreMismatchError` or
        :class:`EntriesNotAcceptableError`.
        """
        ...

    def changes_since(self, cursor: str) -> CentreChanges | None:
        """Return what changed since *cursor*; ``None`` while the centre has no feed to ask.

        Raises as :meth:`post` does.
        """
        ...

    def probe(self) -> None:
        """Return when the centre answers; raises as :meth:`post` does."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


# -- scanners


class ProfilesUnwritableError(Exception):
    """The scanners of this station could not be saved; what stood before still stands."""


class ScannerProfiles(Protocol):
    """The scanners that this station was set up with. Any thread."""

    def read(self) -> tuple[ScannerProfile, ...]:
        """Return them in the order in which they were set up; never raises."""
        ...

    def write(self, profiles: Sequence[ScannerProfile]) -> None:
        """Keep *profiles* instead, all or nothing. Raises :class:`ProfilesUnwritableError`."""
        ...


# -- people


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The password was right: *without_centre* when only this station could say so."""

    person: Person
    without_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRefused:
    """Not signed in. *locked_until* is aware UTC when the account is locked for a while."""

    locked_until: datetime | None = None
    not_verified: bool = False


class Accounts(Protocol):
    """Central accounts."""

    def sign_in(self, username: str, password: str) -> SignedIn | SignInRefused:
        """Check *password* and keep the lockout columns true.

        Raises :class:`CentreUnreachableError` or :class:`CentreMismatchError`.
        """
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class RememberedSignIns(Protocol):
    """Who signed in at the centre from this station lately; asked only while the centre cannot be.

    Any thread. No method raises: whoever cannot be remembered, or read, is nobody.
    """

    @property
    def days(self) -> int:
        """For how many days a sign-in is remembered; 0 when none is."""
        ...

    def remember(self, person: Person, password: str) -> None:
        """Keep that the centre accepted *password* now, in a form that does not give it away."""
        ...

    def forget(self, username: str) -> None:
        """Keep nothing of *username* any more: the centre refused."""
        ...

    def person_with(self, username: str, password: str) -> Person | None:
        """Return the remembered person whose name and password these are.

        ``None`` for a wrong password, an unknown name, an administrator, a memory that is too old or
        from the future, and after too many wrong attempts, and never which of these.
        """
        ...

"""What the use cases need from the outside, and how the outside fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from traitortrack_desktop.domain.accounts import (
    AccountChange,
    AccountProblem,
    AccountsPage,
    AuditFilter,
    AuditPage,
    OwnPasswordAnswer,
    SessionRecord,
    StationAct,
    StationProblem,
    StationRecord,
)
from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.entries import BagFact, Decision, Holder, JournalEntry, Receipt, Remark
from traitortrack_desktop.domain.operators import Badge, OperatorSession
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact
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
class BillOfBag:
    """The bill that a parent is on, or none, as entry *seq* taught it; *confirmed_at* as in ``BagMemory``."""

    seq: int
    bill: str | None
    completed: bool = False
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderOfBag:
    """Which other station has a parent open, or none, as entry *seq* taught it."""

    seq: int
    holder: Holder | None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BagMemory:
    """What the newest entry about a bag taught; *confirmed_at* is when the centre said so.

    Without it the entry waits for the centre. *fact* is ``None`` when the centre's answer contradicts
    what was remembered and does not say what is so. *confirmed_at* is the station's clock. *seq* is 0
    where no entry teaches where the bag is or how full, but only its bill or who has it open.
    """

    seq: int
    fact: BagFact | None
    confirmed_at: datetime | None
    bill: BillOfBag | None = None
    holder: HolderOfBag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillMemory:
    """What this station did at a bill: *told* is what the centre said last, with entry *told_seq*.

    *later* are the entries after that one that the centre did not refuse, oldest first; *waiting* are those
    of them that it has not answered. *told_at* is the station's clock.
    """

    told: BillFact | None = None
    told_seq: int = 0
    told_at: datetime | None = None
    later: tuple[JournalEntry, ...] = ()
    waiting: frozenset[int] = frozenset()


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
        session: UUID | None = None,
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

    def bill_memory(self, code: str) -> BillMemory | None:
        """Return what this station did at the bill *code*, in any case; see ``services.known_bills``."""
        ...

    def ticket_memory(self, code: str) -> TicketFact | None:
        """Return what this station knows of the return *code*, of its own entries and receipts."""
        ...

    def called_now(self, code: str, after: int = 0) -> str:
        """Return what the bag *code* is called since its label was replaced here, or *code*.

        Only labels of entries after the one numbered *after* count: the catalogue has the others.
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


class CentreTrouble(StrEnum):
    """What is the matter with this station at the centre, where its operator has to know it too."""

    REVOKED = "revoked"
    """An administrator took its right to post: what is scanned stays stored here."""
    NOT_ENROLLED = "not_enrolled"
    """It needs a one-time code of an administrator."""
    CODE_REFUSED = "code_refused"
    """The one-time code it was given is wrong, used or too old."""
    OTHER_ACCOUNT = "other_account"
    """It comes by another database account than it was enrolled with."""


class CentreMismatchError(Exception):
    """The centre's schema or rights do not fit this program: stop delivering, keep journalling.

    *trouble* tells what is the matter where an operator has to know it.
    """

    def __init__(self, message: str = "", *, trouble: CentreTrouble | None = None) -> None:
        super().__init__(message)
        self.trouble = trouble


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
    bill_details: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Of *bills*, by id: created (Unix seconds), by, description, destination, vehicle, children, expected.

    The last is in kilograms. What is not known is left out; a centre of the last release tells none.
    """
    holders: Mapping[int, Mapping[str, Any] | None] = field(default_factory=dict)
    """Of the parents among *bags*, by id: which station has it open, as a fact's ``holder``, or ``None``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStanding:
    """What an administrator calls the station, and whether the session that was asked about goes on.

    *session_ended* says why it does not: ``SESSION_REVOKED``, ``OPERATOR_DISABLED`` or ``BADGE_NOT_VALID``.
    """

    name: str
    area: str | None = None
    session: UUID | None = field(default=None, repr=False)
    session_ended: Reason | None = None


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
    standing: StationStanding | None = None
    """What the centre says of this station and of who works at it; ``None`` from an older centre."""


class PostingOffice(Protocol):
    """Posts entries at the centre: one round trip, one transaction, safe to repeat."""

    def post(
        self, entries: Sequence[JournalEntry], cursor: str | None = None, *, session: UUID | None = None
    ) -> PostingReply:
        """Post *entries* in order, and ask with *cursor* what changed, in the same round trip.

        *session* is that of whoever works here now, whose standing the reply tells; without it, the one
        of the newest entry.
        Raises :class:`CentreUnreachableError`, :class:`CentreMismatchError` or
        :class:`EntriesNotAcceptableError`.
        """
        ...

    def changes_since(self, cursor: str) -> CentreChanges | None:
        """Return what changed since *cursor*; ``None`` while the centre has no feed to ask.

        Raises as :meth:`post` does.
        """
        ...

    def probe(self, *, session: UUID | None = None) -> StationStanding | None:
        """Return, when the centre answers, what it says of this station and of *session*.

        Raises as :meth:`post` does.
        """
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
    """It is the person: *session* is the one that begins. *badge* is whose badge it was, if one was asked."""

    session: OperatorSession
    badge: Badge | None = None

    @property
    def person(self) -> Person:
        """Who signed in."""
        return self.session.person

    @property
    def without_centre(self) -> bool:
        """Whether only this station could say so."""
        return self.session.without_centre


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRefused:
    """Not signed in: name and password, badge or PIN do not fit, unless another field says more.

    *locked_until* is aware UTC when the account, or this station, has to wait.
    """

    locked_until: datetime | None = None
    not_verified: bool = False
    code_needed: bool = False
    """The password was right, and the code of the second factor has to come with it."""
    code_wrong: bool = False
    badge_not_valid: bool = False
    """Unknown, revoked, expired, or of an account that is disabled."""


class Accounts(Protocol):
    """Signing in at the centre. Any thread but the GUI's.

    *session* is a new random id: the sign-in makes the session of that id at the centre. A call that is
    repeated with the same id, because its answer did not come, makes no second one. Every method raises
    :class:`CentreUnreachableError`, :class:`CentreMismatchError` or :class:`EntriesNotAcceptableError`.
    """

    def sign_in(
        self, username: str, password: str, *, session: UUID, code: str | None = None
    ) -> SignedIn | SignInRefused:
        """Ask with name and password, and with the *code* of the second factor once it was asked for."""
        ...

    def sign_in_with_badge(self, code: str, *, session: UUID) -> SignedIn | SignInRefused:
        """Ask whose badge has the whole *code*; never more than an operator's rights."""
        ...

    def sign_in_with_pin(self, badge: Badge, pin: str, *, session: UUID) -> SignedIn | SignInRefused:
        """Ask for a biller's full rights with *pin*, after the *badge* was scanned."""
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
        """Keep nothing of *username* any more: the account is disabled."""
        ...

    def forget_password(self, username: str, only: str | None = None) -> None:
        """Keep no password of *username* any more, or *only* not this one, which the centre refused.

        Another one stays: what somebody mistyped says nothing of it.
        """
        ...

    def person_with(self, username: str, password: str) -> Person | None:
        """Return the remembered person whose name and password these are.

        ``None`` for a wrong password, an unknown name, an administrator, a memory that is too old or
        from the future, and after too many wrong attempts, and never which of these.
        """
        ...

    def remember_badge(self, badge: Badge, code: str) -> None:
        """Keep that the centre accepted this badge now, useless without this station's key."""
        ...

    def forget_badge(self, badge: UUID) -> None:
        """Keep nothing of that badge any more: the centre refused it."""
        ...

    def confirm_badge(self, badge: UUID) -> None:
        """Keep that the centre accepted that remembered badge once more."""
        ...

    def badge_with(self, code: str) -> Badge | None:
        """Return the remembered badge that has this code: of memory, at once, never waiting for a disk or a
        key ring; the intake asks. ``None`` for what :meth:`person_with` says, and before it was loaded."""
        ...

    def remember_pin(self, badge: Badge, pin: str) -> None:
        """Keep that the centre accepted *pin* now; see :meth:`remember`."""
        ...

    def forget_pin(self, badge: Badge, only: str | None = None) -> None:
        """Keep no PIN of the person of *badge* any more; see :meth:`forget_password`."""
        ...

    def holder_with_pin(self, badge: Badge, pin: str) -> Person | None:
        """Return the person of *badge* where *pin* is the remembered one; see :meth:`person_with`."""
        ...

    def load(self) -> None:
        """Read the badges into memory, which may take the key ring some seconds; a background thread's."""
        ...


class PeopleOffice(Protocol):
    """What an administrator does at a station. Any thread but the GUI's; one round trip each.

    *session* is that of the administrator, which the centre looks at each time. Every method raises the
    errors of :class:`Accounts`, and :class:`NotPermittedError`.
    """

    def accounts(self, *, session: UUID, search: str = "", after: str | None = None) -> AccountsPage:
        """Return a page of accounts whose name or e-mail address holds *search*, in the order of names."""
        ...

    def change_account(self, change: AccountChange, *, session: UUID) -> AccountProblem | None:
        """Make *change*; return why not, ``None`` when it is done."""
        ...

    def audit(self, wanted: AuditFilter, *, session: UUID, before: int | None = None) -> AuditPage:
        """Return a page of the audit, newest first."""
        ...

    def sessions(self, *, session: UUID, username: str | None = None) -> tuple[SessionRecord, ...]:
        """Return the newest 200 sessions, open ones first."""
        ...

    def end_session(self, ended: UUID, *, session: UUID) -> None:
        """Revoke one session."""
        ...

    def stations(self, *, session: UUID) -> tuple[StationRecord, ...]:
        """Return all stations by name."""
        ...

    def change_station(
        self, act: StationAct, station: UUID, values: Mapping[str, str | None], *, session: UUID
    ) -> StationProblem | None:
        """Rename, move, revoke or restore a station; return why not, ``None`` when it is done."""
        ...

    def enrolment_code(self, *, session: UUID, name: str | None, area: str | None) -> str:
        """Make and return a one-time code for a new station; it is good for 24 hours."""
        ...

    def change_own_password(self, old: str, new: str, *, session: UUID) -> OwnPasswordAnswer:
        """Change the password of whoever has *session*."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class NotPermittedError(Exception):
    """The session is none of an administrator with full rights, or it has ended."""

"""Who works at the station: the session, the lock, and the badge that is being asked about.

Used by one thread, the intake.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID, uuid4

from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.domain.session_entries import goes_on_with
from traitortrack_desktop.services.account_secrets import badge_code_hash

BADGE_MS = 3000
"""So long scans wait, in sight, for whose badge it is; then whoever was signed in goes on."""

ENDS_A_SESSION = frozenset({Reason.BADGE_NOT_VALID, Reason.OPERATOR_DISABLED, Reason.SESSION_REVOKED})
"""What the centre says of a session that must not go on."""


class BadgeDesk(Protocol):
    """Where the intake learns whose badge it is. Every method returns at once."""

    def known(self, code: str) -> Badge | None:
        """Return the badge of this code that is remembered here; see ``RememberedSignIns.badge_with``."""
        ...

    def ask(self, code: str, session: UUID) -> None:
        """Ask the centre in the background; the answer comes back as ``ScanIntake.take_badge_answer``."""
        ...

    def confirmed(self, badge: UUID) -> None:
        """Keep that the centre accepted a remembered badge again."""
        ...

    def forget(self, badge: UUID) -> None:
        """Forget a badge that the centre refused."""
        ...

    def forget_person(self, username: str) -> None:
        """Forget somebody whose account is disabled: password, badges and PIN."""
        ...


@dataclass(slots=True, kw_only=True)
class AskedBadge:
    """A badge that the centre is asked about; *session* would begin with it. Times on the intake's clock."""

    session: UUID
    source: str
    digest: str = field(repr=False)
    asked_ms: int
    given_up_seq: int | None = None
    """Number of the entry that told that no answer came in time."""

    def ms_left(self, now_ms: int) -> int | None:
        """Return how long scans still wait; ``None`` when they do not any more."""
        return None if self.given_up_seq is not None else self.asked_ms + BADGE_MS - now_ms


class PeopleHere:
    """Who works here. Nothing in it stores or tells."""

    def __init__(self, *, sign_in_required: bool, new_id: Callable[[], UUID] = uuid4) -> None:
        self.session: OperatorSession | None = None
        self.locked = False
        self.asked: AskedBadge | None = None
        self._label: str | None = None
        self._sign_in_required = sign_in_required
        self._new_id = new_id
        self._own: tuple[str, Badge] | None = None
        """The badge that was scanned for the session, with a digest of its code: it unlocks in any case."""

    @property
    def operator(self) -> str | None:
        """The name under which entries are recorded."""
        return self.session.person.username if self.session is not None else self._label

    @property
    def session_id(self) -> UUID | None:
        """The session under which entries are recorded."""
        return self.session.id if self.session is not None else None

    @property
    def is_waiting(self) -> bool:
        """Whether a badge is being checked, so that nobody knows whose the next scan is."""
        return self.asked is not None and self.asked.given_up_seq is None

    @property
    def barred(self) -> Reason | None:
        """Why no scan but a badge counts now."""
        if self.is_waiting:
            return Reason.BADGE_BEING_CHECKED
        if self.locked:
            return Reason.STATION_LOCKED
        if self.operator is None and self._sign_in_required:
            return Reason.NOT_SIGNED_IN
        return None

    def own_badge(self, code: str) -> Badge | None:
        """Return the badge of this code if the session began with it."""
        if self._own is None or self.session is None:
            return None
        return self._own[1] if hmac.compare_digest(self._own[0], badge_code_hash(code)) else None

    def session_by(self, badge: Badge) -> OperatorSession:
        """Return the session that *badge*, known here, begins or that goes on with it."""
        if self.session is not None and goes_on_with(self.session, badge, locked=self.locked):
            return self.session
        return OperatorSession(
            id=self._new_id(),
            person=badge.person,
            way=SignInWay.BADGE,
            rights=Rights.OPERATOR,
            badge=badge.id,
        )

    def ask(self, code: str, *, source: str, now_ms: int) -> UUID | None:
        """Return the session to ask for with *code*; ``None`` when it is being asked already."""
        digest = badge_code_hash(code)
        if self.is_waiting and self.asked is not None and self.asked.digest == digest:
            return None
        self.asked = AskedBadge(session=self._new_id(), source=source, digest=digest, asked_ms=now_ms)
        return self.asked.session

    def begin(self, session: OperatorSession, badge: Badge | None, digest: str | None) -> None:
        """Let *session* work here from now on; *digest* is of the code of the *badge* that was scanned."""
        if badge is not None and digest is not None:
            self._own = digest, badge
        elif self._own is not None and self._own[1].id != session.badge:
            self._own = None
        self.session, self._label, self.asked, self.locked = session, None, None, False

    def end(self, label: str | None = None) -> None:
        """Let nobody work here, or a script under the name *label*."""
        self.session, self._label, self.asked, self.locked, self._own = None, label, None, False, None

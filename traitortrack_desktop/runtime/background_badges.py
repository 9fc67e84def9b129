"""Whose badge it is, for the intake: from memory at once, or of the centre in the background."""

import logging
import threading
from collections.abc import Callable
from uuid import UUID

from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.services.ports import Accounts, RememberedSignIns, SignedIn
from traitortrack_desktop.services.signing_in import ask_whose_badge
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable

ASKING = "badge"
KEEPING = "memory"
LOADING_SECONDS = 10.0
"""So long, at most, a badge waits after the start for what is remembered: a key ring may take its time."""

_log = logging.getLogger(__name__)


class BackgroundBadges:
    """Implements ``BadgeDesk``; *answered* takes the centre's answers into the intake's queue."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        remembered: RememberedSignIns,
        background: Background,
        answered: Callable[[UUID, SignInAnswer], None],
    ) -> None:
        self._accounts = accounts
        self._remembered = remembered
        self._background = background
        self._answered = answered
        self._wanted: UUID | None = None
        """The session of the badge that was asked about last; nobody waits for an earlier one."""
        self._loaded = threading.Event()
        self._loaded.set()

    def load(self) -> None:
        """Read in the background what is remembered."""
        self._loaded.clear()

        def read() -> None:
            try:
                self._remembered.load()
            finally:
                self._loaded.set()

        self._background.submit(KEEPING, read)

    def known(self, code: str) -> Badge | None:
        """Return the badge that is remembered here."""
        return self._remembered.badge_with(code)

    def ask(self, code: str, session: UUID) -> None:
        """Ask the centre in the background, and keep whose badge it is when it answers."""
        self._wanted = session

        def ask() -> None:
            if self._wanted != session:
                return
            answer = self._answer(code, session)
            if isinstance(answer, SignInUnavailable):
                answer = self._known_by_now(code, session) or answer
            elif isinstance(answer, SignedIn) and answer.badge is not None:
                badge = answer.badge
                self._background.submit(KEEPING, lambda: self._remembered.remember_badge(badge, code))
            self._answered(session, answer)

        self._background.submit(ASKING, ask)

    def confirmed(self, badge: UUID) -> None:
        """Keep that the centre accepted it again."""
        self._background.submit(KEEPING, lambda: self._remembered.confirm_badge(badge))

    def forget(self, badge: UUID) -> None:
        """Forget the badge."""
        self._background.submit(KEEPING, lambda: self._remembered.forget_badge(badge))

    def forget_person(self, username: str) -> None:
        """Forget the person."""
        self._background.submit(KEEPING, lambda: self._remembered.forget(username))

    def _known_by_now(self, code: str, session: UUID) -> SignedIn | None:
        """Return whose badge it is, where it was scanned before this station had read what it remembers."""
        self._loaded.wait(LOADING_SECONDS)
        badge = self._remembered.badge_with(code)
        if badge is None:
            return None
        begun = OperatorSession(
            id=session, person=badge.person, way=SignInWay.BADGE, rights=Rights.OPERATOR, badge=badge.id
        )
        return SignedIn(session=begun, badge=badge)

    def _answer(self, code: str, session: UUID) -> SignInAnswer:
        try:
            return ask_whose_badge(self._accounts, self._remembered, code, session)
        except Exception as defect:  # noqa: BLE001 - whoever asked has to get an answer
            # Not its text and not where it was: they might quote the code.
            _log.error("Asking about a badge met an unexpected error: %s", type(defect).__name__)
            return SignInUnavailable(mismatch=True)

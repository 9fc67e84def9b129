"""Badges of people, and a desk that answers when a test says so. Fills ``services.people_here.BadgeDesk``."""

from uuid import uuid4

from fakes.sign_ins import ASHA, RAVI

from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.services.ports import SignedIn

ASHAS, RAVIS, MINAS = (f"TT-BADGE-{digit * 24}" for digit in "123")


class AskedBadges:
    def __init__(self):
        self.of = {ASHAS: Badge(id=uuid4(), person=ASHA), RAVIS: Badge(id=uuid4(), person=RAVI, has_pin=True)}
        """Whose they are."""
        self.remembered = set()
        """Codes that are known here."""
        self.asked = []
        self.confirmations = []
        self.forgotten = []

    def known(self, code):
        return self.of[code] if code in self.remembered else None

    def ask(self, code, session):
        self.asked.append((code, session))

    def confirmed(self, badge):
        self.confirmations.append(badge)

    def forget(self, badge):
        self.forgotten.append(badge)

    def forget_person(self, username):
        self.forgotten.append(username)

    def answer(self):
        """The session that was asked for last, and what the centre says of it."""
        code, session = self.asked[-1]
        badge = self.of[code]
        begun = OperatorSession(
            id=session, person=badge.person, way=SignInWay.BADGE, rights=Rights.OPERATOR, badge=badge.id
        )
        return session, SignedIn(session=begun, badge=badge)

"""An intake with a journal, guns with clocks, and what was told: for tests of readings in their order."""

from fakes.asked_badges import AskedBadges
from fakes.memory_journal import DEVICE, START, MemoryJournal
from fakes.own_knowledge import own_knowledge
from fakes.sign_ins import signed_in

from traitortrack_desktop.domain.codes import code_rules
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.services.scan_intake import ScanIntake


class IntakeBench:
    """``at_ms`` is the time of day; every scan takes three seconds unless told otherwise."""

    def __init__(
        self,
        journal=None,
        *,
        capacity=30,
        sign_in_required=False,
        for_people=False,
        badges=None,
        known=None,
        by=None,
        bills=None,
        tickets=None,
        rules=None,
    ):
        self.journal = journal or MemoryJournal()
        self.at_ms = 0
        self.told = []
        self.bills, self.tickets = bills or {}, tickets or {}
        self.catalogue_bills = {}
        self._by = by
        self._rules = rules or code_rules(capacity=capacity)
        self._sign_in_required = sign_in_required
        self._for_people = for_people
        self._known = known
        self.badges = badges or AskedBadges()
        self.restart(self.journal)

    def restart(self, journal):
        """Begin anew on *journal*, with nothing but what it holds."""
        self.journal = journal
        self.intake = ScanIntake(
            journal=journal,
            rules=self._rules,
            tell=self.tell,
            known_about=self._known or own_knowledge(journal),
            sign_in_required=self._sign_in_required,
            for_people=self._for_people,
            badges=self.badges,
            monotonic_ms=lambda: self.at_ms,
            known_bill=lambda code: self.bills.get(code),  # noqa: PLW0108 - tests may change it
            known_ticket=lambda code: self.tickets.get(code),  # noqa: PLW0108
            catalogue_bill=lambda code: self.catalogue_bills.get(code),  # noqa: PLW0108
            device=DEVICE,
            clock=lambda: START,
            bits=lambda: 0xAB,
        )
        self.intake.resume()
        if self._by is not None:
            self.intake.people.begin(signed_in(self._by))

    def tell(self, event):
        self.told.append(event)

    @property
    def state(self):
        return next(event.state for event in reversed(self.told) if hasattr(event, "state"))

    @property
    def decisions(self):
        return [event.entry.decision for event in self.told if hasattr(event, "entry")]

    def scan(self, text, *, source="left", after_ms=3000, kind=FrameKind.COMPLETE, **more):
        """Take one reading and return the decision told last."""
        self.at_ms += after_ms
        frame = ScanFrame(source=source, raw=text.encode(), kind=kind, ended_ms=self.at_ms, **more)
        self.intake.take(frame)
        return self.decisions[-1] if hasattr(self.told[-1], "entry") or text.startswith("TT-BADGE") else None

    def scan_all(self, texts, **how):
        return [self.scan(text, **how) for text in texts.split()]

    def pour(self, texts, *, source="left", role=ScannerRole.ANY):
        """Let a gun that was connected again pour out *texts* at once."""
        return [
            self.scan(text, source=source, after_ms=1, after_reconnect=True, role=role)
            for text in texts.split()
        ]

    def press(self, command):
        """Press the key of *command* and return every decision it brought."""
        before = len(self.decisions)
        self.intake.take(ScanFrame(source="keys", raw=command.encode()))
        return self.decisions[before:]

"""What a decision may need beside work, code and bag: who works here, bills, returns, the time. Pure."""

from dataclasses import dataclass
from datetime import datetime

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.returns import TicketFact
from traitortrack_desktop.domain.roles import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHere:
    """*by* is whoever is signed in; *bill* and *ticket* are known of what was scanned, if it is one.

    *now* is the station's clock, aware UTC. *bits* are random, for the code of a new return.
    """

    by: OperatorSession | None = None
    bill: BillFact | None = None
    ticket: TicketFact | None = None
    device: DeviceId | None = None
    now: datetime | None = None
    bits: int = 0
    typed: bool = False
    """What was scanned was typed by a person."""
    waits: bool = False
    """Something that was done here at the bill or return of the desk, however long ago, is not answered."""

    def may(self, operation: Operation) -> bool:
        """Whether whoever works here may do *operation*; nobody may do more than scan."""
        if self.by is None:
            return operation in {Operation.SCAN, Operation.LOOK_UP, Operation.VIEW_BILL}
        return self.by.may(operation)


NOTHING_KNOWN = KnownHere()

"""What a person has to look at: what was told OK and does not hold, and notices of the centre. Pure."""

from dataclasses import dataclass
from datetime import datetime

from traitortrack_desktop.domain.entries import (
    ABOUT_PEOPLE,
    BagFact,
    EntryKind,
    JournalEntry,
    Outcome,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionItem:
    """What a person has to look at; open until acknowledged.

    Mostly an entry the operator was told OK for and the centre refused. With a *reason* about people
    (``OPERATOR_DISABLED``, ``SESSION_REVOKED``, ``BADGE_NOT_VALID``) the entry was posted, and went on
    under somebody who should not have gone on.
    """

    seq: int
    code: str
    reason: Reason
    parent: str | None
    child: str | None
    at: datetime
    operator: str | None
    fact: BagFact | None
    kind: EntryKind | None = None
    bill: str | None = None
    ticket: str | None = None
    bag: str | None = None
    """What the bag was called before, of a label, or what should have been deleted."""
    origin: str | None = None
    moved: int = 0
    """How many bags should have been moved at once."""


def needs_attention(entry: JournalEntry, receipt: Receipt) -> bool:
    """Whether a person has to look: the operator was told OK for something that does not hold at the
    centre, or the centre gives notice of who it was.

    A child that turns out to be in this very parent already is where the operator was told it is. Sign-ins
    are about no bag: who works here is settled at once, and not by a list.
    """
    if entry.decision.kind in ABOUT_PEOPLE:
        return False
    return receipt.notice is not None or _does_not_hold(entry, receipt)


def _does_not_hold(entry: JournalEntry, receipt: Receipt) -> bool:
    return (
        entry.decision.verdict is Verdict.ACCEPTED
        and receipt.outcome is Outcome.REFUSED
        and not (receipt.reason in _IS_SO_ALREADY and len(entry.decision.children) <= 1)
    )


_IS_SO_ALREADY = frozenset(
    {
        Reason.ALREADY_IN_THIS_PARENT,
        Reason.PARENT_ON_THIS_BILL,
        Reason.ALREADY_RETURNED,
        Reason.BILL_NOT_COMPLETED,
    }
)
"""Refusals of what was so before: of one bag, it is where the operator was told it is."""


def attention_item(entry: JournalEntry, receipt: Receipt) -> AttentionItem:
    """Return what a person has to see about *entry*: that a bag is not where it should be comes first."""
    reason = receipt.reason if _does_not_hold(entry, receipt) else receipt.notice or receipt.reason
    decision = entry.decision
    child = decision.child or (decision.children[0] if len(decision.children) == 1 else None)
    return AttentionItem(
        seq=entry.seq,
        code=child or decision.parent or decision.bill or decision.ticket or decision.code,
        reason=reason or Reason.CENTRE_COULD_NOT_STORE,
        parent=decision.parent,
        child=child,
        at=entry.at,
        operator=entry.operator,
        kind=decision.kind,
        bill=decision.bill,
        ticket=decision.ticket,
        bag=decision.bag,
        origin=decision.origin,
        moved=len(decision.children),
        fact=receipt.fact,
    )

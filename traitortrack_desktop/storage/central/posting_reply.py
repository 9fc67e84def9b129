"""A posting as JSON: entries on their way to the centre, and its answer to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from traitortrack_desktop.domain.bills import BillFact, bill_fact_from_payload
from traitortrack_desktop.domain.entries import (
    BagFact,
    JournalEntry,
    Outcome,
    Receipt,
    entry_payload,
    fact_from_payload,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import (
    CentreChanges,
    CentreMismatchError,
    PostingReply,
    StationStanding,
)

_NOT_UNDERSTOOD = "the centre answers as a newer one does: update this program"


def posting_item(entry: JournalEntry) -> dict[str, Any]:
    """Return *entry* as ``station.post_entries`` takes it."""
    return {"payload": entry_payload(entry), "hash": entry.hash.hex(), "prev": entry.previous_hash.hex()}


def posting_reply(
    answer: Any, changes: CentreChanges | None, entries: Sequence[JournalEntry]
) -> PostingReply:
    """Return what ``station.post_entries`` answered to *entries*.

    Raises :class:`CentreMismatchError` for what is no answer to them.
    """
    try:
        reply = PostingReply(
            receipts=tuple(_receipt(receipt) for receipt in answer["receipts"]),
            server_time=datetime.fromisoformat(answer["server_time"]),
            centre=answer["centre"],
            changes=changes,
            standing=standing_of(answer),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as unknown:
        raise CentreMismatchError(_NOT_UNDERSTOOD) from unknown
    if [receipt.seq for receipt in reply.receipts] != [entry.seq for entry in entries]:
        # Not the entries' fault: they must not be refused for it.
        raise CentreMismatchError("the centre's receipts do not belong to these entries")
    return reply


def standing_of(answer: Mapping[str, Any]) -> StationStanding | None:
    """Return what an answer of ``station.post_entries`` says of the station; an older centre says nothing.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is no such answer.
    """
    station = answer.get("station")
    if station is None:
        return None
    session = answer.get("session") or {}
    number, ended = session.get("id"), session.get("ended")
    return StationStanding(
        name=station["name"],
        area=station["area"],
        session=UUID(number) if number else None,
        session_ended=(_known_reason(ended) or Reason.SESSION_REVOKED) if ended else None,
    )


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    return Receipt(
        seq=answer["seq"],
        outcome=Outcome(answer["outcome"]),
        reason=_reason(answer.get("reason")),
        count=answer.get("count"),
        completed=answer.get("completed"),
        fact=_fact(answer.get("fact")),
        notice=_known_reason(answer.get("notice")),
        bill=_bill(answer.get("bill")),
        ticket=answer.get("ticket"),
    )


def _bill(payload: Any) -> BillFact | None:
    """Return the bill; what cannot be read is not worth an answer."""
    try:
        return bill_fact_from_payload(payload) if payload else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _fact(payload: Any) -> BagFact | None:
    """Return the fact; one that cannot be read, of a year with five digits say, is not worth an answer."""
    try:
        return fact_from_payload(payload) if payload else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _reason(text: str | None) -> Reason | None:
    """Return the reason; one that only a newer centre knows is told as the general one."""
    return None if text is None else _known_reason(text) or Reason.CENTRE_COULD_NOT_STORE


def _known_reason(text: str | None) -> Reason | None:
    try:
        return Reason(text) if text is not None else None
    except ValueError:
        return None

"""Entries and receipts as they are stored, each with the hash that proves it. Pure.

A receipt's hash covers the hash of its entry, so neither a changed receipt nor one that ended up
at another entry goes unnoticed. SQLite's own checks do not see a flipped bit in a value.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from traitortrack_desktop.domain.bills import bill_fact_from_payload, bill_fact_payload
from traitortrack_desktop.domain.entries import (
    JournalEntry,
    Outcome,
    Receipt,
    canonical_json,
    chained_hash,
    entry_from_payload,
    fact_from_payload,
    fact_payload,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import JournalTooNewError

_RECEIPT_VERSION = 1


class DamagedRecordError(Exception):
    """A stored record does not match its hash, or cannot be read."""


def _require_hash(before: bytes, payload: str, expected: bytes, what: str) -> None:
    try:
        matches = chained_hash(before, payload) == expected
    except UnicodeEncodeError:
        matches = False
    if not matches:
        raise DamagedRecordError(f"{what} does not match its hash")


@contextlib.contextmanager
def _understood(what: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalTooNewError(
            f"{what} was written by a newer program, this one does not understand it ({error!r})"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as the bytes on disk have it: canonical JSON and the two hashes."""

    payload: str
    previous_hash: bytes
    hash: bytes

    def entry(self) -> JournalEntry:
        """Return the entry. Raises :class:`DamagedRecordError` unless hash and payload agree.

        One that agrees and cannot be understood is no damage, and must not be salvaged away: raises
        ``JournalTooNewError``.
        """
        _require_hash(self.previous_hash, self.payload, self.hash, "an entry")
        with _understood("an entry"):
            return entry_from_payload(
                json.loads(self.payload), previous_hash=self.previous_hash, entry_hash=self.hash
            )

    def line(self) -> bytes:
        """Return the entry as one line of the line file."""
        text = (
            f'{{"hash":"{self.hash.hex()}","payload":{self.payload},"previous":"{self.previous_hash.hex()}"}}'
        )
        return text.encode("ascii") + b"\n"


def entry_from_line(line: bytes) -> StoredEntry:
    """Return what :meth:`StoredEntry.line` made; the hash is *not* checked yet.

    Raises :class:`DamagedRecordError`.
    """
    try:
        parts = json.loads(line)
        return StoredEntry(
            payload=canonical_json(parts["payload"]),
            previous_hash=bytes.fromhex(parts["previous"]),
            hash=bytes.fromhex(parts["hash"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedRecordError(f"a line cannot be read: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReceipt:
    """A receipt with the circumstances it was recorded in.

    *after_seq* is the last entry journalled by then: it tells the order among the entries.
    *complete_through*: every entry up to this sequence number had a receipt, with this one.
    *received_at* is the station's clock, aware UTC; *centre* the identity the centre gave.
    """

    receipt: Receipt
    after_seq: int
    complete_through: int
    received_at: datetime
    centre: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReceipt:
    """A receipt as the bytes on disk have it."""

    payload: str
    hash: bytes

    def kept(self, entry_hash: bytes) -> KeptReceipt:
        """Return the receipt of the entry with *entry_hash*; raises as :meth:`StoredEntry.entry` does."""
        _require_hash(entry_hash, self.payload, self.hash, "a receipt")
        with _understood("a receipt"):
            return _receipt_from_payload(json.loads(self.payload))


def stored_receipt(kept: KeptReceipt, entry_hash: bytes) -> StoredReceipt:
    """Return *kept* with the hash that binds it to its entry."""
    text = canonical_json(_receipt_payload(kept))
    return StoredReceipt(payload=text, hash=chained_hash(entry_hash, text))


def _receipt_payload(kept: KeptReceipt) -> dict[str, Any]:
    receipt = kept.receipt
    payload = {
        "v": _RECEIPT_VERSION,
        "seq": receipt.seq,
        "outcome": str(receipt.outcome),
        "reason": receipt.reason and str(receipt.reason),
        "count": receipt.count,
        "completed": receipt.completed,
        "fact": receipt.fact and fact_payload(receipt.fact),
        "notice": receipt.notice and str(receipt.notice),
        "bill": receipt.bill and bill_fact_payload(receipt.bill),
        "ticket": receipt.ticket,
        "after_seq": kept.after_seq,
        "complete_through": kept.complete_through,
        "received_at": kept.received_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "centre": kept.centre,
    }
    return {key: value for key, value in payload.items() if value is not None}


def _receipt_from_payload(payload: Mapping[str, Any]) -> KeptReceipt:
    reason, fact, notice = payload.get("reason"), payload.get("fact"), payload.get("notice")
    bill = payload.get("bill")
    receipt = Receipt(
        seq=payload["seq"],
        outcome=Outcome(payload["outcome"]),
        reason=Reason(reason) if reason else None,
        count=payload.get("count"),
        completed=payload.get("completed"),
        fact=fact_from_payload(fact) if fact else None,
        notice=Reason(notice) if notice else None,
        bill=bill_fact_from_payload(bill) if bill else None,
        ticket=payload.get("ticket"),
    )
    return KeptReceipt(
        receipt=receipt,
        after_seq=payload["after_seq"],
        complete_through=payload["complete_through"],
        received_at=datetime.fromisoformat(payload["received_at"]),
        centre=payload.get("centre"),
    )

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes.decisions import opened
from fakes.memory_journal import START, MemoryJournal

from traitortrack_desktop.domain.entries import (
    BagFact,
    JournalEntry,
    Outcome,
    Receipt,
    canonical_json,
    entry_payload,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.storage.local.reading import entry_of
from traitortrack_desktop.storage.local.records import (
    DamagedRecordError,
    KeptReceipt,
    StoredEntry,
    entry_from_line,
    stored_receipt,
)


def an_entry() -> JournalEntry:
    return MemoryJournal().append(opened("SB10001"), operator="Zoë 🧵", source="keyboard", raw=b"\x00\xff")


def stored_of(entry: JournalEntry) -> StoredEntry:
    return StoredEntry(
        payload=canonical_json(entry_payload(entry)), previous_hash=entry.previous_hash, hash=entry.hash
    )


def a_receipt() -> KeptReceipt:
    return KeptReceipt(
        receipt=Receipt(
            seq=1,
            outcome=Outcome.REFUSED,
            reason=Reason.CHILD_IN_OTHER_PARENT,
            count=0,
            completed=False,
            fact=BagFact(code="AB12C", kind="child", parent="SB7", since=START, by="Zoë"),
        ),
        after_seq=9,
        complete_through=1,
        received_at=datetime(2026, 3, 1, 9, 30, 1, 250, tzinfo=UTC),
        centre="7401/1",
    )


def test_an_entry_comes_back_as_it_was() -> None:
    entry = an_entry()
    assert stored_of(entry).entry() == entry


def test_an_entry_comes_back_from_its_line() -> None:
    stored = stored_of(an_entry())
    assert entry_from_line(stored.line()) == stored


@pytest.mark.parametrize(
    "changes",
    [{"payload": "{}"}, {"payload": "{\xe9"}, {"hash": b"\x01" * 32}, {"previous_hash": b"\x01" * 32}],
)
def test_an_entry_that_does_not_match_its_hash_is_damaged(changes: dict[str, bytes]) -> None:
    with pytest.raises(DamagedRecordError):
        replace(stored_of(an_entry()), **changes).entry()  # type: ignore[arg-type]


def test_an_entry_at_another_number_s_place_is_damaged() -> None:
    stored = stored_of(an_entry())
    with pytest.raises(DamagedRecordError, match="entry 1 lies at place 5"):
        entry_of((5, stored.payload, stored.previous_hash, stored.hash))


def test_a_receipt_comes_back_as_it_was() -> None:
    kept = a_receipt()
    assert stored_receipt(kept, b"\x07" * 32).kept(b"\x07" * 32) == kept


def test_a_receipt_at_another_entry_is_damaged() -> None:
    with pytest.raises(DamagedRecordError, match="does not match its hash"):
        stored_receipt(a_receipt(), b"\x07" * 32).kept(b"\x08" * 32)

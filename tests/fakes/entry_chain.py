"""The entries of one made-up station, chained as its journal would chain them."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fakes.decisions import added, opened

from traitortrack_desktop.domain.entries import (
    NO_HASH,
    Decision,
    JournalEntry,
    canonical_json,
    chained_hash,
    entry_payload,
)
from traitortrack_desktop.domain.identifiers import DeviceId, JournalEpoch, following_entry_id

OPERATOR = "ravi"


class EntryChain:
    """Makes entries for a device of its own."""

    def __init__(self) -> None:
        self.device = DeviceId(uuid4())
        self.epoch = JournalEpoch(uuid4())
        self._last: JournalEntry | None = None

    def entry(
        self,
        decision: Decision,
        *,
        at: datetime | None = None,
        operator: str | None = OPERATOR,
        session: UUID | None = None,
    ) -> JournalEntry:
        at = at or datetime.now(UTC)
        last = self._last
        entry = JournalEntry(
            id=following_entry_id(last.id if last else None, at, random.getrandbits(74)),
            device=self.device,
            epoch=self.epoch,
            seq=last.seq + 1 if last else 1,
            at=at,
            operator=operator,
            station="Station 7",
            source="keyboard",
            raw=decision.code.encode(),
            decision=decision,
            previous_hash=last.hash if last else NO_HASH,
            hash=NO_HASH,
            session=session,
        )
        self._last = sealed(entry)
        return self._last

    def entries(self, decisions: Iterable[Decision]) -> list[JournalEntry]:
        return [self.entry(decision) for decision in decisions]


def sealed(entry: JournalEntry) -> JournalEntry:
    """Return *entry* with the hash that belongs to its content."""
    return replace(entry, hash=chained_hash(entry.previous_hash, canonical_json(entry_payload(entry))))


def filled(parent: str, children: Iterable[str]) -> list[Decision]:
    return [opened(parent), *(added(parent, child) for child in children)]


def item(entry: JournalEntry) -> dict[str, Any]:
    """Return *entry* as it is posted."""
    return {"payload": entry_payload(entry), "hash": entry.hash.hex(), "prev": entry.previous_hash.hex()}

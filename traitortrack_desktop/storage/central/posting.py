"""Posting entries at the centre: one message there and one back. Used by the delivery thread."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from psycopg2 import Error as DriverError
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from traitortrack_desktop.domain.entries import (
    JournalEntry,
    Outcome,
    Receipt,
    entry_payload,
    fact_from_payload,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import CentreMismatchError, EntriesNotAcceptableError, PostingReply
from traitortrack_desktop.storage.central.engine import STATEMENT_LIMIT, CentralDatabase
from traitortrack_desktop.storage.central.failures import NOT_ENROLLED, sqlstate

_POST = STATEMENT_LIMIT + "SELECT station.post_entries(%s, %s, %s)"
_ENROL = STATEMENT_LIMIT + "SELECT station.enrol_device(%s, %s, %s)"


class CentralPostingOffice:
    """A ``PostingOffice`` with a delivery connection of its own to *url*, opened when it is first needed.

    The station is who its database account says; it is enrolled when the centre does not know it yet.
    Raises ``UnusableAddressError`` for an address that cannot be used.
    """

    def __init__(self, url: str, *, device: DeviceId, station_name: str, version: str) -> None:
        self._database = CentralDatabase(url, application=f"traitortrack {station_name}")
        self._device = device
        self._station_name = station_name
        self._version = version

    def post(self, entries: Sequence[JournalEntry]) -> PostingReply:
        """Post *entries* in order; see ``services.ports.PostingOffice``.

        Entries keep the device that journalled them, also when this computer has become another one
        since; each change of device costs one more round trip.
        """
        if not entries:
            return self._post_as(self._device, entries)
        replies = [
            self._post_as(device, list(own))
            for device, own in groupby(entries, key=lambda entry: entry.device)
        ]
        return replace(
            replies[-1], receipts=tuple(receipt for reply in replies for receipt in reply.receipts)
        )

    def probe(self) -> None:
        """Return when the centre would take entries of this station; raises as :meth:`post` does."""
        self._call(self._device, "[]", isolate=False)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _post_as(self, device: DeviceId, entries: Sequence[JournalEntry]) -> PostingReply:
        batch = json.dumps([_item(entry) for entry in entries])
        try:
            return _reply(self._call(device, batch, isolate=False), entries)
        except EntriesNotAcceptableError:
            # One of them is bad: now each is decided on its own, and the bad one is set aside there.
            return _reply(self._call(device, batch, isolate=True), entries)

    def _call(self, device: DeviceId, batch: str, *, isolate: bool) -> Mapping[str, Any]:
        arguments = (str(device), batch, isolate)
        with self._database.delivery() as cursor:
            try:
                cursor.execute(_POST, arguments)
            except DriverError as error:
                if sqlstate(error) != NOT_ENROLLED:
                    raise
                cursor.execute(_ENROL, (str(device), self._station_name, self._version))
                cursor.execute(_POST, arguments)
            return _only_value(cursor)


def _only_value(cursor: Cursor) -> Mapping[str, Any]:
    row = cursor.fetchone()
    assert row is not None
    value: Mapping[str, Any] = row[0]
    return value


def _item(entry: JournalEntry) -> dict[str, Any]:
    return {"payload": entry_payload(entry), "hash": entry.hash.hex(), "prev": entry.previous_hash.hex()}


def _reply(answer: Mapping[str, Any], entries: Sequence[JournalEntry]) -> PostingReply:
    receipts = tuple(_receipt(receipt) for receipt in answer["receipts"])
    if [receipt.seq for receipt in receipts] != [entry.seq for entry in entries]:
        # Not the entries' fault: they must not be refused for it.
        raise CentreMismatchError("the centre's receipts do not belong to these entries")
    return PostingReply(
        receipts=receipts,
        server_time=datetime.fromisoformat(answer["server_time"]),
        centre=answer["centre"],
    )


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    fact = answer.get("fact")
    return Receipt(
        seq=answer["seq"],
        outcome=Outcome(answer["outcome"]),
        reason=_reason(answer.get("reason")),
        count=answer.get("count"),
        completed=answer.get("completed"),
        fact=fact_from_payload(fact) if fact else None,
    )


def _reason(text: str | None) -> Reason | None:
    """Return the reason; one that only a newer centre knows is told as the general one."""
    if text is None:
        return None
    try:
        return Reason(text)
    except ValueError:
        return Reason.CENTRE_COULD_NOT_STORE

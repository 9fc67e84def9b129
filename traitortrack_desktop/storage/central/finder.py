"""What the centre knows of a code, and lists of bags, bills and returns: one round trip for each question.

Any thread but the GUI's. The centre looks at the session first, and leaves out what its role may not see.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text as sql

from traitortrack_desktop.domain.findings import (
    EVERY_TICKET,
    BagFilter,
    BagsPage,
    BillFilter,
    BillsPage,
    Found,
    HistoryPage,
    TicketFilter,
    TicketsPage,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.database_on_demand import DatabaseOnDemand
from traitortrack_desktop.storage.central.engine import EXACTLY
from traitortrack_desktop.storage.central.finder_answers import (
    bags_page,
    bills_page,
    found,
    history_page,
    tickets_page,
)
from traitortrack_desktop.storage.central.people_rows import storable

_NOT_UNDERSTOOD = "the centre answers as a newer one does: update this program"

Answer = TypeVar("Answer")


class CentralFinderOffice:
    """A ``services.finding.CentralFinder`` over the centre at *url*, for the station *device*.

    Days of a filter are days in *zone*, the depot's; ``None`` means the computer's own.
    A session that has ended, or that the centre has not heard of yet, raises ``NotPermittedError``.
    """

    def __init__(self, url: str, *, device: DeviceId, zone: tzinfo | None = None) -> None:
        self._device = device
        self._zone = zone
        self._database = DatabaseOnDemand(url, application="traitortrack finding")

    def look(self, text: str, *, session: UUID) -> Found:
        """Return what *text* is, or what begins or ends like it; of returns only to whoever works at them."""
        return self._asked(
            "SELECT station.find_code(:device, :session, :text)",
            lambda answer: found(text, answer),
            session,
            text=storable(text),
        )

    def history(self, code: str, *, session: UUID, before: str | None = None) -> HistoryPage:
        """Return a page of the ledger about *code*, newest first. Kinds of newer stations are left out."""
        return self._asked(
            "SELECT station.find_history(:device, :session, :code, :before)",
            history_page,
            session,
            code=storable(code),
            before=before,
        )

    def bags(self, wanted: BagFilter, *, session: UUID, after: str | None = None) -> BagsPage:
        """Return a page of bags. One that is short, even empty, is the last only without ``after``.

        *area* of the page is empty text for a dispatcher without a depot, who sees none.
        """
        values = {
            "text": storable(wanted.text),
            "kind": wanted.kind and str(wanted.kind),
            "linked": wanted.linked,
            "billed": wanted.billed,
            "by": wanted.by and storable(wanted.by),
            "never_scanned": wanted.never_scanned or None,
            "area": wanted.area and storable(wanted.area),
            **self._moments(wanted.since, wanted.until),
        }
        return self._asked(
            "SELECT station.find_bags(:device, :session, CAST(:wanted AS jsonb), :after)",
            bags_page,
            session,
            wanted=_filter(values),
            after=after,
        )

    def bills(self, wanted: BillFilter, *, session: UUID, after: str | None = None) -> BillsPage:
        """Return a page of bills; ``NotPermittedError`` for whoever may not manage them. As :meth:`bags`."""
        values = {
            "text": storable(wanted.text),
            "status": wanted.status and str(wanted.status),
            "own": wanted.own and storable(wanted.own),
            **self._moments(wanted.since, wanted.until),
        }
        return self._asked(
            "SELECT station.find_bills(:device, :session, CAST(:wanted AS jsonb), :after)",
            bills_page,
            session,
            wanted=_filter(values),
            after=after,
        )

    def tickets(
        self, wanted: TicketFilter = EVERY_TICKET, *, session: UUID, after: str | None = None
    ) -> TicketsPage:
        """Return a page of returns; ``NotPermittedError`` for whoever may not work at them."""
        values = {"text": storable(wanted.text), "status": wanted.status and str(wanted.status)}
        return self._asked(
            "SELECT station.find_tickets(:device, :session, CAST(:wanted AS jsonb), :after)",
            tickets_page,
            session,
            wanted=_filter(values),
            after=after,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _moments(self, since: date | None, until: date | None) -> dict[str, str | None]:
        """Return when the depot's day *since* begins and its day *until* is over."""
        return {
            "since": self._midnight(since) if since is not None else None,
            "until": self._midnight(until + timedelta(days=1)) if until is not None else None,
        }

    def _midnight(self, day: date) -> str:
        return datetime.combine(day, time(), self._zone).astimezone(UTC).isoformat()

    def _asked(
        self, question: str, understood: Callable[[Any], Answer], session: UUID, **values: object
    ) -> Answer:
        with self._database.session() as database:
            answer = database.scalar(
                sql(EXACTLY + question), {"device": self._device, "session": session, **values}
            )
        try:
            return understood(answer)
        except (AttributeError, KeyError, TypeError, ValueError) as unknown:
            raise CentreMismatchError(_NOT_UNDERSTOOD) from unknown


def _filter(values: Mapping[str, object]) -> str:
    return json.dumps({name: value for name, value in values.items() if value is not None})

"""A catalogue in memory and a centre to load it from, which behave as the real ones do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from traitortrack_desktop.domain.bills import BillFact, bill_status, expected_kg_of
from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.services.catalogue import (
    UNKNOWN,
    UNKNOWN_BILL,
    CatalogueUnusableError,
    Holders,
    Known,
    KnownBill,
    LoadProgress,
    LoadStart,
    holder_of,
)
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges, CentreUnreachableError

DETAILS = ("created", "by", "description", "destination", "vehicle", "children", "expected")


@dataclass
class Listed:
    """One list of bags."""

    progress: LoadProgress
    cursor: str | None
    bags: dict[int, CatalogueRow] = field(default_factory=dict)
    as_of: datetime | None = None
    posted_seq: int = 0
    round_as_of: datetime | None = None
    round_posted: int = 0
    bills: dict[int, CatalogueRow] = field(default_factory=dict)
    details: dict[int, dict[str, Any]] = field(default_factory=dict)
    holders: dict[int, Mapping[str, Any] | None] = field(default_factory=dict)

    def bill_fact(self, row: CatalogueRow) -> BillFact:
        number = int(row[0] or 0)
        on_it = [bag for bag in self.bags.values() if bag[7] is not None and int(bag[7]) == number]
        details = self.details.get(number, {})
        return BillFact(
            code=str(row[1]),
            status=bill_status(str(row[2]) if row[2] is not None else None),
            capacity=int(row[3]) if row[3] is not None else None,
            linked=len(on_it),
            children=sum(int(bag[5] or 0) for bag in on_it),
            expected_kg=sum(expected_kg_of(str(bag[1])) for bag in on_it),
            destination=details.get("destination"),
            vehicle=details.get("vehicle"),
            as_of=self.as_of,
            from_centre=True,
        )

    def put(self, bags: Sequence[CatalogueRow]) -> None:
        self.bags.update({int(bag[0] or 0): bag for bag in bags if bag[1]})

    def found(self, code: str) -> CatalogueRow | None:
        return next((self.bags[key] for key in sorted(self.bags) if self.bags[key][1] == code), None)


class MemoryCatalogue:
    """A ``CatalogueCopy``; with *fails* set, opening and keeping raise. ``calls`` are in order."""

    def __init__(self) -> None:
        self.fails: str | None = None
        self.calls: list[str] = []
        self.when_checked: Callable[[], None] = lambda: None
        self._used: Listed | None = None
        self._loading: Listed | None = None

    def known(self, code: str) -> Known:
        used = self._used
        if used is None:
            return UNKNOWN
        row = used.found(code)
        if row is None:
            return Known(as_of=used.as_of, posted_seq=used.posted_seq)
        parent = used.bags.get(int(row[3])) if row[3] is not None else None
        if row[3] is not None and parent is None:
            return UNKNOWN
        fact = BagFact(
            code=code,
            kind=str(row[2]),
            parent=str(parent[1]) if parent is not None else None,
            as_of=used.as_of,
            from_centre=True,
            count=int(row[5]) if row[5] is not None else None,
            completed=row[6] is not None,
        )
        bill = used.bills.get(int(row[7])) if row[7] is not None else None
        if fact.kind == "parent" and bill is not None:
            fact = replace(fact, bill=str(bill[1]), bill_completed=bill[2] == "completed")
        fact = replace(fact, holder=holder_of(used.holders.get(int(row[0] or 0))))
        return Known(fact=fact, as_of=used.as_of, posted_seq=used.posted_seq)

    def known_bill(self, code: str) -> KnownBill:
        used = self._used
        if used is None or used.as_of is None:
            return UNKNOWN_BILL
        found = (used.bills[key] for key in sorted(used.bills))
        row = next((row for row in found if str(row[1]).upper() == code.upper()), None)
        fact = used.bill_fact(row) if row is not None else None
        return KnownBill(fact=fact, as_of=used.as_of, posted_seq=used.posted_seq)

    def open(self) -> LoadProgress:
        self._called("open")
        return self.progress()

    def check(self) -> None:
        self.calls.append("check")
        self.when_checked()

    def begin(self, start: LoadStart) -> None:
        self._called("begin")
        self._loading = Listed(LoadProgress(start=start), start.cursor)

    def add(self, bags: Sequence[CatalogueRow]) -> LoadProgress:
        self._called("add")
        listed = self._in_load()
        listed.put(bags)
        progress = listed.progress
        listed.progress = replace(
            progress,
            after=int(bags[-1][0] or 0) if bags else progress.after,
            loaded=progress.loaded + len(bags),
        )
        return self.progress()

    def finish(
        self,
        bills: Sequence[CatalogueRow],
        *,
        details: Sequence[CatalogueRow] = (),
        holders: Holders | None = None,
    ) -> None:
        self._called("finish")
        listed = self._in_load()
        listed.bills = {int(row[0] or 0): row for row in bills}
        listed.details = {int(row[0] or 0): dict(zip(DETAILS, row[1:], strict=True)) for row in details}
        listed.holders = dict(holders or {})
        listed.progress = replace(listed.progress, done=True)

    def cursor(self) -> str | None:
        listed = self._loading or self._used
        return listed.cursor if listed is not None and listed.progress.done else None

    def follow(self, changes: CentreChanges, *, as_of: datetime, posted_seq: int | None) -> bool:
        listed = self._loading or self._used
        if listed is None or not listed.progress.done:
            return False
        if changes.reload:
            self._loading = None
            if listed is self._used:
                listed.cursor = None
            return False
        listed.put(changes.bags)
        listed.put([(number, code, "parent", *[None] * 5) for number, code in changes.parents.items()])
        for gone in changes.gone:
            listed.bags.pop(gone, None)
            listed.holders.pop(gone, None)
        listed.bills.update({int(row[0] or 0): row for row in changes.bills})
        for gone in changes.bills_gone:
            listed.bills.pop(gone, None)
        listed.details.update({number: dict(told) for number, told in changes.bill_details.items()})
        listed.holders.update(changes.holders)
        listed.cursor = changes.cursor
        if listed.round_as_of is None:
            listed.round_as_of = as_of
            listed.round_posted = posted_seq if posted_seq is not None else listed.posted_seq
        if changes.more:
            return False
        listed.as_of, listed.posted_seq, listed.round_as_of = listed.round_as_of, listed.round_posted, None
        became_complete, self._used, self._loading = listed is self._loading, listed, None
        return became_complete

    def progress(self) -> LoadProgress:
        again = self._used is not None
        if self._loading is not None:
            return replace(self._loading.progress, again=again)
        if self._used is not None and self._used.cursor is not None:
            return self._used.progress
        return LoadProgress(again=again)

    def close(self) -> None:
        self.calls.append("close")
        self._used = self._loading = None

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.fails is not None:
            raise CatalogueUnusableError(self.fails)

    def _in_load(self) -> Listed:
        if self._loading is None:
            raise CatalogueUnusableError("no load was begun")
        return self._loading


class MemorySource:
    """A ``CatalogueSource`` of *bags*; ``trouble`` is raised by the question after ``pages`` pages."""

    def __init__(self, bags: Sequence[CatalogueRow] = (), bills: Sequence[CatalogueRow] = ()) -> None:
        self.rows = list(bags)
        self.bill_rows = list(bills)
        self.detail_rows: list[CatalogueRow] = []
        self.held: dict[int, Mapping[str, Any] | None] = {}
        self.has_feed = True
        self.most = 10**9
        """How many bags there are on a page, at most."""
        self.pages = 10**9
        self.trouble: Exception = CentreUnreachableError()
        self.starts = 0
        self.asked: list[tuple[int, int]] = []
        self.closed = 0
        self.when_asked: Callable[[], None] = lambda: None

    def start(self) -> LoadStart | None:
        if self.pages <= 0:
            raise self.trouble
        self.starts += 1
        highest = max((int(bag[0] or 0) for bag in self.rows), default=0)
        return LoadStart(cursor="c0", centre="1/1", highest=highest, rows=len(self.rows))

    def bags(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        if len(self.asked) >= self.pages:
            raise self.trouble
        self.asked.append((after, limit))
        self.when_asked()
        return [bag for bag in self.rows if int(bag[0] or 0) > after][: min(limit, self.most)]

    def bills(self) -> Sequence[CatalogueRow]:
        return self.bill_rows

    def bill_details(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        return [row for row in self.detail_rows if int(row[0] or 0) > after][:limit]

    def holders(self) -> Holders:
        return self.held

    def close(self) -> None:
        self.closed += 1

"""The catalogue: this station's own copy of what the centre knows about bags.

With it a station without a line still knows that a child is already in another bag, and as of when it
knows. It is a copy: it may be lost, and nothing ever waits for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.entries import BagFact, Holder, fact_from_payload
from traitortrack_desktop.services.ports import BagMemory, CatalogueRow, CentreChanges

SAME_MOMENT = timedelta(seconds=2)
"""The feed gives whole seconds; the centre takes over the station's own time of a scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the catalogue says about a code. *as_of* is ``None`` when it cannot say anything.

    With an *as_of* and without a *fact* there is no such bag at the centre. *posted_seq* is the number of
    the last journal entry whose effect at the centre is in it.
    """

    fact: BagFact | None = None
    as_of: datetime | None = None
    posted_seq: int = 0


UNKNOWN = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBill:
    """What the catalogue says about a bill; as :class:`Known`."""

    fact: BillFact | None = None
    as_of: datetime | None = None
    posted_seq: int = 0


UNKNOWN_BILL = KnownBill()

Holders = Mapping[int, Mapping[str, Any] | None]
"""Which station has a parent open, by the parent's id; its keys are those of a fact's ``holder``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStart:
    """What a first load begins with. *cursor* is read before any page; *rows* is an estimate."""

    cursor: str
    centre: str
    highest: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadProgress:
    """How far the load is. *start* is ``None`` before it began; *after* is the last id loaded.

    *again*: a list of an earlier load is used meanwhile.
    """

    start: LoadStart | None = None
    after: int = 0
    loaded: int = 0
    done: bool = False
    again: bool = False

    @property
    def total(self) -> int:
        """How many bags there will be, as far as is known."""
        return max(self.loaded, self.start.rows if self.start is not None else 0)


class CatalogueUnusableError(Exception):
    """The catalogue's file cannot be used now; the station works as if it knew nothing."""


class CatalogueCopy(Protocol):
    """The copy, for scanning and for its two writers: the load, and the changes that follow. Any thread.

    Every method raises :class:`CatalogueUnusableError`, but for :meth:`known`, :meth:`known_bill`,
    :meth:`check`, :meth:`cursor`, :meth:`progress` and :meth:`close`.
    """

    def known(self, code: str) -> Known:
        """Return what is known about *code*; never raises and never waits."""
        ...

    def known_bill(self, code: str) -> KnownBill:
        """Return what is known about the bill *code*, in any case; never raises and never waits."""
        ...

    def open(self) -> LoadProgress:
        """Open the copy, without what is damaged or a newer program's; return how far it is.

        It is quick; damage that only reading everything finds is left to :meth:`check`.
        """
        ...

    def check(self) -> None:
        """Read everything, to find damage before a scan does; what is damaged goes by :meth:`open`."""
        ...

    def begin(self, start: LoadStart) -> None:
        """Begin a load; a list that was complete is used until the new one is."""
        ...

    def add(self, bags: Sequence[CatalogueRow]) -> LoadProgress:
        """Keep one page of a load; what is kept stays, also when the program is killed."""
        ...

    def finish(
        self,
        bills: Sequence[CatalogueRow],
        *,
        details: Sequence[CatalogueRow] = (),
        holders: Holders | None = None,
    ) -> None:
        """End the load: from now on changes are taken, and once they are, codes are known.

        *details* are rows of ``CatalogueSource.bill_details``.
        """
        ...

    def cursor(self) -> str | None:
        """Return what to ask the feed with; ``None`` while there is nothing to follow."""
        ...

    def follow(self, changes: CentreChanges, *, as_of: datetime, posted_seq: int | None) -> bool:
        """Take one page of changes, asked for at *as_of*; return whether this made the catalogue complete.

        Where the disk is full or the file busy, nothing is taken and nothing raised: there is no
        :meth:`cursor` for a while, and the same changes come again.

        The effects of all entries up to *posted_seq* are in it; ``None`` when the caller does not know.
        """
        ...

    def progress(self) -> LoadProgress:
        """Return how far the load is."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class CatalogueSource(Protocol):
    """Where a first load comes from: the centre. Raises the errors of ``services.ports``."""

    def start(self) -> LoadStart | None:
        """Return where a load begins; ``None`` when the centre's feed would not be whole."""
        ...

    def bags(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        """Return up to *limit* bags with ids above *after*, ascending."""
        ...

    def bills(self) -> Sequence[CatalogueRow]:
        """Return all bills."""
        ...

    def bill_details(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        """Return what else is known of up to *limit* bills with ids above *after*, ascending.

        Id, created (Unix seconds), by, description, destination, vehicle, children, expected kilograms.
        Nothing from a centre of the last release.
        """
        ...

    def holders(self) -> Holders:
        """Return which parents are open at a station; none from a centre of the last release."""
        ...

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        ...


def holder_of(told: Mapping[str, Any] | None) -> Holder | None:
    """Return the holder that the centre told of; ``None`` for none, and for what nobody can read."""
    try:
        return fact_from_payload({"code": "", "holder": told}).holder if told else None
    except (KeyError, TypeError, ValueError):
        return None


def _unchanged(code: str, after: int) -> str:  # noqa: ARG001 - the journal's shape
    return code


def merged(
    code: str,
    memory: BagMemory | None,
    known: Known,
    *,
    now: datetime,
    trust: timedelta,
    called_now: Callable[[str, int], str] = _unchanged,
) -> BagFact | None:
    """Return what the station knows of the bag *code*, from its own *memory* of it and the catalogue.

    What the station did itself and was not answered for is work in progress: it counts. Otherwise the
    newer of the two counts. Which is newer follows from the journal's numbers and from no clock. What is
    older than *trust*, in either direction, counts for nothing: the centre has to decide. ``None`` means
    that nothing is known; that there is no such bag is a fact (``is_absent``).

    Where a bag is, which bill it is on and who has it open are told apart: each may be known of another
    side. *called_now* gives the label that replaced one after an entry: the catalogue does not know it yet.
    """
    usable = known if known.as_of is not None and abs(now - known.as_of) <= trust else UNKNOWN
    usable = replace(usable, fact=_relabelled(usable, called_now))
    place = memory if memory is not None and memory.seq > 0 else None
    fact = _placed(code, place, usable, now=now, trust=trust)
    if memory is None:
        return fact
    taught, held = memory.bill, memory.holder
    if taught is not None and _counts(taught.seq, taught.confirmed_at, usable, now=now, trust=trust):
        if taught.bill is not None and (fact is None or (fact.is_absent and taught.confirmed_at is None)):
            fact = BagFact(code=code, kind="parent", as_of=now)
        if fact is not None and fact.kind == "parent":
            fact = replace(fact, bill=taught.bill, bill_completed=taught.completed)
    elif fact is not None and not fact.is_absent:
        told = usable.fact
        fact = replace(
            fact,
            bill=told.bill if told is not None else None,
            bill_completed=told is not None and told.bill_completed,
        )
    if fact is None or fact.is_absent:
        return fact
    if held is not None and _counts(held.seq, held.confirmed_at, usable, now=now, trust=trust):
        return replace(fact, holder=held.holder)
    return replace(fact, holder=usable.fact.holder if usable.fact else None)


def _placed(
    code: str, memory: BagMemory | None, known: Known, *, now: datetime, trust: timedelta
) -> BagFact | None:
    """Return where the bag is and how full, of the one that counts."""
    if memory is not None and memory.confirmed_at is None:
        return memory.fact
    if memory is not None and memory.confirmed_at is not None and abs(now - memory.confirmed_at) > trust:
        memory = None
    if known.as_of is None:
        return memory.fact if memory is not None else None
    if memory is not None and memory.seq > known.posted_seq:
        return memory.fact
    if known.fact is None:
        return BagFact(code=code, as_of=known.as_of, from_centre=True)
    return _named(known.fact, memory.fact if memory is not None else None)


def _counts(
    seq: int, confirmed_at: datetime | None, known: Known, *, now: datetime, trust: timedelta
) -> bool:
    """Whether what entry *seq* taught outweighs the catalogue."""
    if confirmed_at is None:
        return True
    if abs(now - confirmed_at) > trust:
        return False
    return known.as_of is None or seq > known.posted_seq


def _relabelled(known: Known, called_now: Callable[[str, int], str]) -> BagFact | None:
    """Return the catalogue's fact with what the parent is called since then."""
    fact = known.fact
    if fact is None or fact.parent is None:
        return fact
    parent = called_now(fact.parent, known.posted_seq)
    return fact if parent == fact.parent else replace(fact, parent=parent)


def _named(fact: BagFact, remembered: BagFact | None) -> BagFact:
    """Return *fact* with who put the bag there, which the feed leaves out, where this station knows.

    It may have been taken out and put in again by somebody else: the time tells.
    """
    if remembered is None or fact.parent is None or fact.parent != remembered.parent:
        return fact
    if fact.since is None or remembered.since is None or abs(fact.since - remembered.since) > SAME_MOMENT:
        return fact
    return replace(fact, by=remembered.by)

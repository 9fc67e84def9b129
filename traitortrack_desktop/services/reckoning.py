"""Whether the centre holds what the station was told: every figure of the journal against the rows.

Pure. Nothing is expected in advance: the journal's entries and receipts say what has to be there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from traitortrack_desktop.domain.entries import EntryKind, JournalEntry, Outcome, Receipt

AnsweredEntry = tuple[JournalEntry, Receipt | None]
"""An entry with the centre's receipt, ``None`` while it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFigures:
    """How many entries were captured, and what became of them."""

    captured: int
    posted: int
    refused: int
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What the centre's ledger says about one entry."""

    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRows:
    """A parent bag at the centre: the children its links name, and the count stored with it."""

    children: frozenset[str]
    stored_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreRows:
    """What the centre holds. *ledger* has this journal's entries by sequence number.

    *false_parents* and *false_bills* are codes, anywhere at the centre, whose stored totals differ
    from a recount of their rows.
    """

    ledger: Mapping[int, LedgerLine]
    parents: Mapping[str, ParentRows]
    false_parents: tuple[str, ...]
    false_bills: tuple[str, ...]


def figures_of(entries: Iterable[AnsweredEntry]) -> JournalFigures:
    """Count *entries*."""
    outcomes = [receipt.outcome if receipt is not None else None for _entry, receipt in entries]
    return JournalFigures(
        captured=len(outcomes),
        posted=sum(outcome in {Outcome.POSTED, Outcome.ALREADY_POSTED} for outcome in outcomes),
        refused=outcomes.count(Outcome.REFUSED),
        pending=outcomes.count(None),
    )


def parents_named(entries: Iterable[AnsweredEntry]) -> frozenset[str]:
    """Return the codes of the parents whose contents *entries* say something about."""
    return frozenset(
        entry.decision.parent
        for entry, receipt in entries
        if entry.decision.parent is not None and receipt is not None and receipt.count is not None
    )


def disagreements(entries: Sequence[AnsweredEntry], centre: CentreRows) -> tuple[str, ...]:
    """Return a sentence for IT for everything in which *centre* and the journal differ."""
    return (
        *_ledger_disagreements(entries, centre.ledger),
        *_parent_disagreements(entries, centre.parents),
        *(f"the stored totals of parent {code} differ from its links" for code in centre.false_parents),
        *(f"the stored totals of bill {code} differ from its rows" for code in centre.false_bills),
    )


def _ledger_disagreements(
    entries: Sequence[AnsweredEntry], ledger: Mapping[int, LedgerLine]
) -> Iterator[str]:
    for entry, receipt in entries:
        line = ledger.get(entry.seq)
        if receipt is None:
            continue
        if line is None:
            yield f"entry {entry.seq} was answered, and the ledger does not hold it"
        elif (line.outcome == Outcome.REFUSED) != (receipt.outcome is Outcome.REFUSED):
            yield f"entry {entry.seq} was told {receipt.outcome}, and the ledger says {line.outcome}"
        elif line.reason != receipt.reason and receipt.outcome is Outcome.REFUSED:
            yield f"entry {entry.seq} was refused for {receipt.reason}, and the ledger says {line.reason}"
    known = {entry.seq for entry, _receipt in entries}
    for seq in sorted(ledger.keys() - known):
        yield f"the ledger holds entry {seq}, and the journal does not"


def _parent_disagreements(
    entries: Sequence[AnsweredEntry], parents: Mapping[str, ParentRows]
) -> Iterator[str]:
    undecided = {entry.decision.parent for entry, receipt in entries if receipt is None}
    inside, outside = _last_places(entries)
    for parent, count in _last_counts(entries).items():
        if parent in undecided:
            continue
        rows = parents.get(parent)
        if rows is None:
            yield f"parent {parent} is not at the centre"
            continue
        for child in sorted(inside.get(parent, set()) - rows.children):
            yield f"child {child} was put into {parent}, and no link says so"
        for child in sorted(outside.get(parent, set()) & rows.children):
            yield f"child {child} was taken out of {parent}, and a link still says it is inside"
        if len(rows.children) != count:
            yield f"parent {parent} has {len(rows.children)} links, and its last receipt said {count}"
        if rows.stored_count != len(rows.children):
            yield f"parent {parent} stores count {rows.stored_count} and has {len(rows.children)} links"


def _last_counts(entries: Iterable[AnsweredEntry]) -> dict[str, int]:
    """Return what the last receipt said about each parent."""
    return {
        entry.decision.parent: receipt.count
        for entry, receipt in entries
        if receipt is not None and receipt.count is not None and entry.decision.parent is not None
    }


def _last_places(entries: Iterable[AnsweredEntry]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return, for each parent, the children whose last posted entry put them in, and took them out."""
    inside: dict[str, set[str]] = {}
    outside: dict[str, set[str]] = {}
    for entry, receipt in entries:
        parent, child = entry.decision.parent, entry.decision.child
        if receipt is None or receipt.outcome is Outcome.REFUSED or parent is None or child is None:
            continue
        if entry.decision.kind is EntryKind.ADD_CHILD:
            inside.setdefault(parent, set()).add(child)
            outside.get(parent, set()).discard(child)
        elif entry.decision.kind is EntryKind.REMOVE_CHILD:
            outside.setdefault(parent, set()).add(child)
            inside.get(parent, set()).discard(child)
    return inside, outside

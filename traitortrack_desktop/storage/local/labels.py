"""What bags were called before and are called since their label was replaced here. Pure."""

from collections.abc import Iterator

from traitortrack_desktop.domain.entries import EntryKind, Outcome
from traitortrack_desktop.storage.local.histories import LAST, Answered, Histories

_RELABEL = frozenset({EntryKind.REPLACE_LABEL})


def is_refused(answered: Answered) -> bool:
    """Return whether the centre refused the entry."""
    kept = answered[1]
    return kept is not None and kept.receipt.outcome is Outcome.REFUSED


def relabelled_since(
    histories: Histories, code: str, after: int, before: int = LAST
) -> tuple[str, Answered | None]:
    """Return what the bag called *code* as of entry *after* is called now, and the last entry of it."""
    name, last = code, None
    while (found := _first_relabel(histories, name, after, before)) is not None:
        decision = found[0].decision
        name, last, after = decision.parent or decision.child or name, found, found[0].seq
    return name, last


def called_now(histories: Histories, code: str, after: int = 0) -> str:
    """Return the label that *code* was replaced by here after entry *after*, or *code*.

    Where another bag got the label *code* afterwards, it is that bag's.
    """
    newest = next(_given(histories, code), None)
    given = newest[0].seq if newest is not None else 0
    return relabelled_since(histories, code, max(given, after))[0]


def called_before(histories: Histories, code: str) -> tuple[str, ...]:
    """Return what the bag *code* was called here before, newest first."""
    found: list[str] = []
    before = LAST
    while (given := next(_given(histories, code, before), None)) is not None:
        code, before = given[0].decision.bag or code, given[0].seq
        found.append(code)
    return tuple(found)


def _given(histories: Histories, code: str, before: int = LAST) -> Iterator[Answered]:
    """Return the entries that gave the label *code*, newest first."""
    for histories_of in (histories.of_parent, histories.of_child):
        for answered in histories_of(code, _RELABEL, before):
            if not is_refused(answered):
                yield answered


def _first_relabel(histories: Histories, code: str, after: int, before: int) -> Answered | None:
    first = None
    for answered in histories.mentioning(code, _RELABEL, before):
        if answered[0].seq <= after:
            break
        if not is_refused(answered):
            first = answered
    return first

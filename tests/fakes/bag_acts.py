"""Corrections of bags as stations journal them, in the fewest words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from traitortrack_desktop.domain.entries import Decision, EntryKind, Holder, Verdict, WhyClosed
from traitortrack_desktop.domain.identifiers import DeviceId


def moved(
    parent: str, *children: str, origin: str | None = None, base_count: int | None = None, capacity: int = 30
) -> Decision:
    decision = _accepted(EntryKind.MOVE_CHILDREN, children[0] if children else "", capacity=capacity)
    return replace(decision, parent=parent, children=children, origin=origin, base_count=base_count)


def relabelled(bag: str, *, parent: str | None = None, child: str | None = None) -> Decision:
    decision = _accepted(EntryKind.REPLACE_LABEL, parent or child or "")
    return replace(decision, bag=bag, parent=parent, child=child)


def edited(
    parent: str, added: Sequence[str] = (), removed: Sequence[str] = (), *, capacity: int = 30
) -> Decision:
    decision = _accepted(EntryKind.EDIT_CHILDREN, parent, capacity=capacity)
    return replace(decision, parent=parent, children=tuple(added), removed=tuple(removed))


def deleted(bag: str) -> Decision:
    return replace(_accepted(EntryKind.DELETE_BAG, bag), bag=bag)


def taken_over(parent: str, device: UUID, at: datetime) -> Decision:
    """The parent opened, and taken from the station *device*."""
    holder = Holder(station="Station 7", device=DeviceId(device), by=None, since=at, until=at)
    return replace(_accepted(EntryKind.OPEN_PARENT, parent), parent=parent, taken_from=holder)


def closed_because(parent: str, why: WhyClosed) -> Decision:
    return replace(_accepted(EntryKind.CLOSE_PARENT, "TT-CMD-CLOSE"), parent=parent, why=why)


def done(kind: EntryKind, *, parent: str | None = None) -> Decision:
    """An accepted entry of *kind* that says no more."""
    return replace(_accepted(kind, "X"), parent=parent)


def _accepted(kind: EntryKind, code: str, *, capacity: int = 30) -> Decision:
    return Decision(kind=kind, verdict=Verdict.ACCEPTED, code=code, capacity=capacity)

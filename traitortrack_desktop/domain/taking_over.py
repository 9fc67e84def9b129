"""A parent that is open at two stations: who has it, and what the other one does then. Pure."""

from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, Holder, Verdict
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.work import OpenParent


def parent_taken(parent: OpenParent, holder: Holder | None, *, here: DeviceId | None) -> Decision | None:
    """Return that *parent*, open at the station *here*, was taken over by *holder*; ``None`` if it was not.

    One that another station had already when it was opened here was taken by nobody: both go on. No clock is
    asked: the centre holds it for the station that it said nothing else to.
    """
    if holder is None or here is None or holder.device == here:
        return None
    if not parent.is_held:
        return None
    return Decision(
        kind=EntryKind.PARENT_TAKEN,
        verdict=Verdict.ACCEPTED,
        code=parent.code,
        capacity=parent.capacity,
        parent=parent.code,
        fact=BagFact(code=parent.code, kind="parent", count=parent.count, holder=holder),
    )

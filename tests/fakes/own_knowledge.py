"""What a station without a catalogue knows of a bag: what its journal remembers, however old."""

from collections.abc import Callable

from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.services.ports import Journal


def own_knowledge(journal: Journal) -> Callable[[str], BagFact | None]:
    """Return what an intake over *journal* asks about bags."""

    def known_about(code: str) -> BagFact | None:
        memory = journal.bag_memory(code)
        return memory.fact if memory is not None else None

    return known_about

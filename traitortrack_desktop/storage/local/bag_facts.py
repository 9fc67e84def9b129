"""What this station remembers about a bag, from its own entries and the centre's receipts. Pure.

Each answer follows one index from the newest entry about the bag backwards, and stops at the
first one that settles it: the cost does not depend on the size of the journal.
"""

from dataclasses import replace

from traitortrack_desktop.services.ports import BagMemory
from traitortrack_desktop.storage.local.child_facts import child_memory
from traitortrack_desktop.storage.local.histories import Histories
from traitortrack_desktop.storage.local.parent_facts import bill_of_bag, holder_of_bag, parent_memory


def newest_memory(histories: Histories, code: str) -> BagMemory | None:
    """Return what the newest entries about *code*, compared exactly, taught, however old they are.

    Raises what *histories* raise.
    """
    memories = (child_memory(histories, code), parent_memory(histories, code))
    known = [memory for memory in memories if memory is not None]
    newest = max(known, key=lambda memory: memory.seq) if known else None
    bill, holder = bill_of_bag(histories, code), holder_of_bag(histories, code)
    if bill is None and holder is None:
        return newest
    if newest is None:
        newest = BagMemory(seq=0, fact=None, confirmed_at=None)
    fact = newest.fact
    if fact is not None and fact.kind == "parent":
        fact = replace(
            fact,
            bill=bill.bill if bill is not None else None,
            bill_completed=bill is not None and bill.completed,
            holder=holder.holder if holder is not None else None,
        )
    return replace(newest, fact=fact, bill=bill, holder=holder)

"""A program that appends to a journal and says so, to be killed.

Run as ``python journal_writer.py DIRECTORY [POINT NTH]``: writes the number of each acknowledged
entry to standard output. With POINT it kills itself with SIGKILL when that point is reached for
the NTH time: ``uncommitted``, ``committed``, ``lined``.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.decisions import added, moved, opened
from fakes.desk_decisions import attached, bill_created
from fakes.memory_journal import DEVICE

from traitortrack_desktop.domain.entries import Decision
from traitortrack_desktop.storage.local import journal as journal_module
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.line_file import LineFile


def killing(original: Callable[..., Any], nth: int, *, after: bool) -> Callable[..., Any]:
    reached = 0

    def wrapped(*arguments: Any) -> Any:
        nonlocal reached
        reached += 1
        if reached == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments)
        if reached == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def arrange(point: str, nth: int) -> None:
    if point == "uncommitted":
        journal_module.add_entry = killing(journal_module.add_entry, nth, after=True)
    else:
        # Opening writes missing lines through the same method, so the count begins one later.
        LineFile.append = killing(LineFile.append, nth + 1, after=point == "lined")  # type: ignore[method-assign]


def decision_of(number: int, parent: str) -> Decision:
    """Return packing, with a correction and work at a bill in each twenty: they are found by more codes."""
    match number % 20:
        case 0:
            return opened(parent)
        case 6:
            return moved(parent, f"C{number - 1:07}", f"C{number - 2:07}", origin="SB99999")
        case 18:
            return bill_created(f"BILL-{number}")
        case 19:
            return attached(f"BILL-{number - 1}", parent)
        case _:
            return added(parent, f"C{number:07}")


def main(directory: Path, *where: str) -> None:
    if where:
        arrange(where[0], int(where[1]))
    journal = SqliteJournal.open(directory, device=DEVICE, station="s", clock=lambda: datetime.now(UTC))
    state = journal.work_state()
    number = state.last_seq
    while True:
        parent = f"SB{number // 20 % 100000:05}"
        decision = decision_of(number, parent)
        number = journal.append(decision, operator="ravi", source="keyboard", raw=b"x" * 20).seq
        os.write(1, b"%d\n" % number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

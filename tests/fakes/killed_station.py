"""The real program, killed with SIGKILL at a chosen step of the path.

Run as ``python killed_station.py STEP NTH station --headless …``. Steps are the gaps between two
stages of a scan; the kill comes at the NTH time the step is reached.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from traitortrack_desktop.launch import launch
from traitortrack_desktop.services.scan_intake import ScanIntake
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.local.journal import SqliteJournal

STEPS = {
    "captured, not decided": (ScanIntake, "take", "before"),
    "decided, not stored": (SqliteJournal, "append", "before"),
    "stored, not told": (SqliteJournal, "append", "after"),
    "told, not sent": (CentralPostingOffice, "post", "before"),
    "posted, receipt not taken": (CentralPostingOffice, "post", "after"),
    "receipt taken, not stored": (SqliteJournal, "record_receipts", "before"),
    "receipt stored, not told": (SqliteJournal, "record_receipts", "after"),
}


def kill_at(step, nth):
    owner, name, side = STEPS[step]
    original = getattr(owner, name)
    reached = 0

    def wrapped(self, *arguments, **keywords):
        nonlocal reached
        reached += 1
        if reached == nth and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(self, *arguments, **keywords)
        if reached == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    kill_at(sys.argv[1], int(sys.argv[2]))
    sys.exit(launch(sys.argv[3:]))

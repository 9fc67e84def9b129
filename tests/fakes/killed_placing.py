"""A station that pours a scanner's memory out and places it, to be killed meanwhile.

Run as ``python killed_placing.py DIRECTORY POINT NTH``; POINT and NTH are those of ``journal_writer``, and
NTH counts from the first code that is placed.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.intake_bench import IntakeBench
from fakes.journal_writer import arrange
from fakes.memory_journal import DEVICE

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.storage.local.journal import SqliteJournal

CODES = [f"C{number:03}" for number in range(6)]


def main(directory: Path, point: str, nth: int) -> None:
    arrange(point, len(CODES) + 1 + nth)
    journal = SqliteJournal.open(directory, device=DEVICE, station="s", clock=lambda: datetime.now(UTC))
    bench = IntakeBench(journal)
    bench.pour(" ".join(CODES))
    bench.scan("SB10001")
    bench.press(Command.PLACE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

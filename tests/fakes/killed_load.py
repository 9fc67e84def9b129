"""A loader of the catalogue that kills itself with SIGKILL, to be run as a process of its own.

Run as ``python killed_load.py DIRECTORY POINT NTH``: at the NTH page, ``between`` two pages, or while its
rows are being ``written``.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.memory_catalogue import MemorySource

from traitortrack_desktop.services.catalogue_load import CatalogueLoad
from traitortrack_desktop.services.ports import CatalogueRow
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue

PAGE = 500
BAGS = 5 * PAGE


def centre() -> MemorySource:
    rows: list[CatalogueRow] = [
        [str(number), f"C{number:05}", "child", *[None] * 5] for number in range(1, BAGS + 1)
    ]
    source = MemorySource(rows)
    source.most = PAGE
    return source


class DyingPage(list[CatalogueRow]):
    """A page that kills the process when half of it was taken."""

    def __iter__(self) -> Iterator[CatalogueRow]:
        for place, row in enumerate(super().__iter__()):
            if place == len(self) // 2:
                os.kill(os.getpid(), signal.SIGKILL)
            yield row


class DyingSource(MemorySource):
    """The centre, for a loader that dies at the *nth* page."""

    def __init__(self, point: str, nth: int) -> None:
        made = centre()
        super().__init__(made.rows)
        self.most = made.most
        self._point = point
        self._nth = nth

    def bags(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        page = super().bags(after, limit)
        if len(self.asked) < self._nth:
            return page
        if self._point == "between":
            os.kill(os.getpid(), signal.SIGKILL)
        return DyingPage(page)


def main(directory: Path, point: str, nth: int) -> None:
    load = CatalogueLoad(
        copy=SqliteCatalogue(directory),
        source=DyingSource(point, nth),
        tell=lambda _: None,
        seconds=lambda: 0.0,
        spread=lambda: 0.0,
    )
    load.run(lambda: False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

"""kill -9 while the catalogue is loaded: the next start goes on after the last page that was kept."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import killed_load
from fakes.killed_load import BAGS, PAGE, centre

from traitortrack_desktop.services.catalogue_load import CatalogueLoad
from traitortrack_desktop.services.ports import CentreChanges
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue

THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def killed(directory: Path, point: str, nth: int) -> None:
    program = str(Path(killed_load.__file__))
    done = subprocess.run(
        [sys.executable, program, str(directory), point, str(nth)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -9, done.stderr.decode()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqliteCatalogue]:
    catalogue = SqliteCatalogue(tmp_path)
    yield catalogue
    catalogue.close()
    catalogue.known("")


@pytest.mark.parametrize("point", ["between", "written"])
def test_the_load_goes_on_after_the_last_page_that_was_kept(
    catalogue: SqliteCatalogue, tmp_path: Path, point: str
):
    killed(tmp_path, point, 3)
    source = centre()
    load = CatalogueLoad(copy=catalogue, source=source, tell=lambda _: None, seconds=lambda: 0.0)

    assert load.run(lambda: False) is None

    assert source.starts == 0
    assert [after for after, _ in source.asked] == [2 * PAGE, 3 * PAGE, 4 * PAGE]
    catalogue.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)
    assert catalogue.progress().loaded == BAGS
    assert all(catalogue.known(f"C{number:05}").fact for number in (1, 3 * PAGE, BAGS))


def test_an_earlier_list_is_used_when_the_load_anew_was_killed(catalogue: SqliteCatalogue, tmp_path: Path):
    CatalogueLoad(copy=catalogue, source=centre(), tell=lambda _: None, seconds=lambda: 0.0).run(
        lambda: False
    )
    catalogue.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)
    catalogue.follow(CentreChanges(reload=True), as_of=THEN, posted_seq=None)
    catalogue.close()
    killed(tmp_path, "written", 2)

    progress = catalogue.open()

    assert (progress.loaded, progress.again) == (PAGE, True)
    assert catalogue.known(f"C{BAGS:05}").as_of == THEN

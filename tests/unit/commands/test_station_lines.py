"""The lines that a station without a window prints, for scripts."""

import io
import json

import pytest
from fakes.decisions import added, opened
from fakes.scanning import entry_of

from traitortrack_desktop.commands.station_lines import JsonLines
from traitortrack_desktop.domain.entries import Remark
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    ScanDecided,
    ScannerChanged,
    ScannerProblem,
    StorageFailed,
)
from traitortrack_desktop.services.ports import Backlog


@pytest.fixture
def printed():
    out = io.StringIO()
    lines = JsonLines(out)

    def printed(event):
        out.truncate(out.seek(0))
        lines(event)
        return json.loads(out.getvalue())

    return printed


def decided(decision, **more):
    return ScanDecided(
        entry=entry_of(decision, 1, **more), state=WorkState(), backlog=Backlog(pending=1, oldest_at=None)
    )


def test_a_scan_names_its_scanner_and_what_was_noticed(printed):
    line = printed(decided(added("SB10001", "AB12C"), source="left", remarks=(Remark.BATCH, Remark.TYPED)))
    assert (line["source"], line["remarks"]) == ("left", ["batch", "typed"])


def test_a_scan_of_which_nothing_was_noticed_has_no_remarks(printed):
    line = printed(decided(opened("SB10001"), source="left"))
    assert line["source"] == "left"
    assert "remarks" not in line


def test_a_scanner_is_told_with_source_name_and_problem(printed):
    changed = ScannerChanged(source="usb:1", name="left", ready=False, problem=ScannerProblem.LOST)
    assert printed(changed) == {
        "event": "scanner",
        "source": "usb:1",
        "name": "left",
        "ready": False,
        "problem": "lost",
    }


def test_a_failure_of_the_disk_names_the_scanner_that_was_read(printed):
    assert printed(StorageFailed(problem="full", source="left"))["source"] == "left"


def test_the_first_load_of_the_catalogue_is_told_with_how_far_it_is(printed):
    assert printed(CatalogueChanged(loaded=20, total=60, complete=False)) == {
        "event": "catalogue",
        "loaded": 20,
        "total": 60,
        "complete": False,
    }

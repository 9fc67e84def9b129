"""The lines that a station without a window prints, for scripts."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.decisions import added, opened, refused
from fakes.scanning import entry_of

from traitortrack_desktop.commands.station_lines import JsonLines, PlainLines
from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.desks import OpenBill
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Remark
from traitortrack_desktop.domain.reasons import Reason
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


def test_a_parent_put_onto_a_bill_names_it_with_how_many_more_it_takes(printed):
    at_bill = OpenBill(code="BILL-7", capacity=5, status=BillStatus.NEW, opened_seq=1)
    event = replace(
        decided(replace(opened("SB10001"), kind=EntryKind.ATTACH_PARENT, bill="BILL-7")),
        state=WorkState(desk=at_bill),
    )
    line = printed(event)
    assert (line["bill"], line["remaining"], line["parent"]) == ("BILL-7", 5, "SB10001")
    assert "ticket" not in line


def test_a_returned_parent_names_its_return(printed):
    line = printed(decided(replace(opened("SB10001"), kind=EntryKind.RETURN_BAG, ticket="RTN-1")))
    assert line["ticket"] == "RTN-1"
    assert "bill" not in line


@pytest.mark.parametrize(("ago", "known"), [(timedelta(hours=1), True), (timedelta(seconds=1), False)])
@pytest.mark.parametrize("lines", [JsonLines, PlainLines])
def test_as_of_when_a_bag_is_known_is_told_unless_it_is_just_now(lines, ago, known):
    at = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    elsewhere = BagFact(code="AB12C", parent="SB20002", as_of=at - ago, from_centre=True)
    decision = replace(refused("AB12C", Reason.CHILD_IN_OTHER_PARENT), fact=elsewhere)
    out = io.StringIO()
    lines(out)(decided(decision, at=at))
    assert ("known at" in out.getvalue()) is known


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


def test_a_load_that_does_not_go_on_is_told_as_stopped(printed):
    assert printed(CatalogueChanged(loaded=20, total=60, complete=False, stopped=True))["stopped"] is True

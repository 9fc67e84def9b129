import pytest
from fakes.scanning import Scanning

from traitortrack_desktop.domain.entries import Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.reckoning import (
    CentreRows,
    JournalFigures,
    LedgerLine,
    ParentRows,
    disagreements,
    figures_of,
    parents_named,
)

POSTED = LedgerLine(outcome="posted", reason=None)


def receipt(seq, count=None, outcome=Outcome.POSTED, reason=None):
    return Receipt(seq=seq, outcome=outcome, reason=reason, count=count)


@pytest.fixture
def entries():
    """Opened, two put in, one taken out again, one refused by the centre."""
    station = Scanning()
    station.scan_all("SB10001 AAAA1 AAAA2 TT-CMD-UNDO BBBB1")
    refused = receipt(5, 1, Outcome.REFUSED, Reason.CHILD_IN_OTHER_PARENT)
    receipts = [receipt(1, 0), receipt(2, 1), receipt(3, 2), receipt(4, 1), refused]
    return list(zip(station.entries, receipts, strict=True))


def centre(*, ledger=None, children=("AAAA1",), stored=1, false_parents=(), false_bills=()):
    refused = LedgerLine(outcome="refused", reason="child_in_other_parent")
    return CentreRows(
        ledger=ledger or {**dict.fromkeys(range(1, 5), POSTED), 5: refused},
        parents={"SB10001": ParentRows(children=frozenset(children), stored_count=stored)},
        false_parents=false_parents,
        false_bills=false_bills,
    )


def test_a_centre_that_holds_everything_agrees(entries):
    assert disagreements(entries, centre()) == ()


def test_it_counts_what_became_of_the_entries(entries):
    waiting = [*entries[:4], (entries[4][0], None)]
    assert figures_of(entries) == JournalFigures(captured=5, posted=4, refused=1, pending=0)
    assert figures_of(waiting) == JournalFigures(captured=5, posted=4, refused=0, pending=1)


def test_it_names_the_parents_to_look_at(entries):
    assert parents_named(entries) == {"SB10001"}


def test_a_missing_link_is_found(entries):
    found = disagreements(entries, centre(children=(), stored=0))
    assert any("AAAA1 was put into SB10001" in sentence for sentence in found)


def test_a_link_that_was_undone_and_is_still_there_is_found(entries):
    found = disagreements(entries, centre(children=("AAAA1", "AAAA2"), stored=2))
    assert any("AAAA2 was taken out" in sentence for sentence in found)


def test_a_link_nobody_here_made_is_found(entries):
    assert disagreements(entries, centre(children=("AAAA1", "ZZZZ9"), stored=2))


def test_a_stored_count_that_is_not_the_number_of_links_is_found(entries):
    assert any("stores count 7" in sentence for sentence in disagreements(entries, centre(stored=7)))


def test_a_parent_that_is_not_there_is_found(entries):
    rows = CentreRows(ledger=centre().ledger, parents={}, false_parents=(), false_bills=())
    assert "parent SB10001 is not at the centre" in disagreements(entries, rows)


def test_an_entry_missing_in_the_ledger_is_found(entries):
    ledger = {seq: line for seq, line in centre().ledger.items() if seq != 3}
    assert disagreements(entries, centre(ledger=ledger)) == (
        "entry 3 was answered, and the ledger does not hold it",
    )


def test_an_entry_only_in_the_ledger_is_found(entries):
    ledger = {**centre().ledger, 6: POSTED}
    assert disagreements(entries, centre(ledger=ledger)) == (
        "the ledger holds entry 6, and the journal does not",
    )


def test_another_outcome_in_the_ledger_is_found(entries):
    ledger = {**centre().ledger, 5: POSTED}
    assert len(disagreements(entries, centre(ledger=ledger))) == 1


def test_another_reason_in_the_ledger_is_found(entries):
    ledger = {**centre().ledger, 5: LedgerLine(outcome="refused", reason="parent_full")}
    assert len(disagreements(entries, centre(ledger=ledger))) == 1


def test_an_already_posted_entry_is_posted_in_the_ledger(entries):
    entry, _receipt = entries[3]
    repeated = [*entries[:3], (entry, receipt(4, 1, Outcome.ALREADY_POSTED)), entries[4]]
    assert disagreements(repeated, centre()) == ()


def test_a_parent_with_entries_that_wait_is_not_judged_yet(entries):
    waiting = [*entries[:4], (entries[4][0], None)]
    assert disagreements(waiting, centre(children=(), stored=0)) == ()


def test_false_totals_anywhere_at_the_centre_are_found(entries):
    found = disagreements(entries, centre(false_parents=("SB2",), false_bills=("BILL-1",)))
    assert len(found) == 2

"""The intake: stored before told, and honest when it cannot store."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from fakes.asked_badges import AskedBadges
from fakes.memory_journal import MemoryJournal
from fakes.own_knowledge import own_knowledge
from fakes.sign_ins import ASHA, RAVI

from traitortrack_desktop.domain.arrivals import ANSWER_MS, BOUNCE_MS
from traitortrack_desktop.domain.codes import code_rules
from traitortrack_desktop.domain.entries import (
    EntryKind,
    Outcome,
    Receipt,
    Remark,
    Verdict,
    canonical_json,
    entry_payload,
)
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.catalogue import Known, merged
from traitortrack_desktop.services.events import (
    ReceiptsRecorded,
    ScanDecided,
    StorageFailed,
    StorageRecovered,
    WorkResumed,
)
from traitortrack_desktop.services.ports import PostingReply
from traitortrack_desktop.services.scan_intake import ScanIntake


class Bench:
    def __init__(self, *, sign_in_required=False):
        self.journal = MemoryJournal()
        self.known = own_knowledge(self.journal)
        self.told = []
        self.stored_when_told = []
        self.start(sign_in_required=sign_in_required)

    def start(self, *, sign_in_required=False):
        self.intake = ScanIntake(
            journal=self.journal,
            rules=code_rules(),
            tell=self.tell,
            known_about=lambda code: self.known(code),  # noqa: PLW0108 - tests may change it
            badges=AskedBadges(),
            sign_in_required=sign_in_required,
            monotonic_ms=count().__next__,
        )
        self.intake.resume()

    def tell(self, event):
        self.told.append(event)
        self.stored_when_told.append(len(self.journal.entries))

    def scan(self, text, *, source="gun", ended_ms=None, kind=FrameKind.COMPLETE):
        self.intake.take(ScanFrame(source=source, raw=text.encode(), kind=kind, ended_ms=ended_ms))
        return self.told[-1]

    def reply_fails(self):
        self.intake.take_receipts([], PostingReply(receipts=(), server_time=None, centre=None))
        return self.told[-1]

    def reply(self, outcome=Outcome.POSTED, **answer):
        entry = self.journal.entries[-1]
        receipt = Receipt(seq=entry.seq, outcome=outcome, **answer)
        return self.intake.take_receipts(
            [entry], PostingReply(receipts=(receipt,), server_time=entry.at, centre="1/1")
        )


@pytest.fixture
def bench():
    return Bench()


@pytest.mark.parametrize(
    ("posted_seq", "verdict"), [(1, Verdict.REFUSED), (2, Verdict.ACCEPTED), (3, Verdict.ACCEPTED)]
)
def test_what_was_taken_out_elsewhere_is_counted_again_once_a_newer_catalogue_lacks_it(posted_seq, verdict):
    bench = Bench()
    at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    gone = Known(as_of=at, posted_seq=posted_seq)
    bench.known = lambda code: merged(
        code, bench.journal.bag_memory(code), gone, now=at, trust=timedelta(hours=12)
    )
    for text in ("SB10001", "C001"):
        bench.scan(text)
        bench.reply()
    assert bench.scan("C001").entry.decision.verdict is verdict


def test_every_decision_is_stored_before_it_is_told(bench):
    for number, text in enumerate(["SB10001", "AB12C", "AB12C", "?", "", "SB10002"], start=1):
        event = bench.scan(text)
        assert isinstance(event, ScanDecided)
        assert bench.stored_when_told[-1] == number


def test_an_entry_carries_the_operator_of_its_moment(bench):
    bench.intake.people.set_operator(ASHA)
    bench.scan("SB10001")
    bench.intake.people.set_operator(RAVI)
    bench.scan("AB12C")
    assert [entry.operator for entry in bench.journal.entries] == ["asha", "ravi"]


def test_nobody_signed_in_is_refused_and_kept():
    bench = Bench(sign_in_required=True)
    assert bench.scan("SB10001").entry.decision.reason is Reason.NOT_SIGNED_IN
    assert len(bench.journal.entries) == 1


def test_a_restart_stands_where_the_work_stood(bench):
    for text in ["SB10001", "AB12C", "AB12D", "SB10002"]:
        bench.scan(text)
    before = bench.told[-1].state
    bench.start()
    assert isinstance(bench.told[-1], WorkResumed)
    assert bench.told[-1].state == before


def test_a_scan_that_cannot_be_stored_is_not_acknowledged(bench):
    bench.scan("SB10001")
    bench.journal.failing = True
    assert isinstance(bench.scan("AB12C"), StorageFailed)
    assert isinstance(bench.scan("AB12D"), StorageFailed)
    assert len(bench.journal.entries) == 1


def test_the_first_scan_after_the_disk_is_back_counts(bench):
    bench.scan("SB10001")
    bench.journal.failing = True
    bench.scan("AB12C")
    bench.journal.failing = False
    event = bench.scan("AB12C")
    assert isinstance(bench.told[-2], StorageRecovered)
    assert (event.entry.decision.kind, event.state.parent.count) == (EntryKind.ADD_CHILD, 1)


def test_receipts_that_cannot_be_stored_are_not_taken(bench):
    bench.scan("SB10001")
    bench.journal.failing = True
    assert bench.reply() is False
    assert bench.journal.receipts == {}
    bench.journal.failing = False
    assert bench.reply() is True


def test_what_waits_falls_only_with_a_receipt(bench):
    assert bench.scan("SB10001").backlog.pending == 1
    assert bench.scan("AB12C").backlog.pending == 2
    bench.reply()
    assert isinstance(bench.told[-1], ReceiptsRecorded)
    assert bench.told[-1].backlog.pending == 1


def test_a_label_read_twice_at_once_answers_no_question(bench):
    bench.scan("SB10001", ended_ms=0)
    bench.scan("AB12C", ended_ms=400)
    bench.scan("SB10002", ended_ms=800)
    event = bench.scan("SB10002", ended_ms=800 + ANSWER_MS - 1)
    assert event.entry.decision.reason is Reason.READ_TWICE
    assert event.state.parent.code == "SB10001"
    assert bench.scan("SB10002", ended_ms=2000).state.parent.code == "SB10002"


def test_a_label_read_twice_is_noticed_when_the_clock_of_the_scanner_wraps(bench):
    bench.scan("SB10001", ended_ms=0xFFFFFFF0)
    assert bench.scan("SB10001", ended_ms=0x10).entry.decision.reason is Reason.READ_TWICE


def test_a_label_that_both_scanners_read_counts_once(bench):
    bench.scan("SB10001", ended_ms=0, source="left")
    bench.scan("AB12C", ended_ms=4000, source="left")
    event = bench.scan("AB12C", ended_ms=7, source="right")
    assert (event.entry.decision.reason, event.entry.remarks) == (Reason.READ_BY_BOTH, (Remark.CROSS,))
    assert event.state.parent.count == 1


def test_a_bounce_leaves_the_question_that_was_asked(bench):
    bench.scan("SB10001", ended_ms=0)
    bench.scan("AB12C", ended_ms=3000)
    bench.scan("TT-CMD-REMOVE", ended_ms=6000)
    bench.scan("TT-CMD-REMOVE", ended_ms=6100)
    assert bench.scan("AB12C", ended_ms=9000).entry.decision.kind is EntryKind.REMOVE_CHILD


def test_a_bag_taken_out_is_not_put_in_again_by_a_second_reading_at_once(bench):
    bench.scan("SB10001", ended_ms=0)
    bench.scan("AB12C", ended_ms=3000)
    bench.scan("TT-CMD-REMOVE", ended_ms=6000)
    bench.scan("AB12C", ended_ms=9000)
    event = bench.scan("AB12C", ended_ms=9000 + 1900)
    assert (event.entry.decision.reason, event.entry.remarks) == (Reason.READ_TWICE, (Remark.REPEAT,))
    assert event.state.parent.count == 0


def test_what_was_noticed_about_a_reading_is_kept(bench):
    bench.scan("SB10001", ended_ms=0, kind=FrameKind.TYPED)
    bench.scan("SB10001", ended_ms=1000)
    assert [entry.remarks for entry in bench.journal.entries] == [(Remark.TYPED,), (Remark.REPEAT,)]


def test_a_failure_of_the_disk_names_the_scanner_that_was_read(bench):
    bench.journal.failing = True
    assert bench.scan("SB10001", source="left").source == "left"
    assert bench.scan("SB10001", source="right").source == "right"
    assert bench.reply_fails().source is None


def test_the_bytes_of_a_reading_are_kept_but_not_those_of_a_badge(bench):
    bench.scan("ab12c\x1d")
    bench.scan("TT-BADGE-12345")
    assert [entry.raw for entry in bench.journal.entries] == [b"ab12c\x1d", b""]


@pytest.mark.parametrize("kind", FrameKind)
@pytest.mark.parametrize(
    "text",
    [
        "TT-BADGE-S3CRET",
        "tt-badge-S3CRET",
        "~1TT-BADGE-S3CRET",
        "]c1TT-BADGE-S3CRET",
        "TT-BADGE-S3CRET\u00e9",
        "TT/BADGE/S3CRET",
        "tt\u00dfbadge\u00dfS3CRET",
        "TTBADGES3CRET",
        "BADGE-S3CRET",
        "TT-BADGE-S3CRET\x7f",
    ],
)
def test_nothing_that_may_hold_a_badge_is_in_the_journal(bench, kind, text):
    entry = bench.scan(text, kind=kind).entry
    assert entry.decision.verdict is Verdict.REFUSED
    assert entry.raw == b""
    assert "S3CRET" not in canonical_json(entry_payload(entry)).upper()


def test_a_badge_out_of_a_memory_is_not_in_the_journal_either(bench):
    bench.intake.take(ScanFrame(source="gun", raw=b"TT-BADGE-S3CRET", after_reconnect=True))
    entry = bench.journal.entries[-1]
    assert entry.decision.reason is Reason.HELD
    assert "S3CRET" not in canonical_json(entry_payload(entry)).upper()


def test_a_part_of_the_stopped_bags_label_does_not_acknowledge_the_stop(bench):
    for text in ("SB10001", "AB12C", "TT-CMD-CLOSE", "TT-CMD-CLOSE", "SB10002", "AB12C"):
        event = bench.scan(text)
    stop = event.state.stop
    assert stop.code == "AB12C"
    for kind in (FrameKind.PARTIAL, FrameKind.GARBLED, FrameKind.OVERSIZE):
        assert bench.scan("AB12C", kind=kind).state.stop == stop
    assert bench.scan("AB12C").state.stop is None


def test_a_part_of_a_reading_is_refused_and_kept(bench):
    event = bench.scan("SB100", kind=FrameKind.PARTIAL)
    assert (event.entry.decision.verdict, event.entry.decision.reason) == (
        Verdict.REFUSED,
        Reason.INCOMPLETE,
    )


def test_a_reading_that_was_not_stored_is_no_bounce_when_it_comes_again_at_once(bench):
    bench.scan("SB10001", ended_ms=0)
    bench.journal.failing = True
    bench.scan("AB12C", ended_ms=1000)
    bench.journal.failing = False
    event = bench.scan("AB12C", ended_ms=1000 + BOUNCE_MS - 1)
    assert event.entry.decision.kind is EntryKind.ADD_CHILD

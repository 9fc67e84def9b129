"""What every posting office promises to the delivery, asked of the real one and of the fake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from fakes.decisions import acknowledged, added, closed, opened, refused, removed
from fakes.entry_chain import EntryChain, filled
from fakes.memory_office import MemoryOffice

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import PostingOffice
from traitortrack_desktop.storage.central.posting import CentralPostingOffice


@dataclass
class Case:
    office: PostingOffice
    chain: EntryChain

    def post(self, *decisions):
        return self.office.post(self.chain.entries(decisions)).receipts


def _memory(request: pytest.FixtureRequest, chain: EntryChain) -> PostingOffice:
    return MemoryOffice()


def _central(request: pytest.FixtureRequest, chain: EntryChain) -> PostingOffice:
    url = request.getfixturevalue("central_url")
    return CentralPostingOffice(url, device=chain.device, station_name="s", version="1")


@pytest.fixture(params=[_memory, _central], ids=["memory", "PostgreSQL"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    make: Callable[[pytest.FixtureRequest, EntryChain], PostingOffice] = request.param
    chain = EntryChain()
    office = make(request, chain)
    yield Case(office, chain)
    office.close()


def test_there_is_one_receipt_for_each_entry_in_order(case: Case):
    receipts = case.post(*filled("SB00001", ["AAAA", "BBBB"]))

    assert [(one.seq, one.outcome, one.count) for one in receipts] == [
        (1, Outcome.POSTED, 0),
        (2, Outcome.POSTED, 1),
        (3, Outcome.POSTED, 2),
    ]


def test_nothing_to_post_is_answered_with_nothing(case: Case):
    assert case.office.post([]).receipts == ()


def test_a_repeat_is_answered_as_one(case: Case):
    entries = case.chain.entries(filled("SB00001", ["AAAA"]))
    case.office.post(entries)

    assert [one.outcome for one in case.office.post(entries).receipts] == [Outcome.ALREADY_POSTED] * 2


def test_a_refusal_names_its_reason_and_the_next_entry_goes_on(case: Case):
    receipts = case.post(*filled("SB00001", ["AAAA"]), added("SB00001", "AAAA"), added("SB00001", "BBBB"))

    assert [one.reason for one in receipts] == [None, None, Reason.ALREADY_IN_THIS_PARENT, None]


def test_a_child_elsewhere_comes_with_the_place(case: Case):
    receipts = case.post(*filled("SB00001", ["AAAA"]), opened("SB00002"), added("SB00002", "AAAA"))

    assert receipts[-1].reason is Reason.CHILD_IN_OTHER_PARENT
    assert (receipts[-1].fact.parent, receipts[-1].fact.by) == ("SB00001", "ravi")


def test_what_the_station_refused_is_answered_with_its_own_reason(case: Case):
    (receipt,) = case.post(refused("???", Reason.UNREADABLE))

    assert (receipt.outcome, receipt.reason, receipt.count) == (Outcome.REFUSED, Reason.UNREADABLE, None)


def test_closing_and_understanding_are_posted(case: Case):
    receipts = case.post(opened("SB00001"), closed("SB00001"), acknowledged(1))

    assert [one.outcome for one in receipts] == [Outcome.POSTED] * 3


def test_a_child_taken_out_may_go_elsewhere(case: Case):
    receipts = case.post(
        *filled("SB00001", ["AAAA"]), removed("SB00001", "AAAA"), *filled("SB00002", ["AAAA"])
    )

    assert [one.reason for one in receipts] == [None] * 5


def test_a_probe_returns_when_the_office_is_there(case: Case):
    case.office.probe()


def test_a_session_may_be_named_with_whatever_is_asked(case: Case):
    session = uuid4()

    standing = case.office.probe(session=session)
    reply = case.office.post(case.chain.entries([opened("SB00001")]), session=session)

    for told in (standing, reply.standing):
        assert told is None or (told.session, told.session_ended) == (session, None)

"""What the centre's answer to a posting is read as."""

import pytest
from fakes.decisions import opened
from fakes.entry_chain import EntryChain

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.storage.central.posting_reply import posting_reply

FACT = {"code": "C001", "kind": "child", "parent": "SB00009"}


@pytest.mark.parametrize(
    "fact", [{**FACT, "since": "20245-11-24T00:00:00.000000+00:00"}, {"kind": "child"}, 7]
)
def test_a_receipt_with_a_fact_that_cannot_be_read_counts_without_it(fact: object):
    entry = EntryChain().entry(opened("SB00001"))
    receipt = {"seq": entry.seq, "outcome": "refused", "reason": "child_in_other_parent", "fact": fact}
    answer = {"receipts": [receipt], "server_time": "2026-01-05T08:00:00+00:00", "centre": "1/1"}

    (read,) = posting_reply(answer, None, [entry]).receipts

    assert (read.outcome, read.fact) == (Outcome.REFUSED, None)

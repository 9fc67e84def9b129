"""The log tells IT what happened on a normal day, and no more."""

import logging

import pytest
from fakes.decisions import added
from fakes.scanning import entry_of
from fakes.sign_ins import ASHA, session_of

from traitortrack_desktop.domain.entries import Outcome, Receipt
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.runtime.event_log import log_event
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    OperatorChanged,
    ReceiptsRecorded,
    ScannerChanged,
    StationLockChanged,
    StationNamed,
    StorageFailed,
    WorkResumed,
)
from traitortrack_desktop.services.ports import Backlog

NOTHING = Backlog(pending=0, oldest_at=None)
NOTICED = (
    entry_of(added("SB10001", "AB12C"), 4),
    Receipt(seq=4, outcome=Outcome.POSTED, notice=Reason.OPERATOR_DISABLED),
)


@pytest.mark.parametrize(
    ("event", "level", "text"),
    [
        (
            WorkResumed(state=WorkState(last_seq=12), backlog=Backlog(pending=3, oldest_at=None)),
            logging.INFO,
            "Resumed after entry 12, open parent none, 3 waiting",
        ),
        (DeliveryChanged(online=True), logging.INFO, "The centre answers"),
        (DeliveryChanged(online=False), logging.WARNING, "The centre does not answer"),
        (
            DeliveryChanged(online=False, problem="run db upgrade"),
            logging.WARNING,
            "The centre does not answer: run db upgrade",
        ),
        (StorageFailed(problem="disk full"), logging.ERROR, "A scan could not be stored: disk full"),
        (ScannerChanged(source="COM3", name="COM3", ready=True), logging.INFO, "Scanner COM3: ready"),
        (ScannerChanged(source="COM3", name="COM3", ready=False), logging.INFO, "Scanner COM3: not read"),
        (OperatorChanged(person=Person(username="asha", role="biller")), logging.INFO, "Operator: asha"),
        (OperatorChanged(person=None), logging.INFO, "Operator: nobody"),
        (
            OperatorChanged(person=ASHA, session=session_of(ASHA, SignInWay.BADGE)),
            logging.INFO,
            "Operator: asha, by badge",
        ),
        (
            OperatorChanged(person=None, ended=Reason.SESSION_REVOKED),
            logging.WARNING,
            "The centre ended the session: session_revoked",
        ),
        (StationLockChanged(locked=True), logging.INFO, "The station is locked"),
        (
            StationNamed(name="Gate 3", area="indore"),
            logging.INFO,
            "The centre calls this station Gate 3, area indore",
        ),
        (
            ReceiptsRecorded(
                answered=(NOTICED,), state=WorkState(), backlog=Backlog(pending=0, oldest_at=None)
            ),
            logging.WARNING,
            "Entry 4 was posted, with a notice: operator_disabled",
        ),
    ],
)
def test_an_event_that_it_asks_for_is_one_line(caplog, event, level, text):
    caplog.set_level(logging.INFO)
    log_event(event)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(level, text)]

"""What IT finds in the log of a normal day: start, line lost and back, storage, scanners, people."""

import logging

from traitortrack_desktop.domain.entries import EntryKind, Outcome
from traitortrack_desktop.domain.work import needs_attention
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    DeliveryChanged,
    OperatorChanged,
    ReceiptsRecorded,
    ScanDecided,
    ScannerChanged,
    ScannerGone,
    StationEvent,
    StationLockChanged,
    StationNamed,
    StorageFailed,
    StorageRecovered,
    WorkResumed,
)

_log = logging.getLogger(__name__)


def log_event(event: StationEvent) -> None:
    """Write *event* to the log when it is one that IT asks for; scans are in the journal."""
    match event:
        case WorkResumed():
            parent = event.state.parent
            _log.info(
                "Resumed after entry %d, open parent %s, %d waiting",
                event.state.last_seq,
                parent.code if parent is not None else "none",
                event.backlog.pending,
            )
        case DeliveryChanged(online=True):
            _log.info("The centre answers")
        case DeliveryChanged():
            _log.warning("The centre does not answer%s", f": {event.problem}" if event.problem else "")
        case ReceiptsRecorded():
            _log_refusals(event)
        case ScanDecided() if event.entry.decision.kind is EntryKind.PARENT_TAKEN:
            _log.info("Another station took the open parent over, entry %d", event.entry.seq)
        case StorageFailed():
            _log.error("A scan could not be stored: %s", event.problem)
        case StorageRecovered():
            _log.warning("The journal stores again, after entry %d", event.state.last_seq)
        case ScannerChanged():
            _log.info("Scanner %s: %s", event.name, event.problem or ("ready" if event.ready else "not read"))
        case ScannerGone():
            _log.info("Scanner %s belongs to this station no more", event.source)
        case CatalogueChanged(complete=True):
            _log.info("The catalogue is complete: %d bags", event.loaded)
        case OperatorChanged() | StationLockChanged() | StationNamed():
            _log_people(event)
        case _:
            pass


def _log_people(event: OperatorChanged | StationLockChanged | StationNamed) -> None:
    match event:
        case OperatorChanged(ended=ended) if ended is not None:
            _log.warning("The centre ended the session: %s", ended)
        case OperatorChanged():
            _log.info("Operator: %s", _described(event))
        case StationLockChanged():
            _log.info("The station is %s", "locked" if event.locked else "unlocked")
        case StationNamed():
            _log.info("The centre calls this station %s, area %s", event.name, event.area or "none")


def _described(event: OperatorChanged) -> str:
    if event.person is None:
        return "nobody"
    way = f", by {event.session.way}" if event.session is not None else ""
    return f"{event.person.username}{way}"


def _log_refusals(event: ReceiptsRecorded) -> None:
    for entry, receipt in event.answered:
        if not needs_attention(entry, receipt):
            continue
        if receipt.outcome is Outcome.REFUSED:
            _log.warning("The centre refused entry %d: %s", entry.seq, receipt.reason)
        if receipt.notice is not None:
            _log.warning("Entry %d was posted, with a notice: %s", entry.seq, receipt.notice)

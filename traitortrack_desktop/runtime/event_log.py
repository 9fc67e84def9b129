"""What IT finds in the log of a normal day: start, line lost and back, storage, scanners, people."""

import logging

from traitortrack_desktop.domain.work import needs_attention
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    DeliveryChanged,
    OperatorChanged,
    ReceiptsRecorded,
    ScannerChanged,
    ScannerGone,
    StationEvent,
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
        case OperatorChanged():
            _log.info("Operator: %s", event.person.username if event.person is not None else "nobody")
        case _:
            pass


def _log_refusals(event: ReceiptsRecorded) -> None:
    for entry, receipt in event.answered:
        if needs_attention(entry, receipt):
            _log.warning("The centre refused entry %d: %s", entry.seq, receipt.reason)

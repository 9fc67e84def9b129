"""Every entry of a journal with the centre's receipt: for comparing it with the centre afterwards."""

import sqlite3
from pathlib import Path

from traitortrack_desktop.services.ports import JournalUnreadableError
from traitortrack_desktop.services.reckoning import AnsweredEntry
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import entry_of, receipt_of
from traitortrack_desktop.storage.local.records import DamagedRecordError
from traitortrack_desktop.storage.local.verify import open_to_read

_ANSWERED = """
    SELECT e.seq, e.payload, e.previous_hash, e.hash, r.payload, r.hash
    FROM entries AS e LEFT JOIN receipts AS r ON r.seq = e.seq
    ORDER BY e.seq
"""


def answered_entries(directory: Path) -> tuple[AnsweredEntry, ...]:
    """Return the whole journal in *directory*, oldest first, each record checked against its hash.

    Works while a station runs. Raises ``JournalTooNewError`` and ``JournalUnreadableError``.
    """
    connection = open_to_read(Places(directory))
    try:
        return tuple(
            (
                entry_of(row[:4]),
                receipt_of(row[4], row[5], row[3]).receipt if row[4] is not None else None,
            )
            for row in connection.execute(_ANSWERED)
        )
    except (sqlite3.Error, DamagedRecordError) as error:
        raise JournalUnreadableError(f"the journal in {directory} is damaged: {error}") from error
    finally:
        connection.close()

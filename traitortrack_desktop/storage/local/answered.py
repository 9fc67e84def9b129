"""Every entry of a journal with the centre's receipt: for comparing it with the centre afterwards."""

import sqlite3
from pathlib import Path

from traitortrack_desktop.services.ports import JournalUnreadableError
from traitortrack_desktop.services.reckoning import AnsweredEntry
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import ANSWERED, answered_of
from traitortrack_desktop.storage.local.records import DamagedRecordError
from traitortrack_desktop.storage.local.verify import open_to_read


def answered_entries(directory: Path) -> tuple[AnsweredEntry, ...]:
    """Return the whole journal in *directory*, oldest first, each record checked against its hash.

    Works while a station runs. Raises ``JournalTooNewError`` and ``JournalUnreadableError``.
    """
    connection = open_to_read(Places(directory))
    try:
        found = map(answered_of, connection.execute(ANSWERED + "ORDER BY e.seq"))
        return tuple((entry, kept.receipt if kept is not None else None) for entry, kept in found)
    except (sqlite3.Error, DamagedRecordError) as error:
        raise JournalUnreadableError(f"the journal in {directory} is damaged: {error}") from error
    finally:
        connection.close()

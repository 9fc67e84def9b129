"""The whole journal as a file of JSON lines, for IT: every entry with its receipt, nothing cut."""

import json
import os
import sqlite3
from pathlib import Path

from traitortrack_desktop.services.ports import JournalUnreadableError
from traitortrack_desktop.storage.local.connections import snapshot
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.verify import open_to_read

_ALL = """
    SELECT e.payload, e.previous_hash, e.hash, r.payload
    FROM entries AS e LEFT JOIN receipts AS r ON r.seq = e.seq
    ORDER BY e.seq
"""


def export_journal(directory: Path, target: Path) -> int:
    """Write the journal in *directory* to *target*, replacing it only when all is written.

    One object a line: ``entry`` (the posted payload, ``raw`` in hexadecimal), ``previous_hash``,
    ``hash``, and ``receipt`` or null. Returns the number of entries. Works while a station runs.
    Raises ``JournalTooNewError``, ``JournalUnreadableError`` and ``OSError``.
    """
    connection = open_to_read(Places(directory))
    temporary = target.with_name(target.name + ".part")
    try:
        with snapshot(connection):
            count = _write(connection, temporary)
    except (sqlite3.Error, ValueError) as error:
        raise JournalUnreadableError(f"the journal in {directory} is damaged: {error}") from error
    finally:
        connection.close()
    temporary.replace(target)
    return count


def _write(connection: sqlite3.Connection, path: Path) -> int:
    count = 0
    with path.open("w", encoding="ascii", newline="\n") as file:
        for payload, previous_hash, own_hash, receipt in connection.execute(_ALL):
            kept = {
                "entry": json.loads(payload),
                "previous_hash": previous_hash.hex(),
                "hash": own_hash.hex(),
                "receipt": json.loads(receipt) if receipt is not None else None,
            }
            file.write(json.dumps(kept, sort_keys=True) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count

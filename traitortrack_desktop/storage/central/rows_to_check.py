"""Reads what a station's journal is compared with: ledger, links, and totals that are not true.

Needs an address that may read every table (the owner's), never a station's.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from traitortrack_desktop.domain.identifiers import DeviceId, JournalEpoch
from traitortrack_desktop.services.reckoning import CentreRows, LedgerLine, ParentRows
from traitortrack_desktop.storage.central.consistency import consistency_of
from traitortrack_desktop.storage.central.engine import owner_connection

_LEDGER = text("""
    SELECT seq, outcome, reason
    FROM station.entry
    WHERE device = :device AND epoch = ANY (CAST(:epochs AS uuid[]))
""")

_PARENTS = text("""
    SELECT upper(parent_bag.qr_id) AS code, parent_bag.child_count,
           array_remove(array_agg(upper(child_bag.qr_id)), NULL) AS children
    FROM bag AS parent_bag
         LEFT JOIN link ON link.parent_bag_id = parent_bag.id
         LEFT JOIN bag AS child_bag ON child_bag.id = link.child_bag_id
    WHERE upper(parent_bag.qr_id) = ANY (CAST(:codes AS text[]))
    GROUP BY parent_bag.id
""")


def rows_to_check(
    owner_url: str, *, device: DeviceId, epochs: Iterable[JournalEpoch], parents: Iterable[str]
) -> CentreRows:
    """Return the ledger of *device* in *epochs*, the *parents* with their links, and all false totals.

    Raises the errors of ``services.ports``.
    """
    with owner_connection(owner_url) as connection:
        ledger = connection.execute(
            _LEDGER, {"device": str(device), "epochs": [str(epoch) for epoch in epochs]}
        )
        found = consistency_of(connection)
        return CentreRows(
            ledger={row.seq: LedgerLine(outcome=row.outcome, reason=row.reason) for row in ledger},
            parents=_parents(connection, list(parents)),
            false_parents=found.wrong_parents,
            false_bills=found.wrong_bills,
        )


def _parents(connection: Connection, codes: list[str]) -> dict[str, ParentRows]:
    return {
        row.code: ParentRows(
            children=frozenset(row.children),
            stored_count=row.child_count,
        )
        for row in connection.execute(_PARENTS, {"codes": codes})
    }

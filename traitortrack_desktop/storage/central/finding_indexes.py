"""The station's own indexes, by which codes are found: made by every upgrade, beside those who use them.

On the web application's tables they are additions that it does not notice but by the time of writing one
more index; on the ledger they leave out whatever a look-up does not ask.
Used by ``db upgrade``, on its own thread.
"""

from dataclasses import dataclass

from psycopg2 import Error as DriverError

from traitortrack_desktop.storage.central.quiet_changes import QuietChanges
from traitortrack_desktop.storage.central.upgrade_report import Findings, server_words


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIndex:
    """An index that only stations need. *on* is the table and what stands in the index."""

    name: str
    schema: str
    table: str
    on: str

    @property
    def statement(self) -> str:
        """What makes it, beside everybody's work."""
        return f"CREATE INDEX CONCURRENTLY {self.name} ON {self.schema}.{self.table} {self.on}"


def _of_web(name: str, table: str, on: str) -> OwnIndex:
    return OwnIndex(name=name, schema="public", table=table, on=on)


def _of_ledger(name: str, on: str) -> OwnIndex:
    return OwnIndex(name=name, schema="station", table="entry", on=on)


FINDING_INDEXES = (
    _of_web("station_bag_head", "bag", '((upper(qr_id)) COLLATE "C")'),
    _of_web("station_bag_tail", "bag", '((reverse(upper(qr_id))) COLLATE "C")'),
    _of_web("station_bill_head", "bill", '((upper(bill_id)) COLLATE "C")'),
    _of_ledger("entry_of_parent", "(parent, received_at, id) WHERE parent IS NOT NULL"),
    _of_ledger("entry_of_child", "(child, received_at, id) WHERE child IS NOT NULL"),
    _of_ledger(
        "entry_of_code",
        "((upper(code)), received_at, id)"
        " WHERE code IS DISTINCT FROM parent AND code IS DISTINCT FROM child",
    ),
    _of_ledger("entry_of_bill", "((upper(bill)), received_at, id) WHERE bill IS NOT NULL"),
    _of_ledger("entry_of_ticket", "((upper(ticket)), received_at, id) WHERE ticket IS NOT NULL"),
    _of_ledger(
        "entry_naming",
        "USING gin (station.named_besides(payload))"
        " WHERE kind IN ('move_children', 'edit_children', 'replace_label', 'delete_bag')",
    ),
)  # fmt: skip
"""All of them. ``functions/finding.sql`` asks in the very words of their conditions."""

_FOUND = """
    SELECT i.indisvalid AS valid
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relname = :name AND c.relnamespace = to_regnamespace(quote_ident(:schema))
"""


def add_finding_indexes(changes: QuietChanges, findings: Findings) -> None:
    """Make what is not there, and anew what was broken off. Raises ``TableBusyError``."""
    for index in FINDING_INDEXES:
        schema = changes.schema if index.schema == "public" else index.schema
        found = changes.ask(_FOUND, name=index.name, schema=schema)
        if found and found[0].valid:
            continue
        about = f"the table {index.table}"
        try:
            if found:
                changes.beside_others(f"DROP INDEX CONCURRENTLY {index.schema}.{index.name}", about=about)
            changes.beside_others(index.statement, about=about)
        except DriverError as error:
            if error.pgcode is None:
                raise
            findings.not_added.append(f"index {index.name} on {index.table}: {server_words(error)}")
        else:
            findings.added.append(f"index {index.name} on {index.table}")

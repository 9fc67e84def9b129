"""The sequences that give the web application's rows their ids: one behind its table makes every insert fail.

A copy of a database brings rows with their ids and leaves the sequences where they were. A row with one of
the last ids there are was numbered by mistake; behind it there would be none for new rows, so that it counts
for nothing here (as in ``functions/sequences.sql``); a person is told of it (``rows_to_decide``).
"""

from typing import Any

from sqlalchemy import Connection, Row, text

from traitortrack_desktop.storage.central.recount import Difference, Kind
from traitortrack_desktop.storage.central.web_shape import wanted_shape

_LAST_IDS = 2**31 - 10_000_000
"""From here on they are the last."""

_SEQUENCES = text("""
    SELECT c.relname AS table, c.oid AS oid,
           pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), 'id') AS sequence
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p')
      AND c.relname = ANY (CAST(:tables AS text[]))
    ORDER BY c.relname
""")
_RECORD = text("""
    INSERT INTO station.repair (what, row_id, code, before, after)
    VALUES ('sequence', NULL, :table, jsonb_build_object('next_id', CAST(:before AS bigint)),
            jsonb_build_object('next_id', CAST(:after AS bigint)))
""")


def sequences_behind(connection: Connection, schema: str) -> tuple[Difference, ...]:
    """Return the sequences that would give an id which is taken; *code* is the table's name."""
    tables = list(wanted_shape().table_names)  # one without a sequence is passed over
    found = connection.execute(_SEQUENCES, {"schema": schema, "tables": tables}).all()
    looks = [_look(row) for row in found if row.sequence is not None]
    if not looks:
        return ()
    rows = connection.exec_driver_sql(" UNION ALL ".join(looks) + " ORDER BY 1").all()
    return tuple(_difference(row) for row in rows if row.next_id <= row.highest)


def correct_sequence(connection: Connection, schema: str, table: str) -> Difference | None:
    """Set the sequence of *table* behind the highest id, with its record; ``None`` when it is right by now.

    Nobody may insert meanwhile: he would hold an id that nobody sees yet. Raises the driver's errors.
    """
    connection.exec_driver_sql(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
    for change in sequences_behind(connection, schema):
        if change.code == table:
            _set(connection, table, change)
            return change
    return None


def _set(connection: Connection, table: str, change: Difference) -> None:
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence(quote_ident('{table}'), 'id'),"
        f" {change.after['next_id'] - 1}, true)"
    )
    values = {"table": table, "before": change.before["next_id"], "after": change.after["next_id"]}
    connection.execute(_RECORD, values)


def _look(row: Row[Any]) -> str:
    """Return a query for one table; the sequence's name comes quoted from PostgreSQL itself."""
    return (
        f"SELECT '{row.table}' AS name,"  # noqa: S608
        f' (SELECT coalesce(max(id), 0) FROM "{row.table}" WHERE id < {_LAST_IDS}) AS highest,'
        f" last_value + is_called::integer AS next_id FROM {row.sequence}"
    )


def _difference(row: Row[Any]) -> Difference:
    return Difference(
        kind=Kind.SEQUENCE,
        row_id=None,
        code=row.name,
        before={"next_id": row.next_id},
        after={"next_id": row.highest + 1},
    )

"""Proves that rows and tables that were there before are as they were."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from centre.shapes import owner_cursor
from psycopg2 import sql

Digests = Mapping[str, Mapping[str, str]]
"""By table and row: what all the row's first columns hold."""

_COLUMNS = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum), bool_or(a.attname = 'id')
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p')
    GROUP BY c.relname ORDER BY c.relname
"""
_STRUCTURE = """
    SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 'index ' || pg_get_indexdef(i.indexrelid)
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
    WHERE c.relnamespace = %(schema)s::regnamespace AND i.indisvalid
    UNION ALL
    SELECT 'constraint ' || conname || ' on ' || conrelid::regclass || ' '
           || replace(pg_get_constraintdef(oid), ' NOT VALID', '')
    FROM pg_constraint
    WHERE connamespace = %(schema)s::regnamespace AND contype <> 'n'
    UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal
    UNION ALL
    SELECT 'owner ' || relname || ' ' || pg_get_userbyid(relowner) FROM pg_class
    WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r', 'p', 'S')
"""

_CATALOGUE = """
    WITH here AS (
        SELECT c.* FROM pg_class AS c
        WHERE c.relkind <> 't' AND c.relnamespace IN (%(schema)s::regnamespace, to_regnamespace('station'))
    )
    SELECT oid::bigint, relfilenode::bigint, relname::text, '' FROM here
    UNION ALL
    SELECT i.indexrelid, 0, 'index', pg_get_indexdef(i.indexrelid) || i.indisvalid
    FROM pg_index AS i JOIN here ON here.oid = i.indexrelid
    UNION ALL
    SELECT r.oid, 0, r.conname, pg_get_constraintdef(r.oid) || r.convalidated
    FROM pg_constraint AS r JOIN here ON here.oid = r.conrelid
    UNION ALL
    SELECT t.oid, 0, t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text
    FROM pg_trigger AS t JOIN here ON here.oid = t.tgrelid
    UNION ALL
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid::text || a.attnotnull
    FROM pg_attribute AS a JOIN here ON here.oid = a.attrelid
    UNION ALL
    SELECT p.oid, 0, p.proname, md5(p.prosrc) || coalesce(p.proacl::text, '')
    FROM pg_proc AS p WHERE p.pronamespace = to_regnamespace('station')
"""

Places = Mapping[str, frozenset[tuple[str, str]]]
"""By table: where every row lies, and which transaction wrote it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The tables of a schema with the columns they had at one moment."""

    schema: str
    tables: Mapping[str, tuple[tuple[str, ...], bool]]


def columns_of(url: str, schema: str) -> Columns:
    """Return the tables of *schema* with their columns, and whether they have an ``id``."""
    with owner_cursor(url, schema) as cursor:
        cursor.execute(_COLUMNS, [schema])
        return Columns(
            schema=schema, tables={table: (tuple(names), keyed) for table, names, keyed in cursor.fetchall()}
        )


def digests(url: str, columns: Columns) -> Digests:
    """Return what every row holds in *columns*; a row without ``id`` is known by what it holds."""
    found = {}
    with owner_cursor(url, columns.schema) as cursor:
        for table, (names, keyed) in columns.tables.items():
            row = sql.SQL("md5(ROW({})::text)").format(sql.SQL(", ").join(map(sql.Identifier, names)))
            key = sql.SQL("id::text") if keyed else row
            cursor.execute(sql.SQL("SELECT {}, {} FROM {}").format(key, row, sql.Identifier(table)))
            found[table] = dict(cursor.fetchall())
    return found


def changed(before: Digests, after: Digests) -> dict[str, set[str]]:
    """Return by table the rows of *before* that are gone or hold something else; only tables with any."""
    found = {}
    for table, rows in before.items():
        now = after.get(table, {})
        different = {key for key, digest in rows.items() if now.get(key) != digest}
        if different:
            found[table] = different
    return found


def places(url: str, columns: Columns) -> Places:
    """Return where every row lies; one that was written again, be it with the same values, lies elsewhere."""
    found = {}
    with owner_cursor(url, columns.schema) as cursor:
        for table in columns.tables:
            cursor.execute(sql.SQL("SELECT ctid::text, xmin::text FROM {}").format(sql.Identifier(table)))
            found[table] = frozenset(cursor.fetchall())
    return found


def catalogue(url: str, schema: str) -> frozenset[tuple[int, int, str, str]]:
    """Return all that the server's catalogue says of *schema* and the station's: any change of it shows."""
    with owner_cursor(url, "pg_catalog") as cursor:
        cursor.execute(_CATALOGUE, {"schema": schema})
        return frozenset(cursor.fetchall())


def structure(url: str, schema: str) -> frozenset[str]:
    """Return columns, valid indexes, constraints, triggers and owners of *schema*, each as one line."""
    with owner_cursor(url, "pg_catalog") as cursor:
        cursor.execute(_STRUCTURE, {"schema": schema})
        return frozenset(line for (line,) in cursor.fetchall())


def described(differences: Mapping[str, Iterable[str]]) -> str:
    """Return *differences* as one line."""
    return "; ".join(f"{table}: {', '.join(sorted(keys)[:5])}" for table, keys in differences.items())

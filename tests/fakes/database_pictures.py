"""Pictures of a database, to compare: what its catalogue says, and each row as it lies there."""

from fakes.central_owner import query

_CATALOGUE = """
    WITH here AS (
        SELECT c.* FROM pg_class AS c WHERE c.relkind <> 't' AND c.relnamespace IN (
            SELECT oid FROM pg_namespace WHERE nspname IN ('{schema}', 'station'))
    )
    SELECT oid::bigint AS oid, relfilenode::bigint AS part, relname::text AS name, '' AS says FROM here
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
    ORDER BY 1, 2, 3, 4
"""


def catalogue(url: str, schema: str) -> list[dict]:
    """Return what the catalogue says of *schema* and the station's."""
    return query(url, _CATALOGUE.format(schema=schema))


def rows_as_they_lie(url: str, schema: str, columns: dict[str, list[str]]) -> dict[str, list[dict]]:
    """Return the *columns* of each table, with the place of each row and who wrote it."""
    return {
        table: query(
            url,
            f'SELECT ctid::text, xmin::text, {", ".join(names)} FROM {schema}."{table}" ORDER BY ctid',
        )
        for table, names in columns.items()
    }


def columns_of(url: str, schema: str) -> dict[str, list[str]]:
    """Return the quoted column names of each table in *schema*."""
    found = query(
        url,
        f"""SELECT table_name, array_agg(quote_ident(column_name) ORDER BY ordinal_position) AS names
            FROM information_schema.columns WHERE table_schema = '{schema}' GROUP BY 1""",
    )
    return {row["table_name"]: row["names"] for row in found}

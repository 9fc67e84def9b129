"""In which PostgreSQL schema the web application's tables are: ``public``, ``production``, or another.

One database serves one of them: the station's own schema remembers which, in ``station.setting``.
"""

from sqlalchemy import Connection, text

from traitortrack_desktop.services.ports import CentreMismatchError

USUAL = "public"
SETTING = "web_schema"

_REMEMBERED = text(f"SELECT value #>> '{{}}' FROM station.setting WHERE name = '{SETTING}'")  # noqa: S608
_WITH_TABLES = text("""
    SELECT n.nspname
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname IN ('bag', 'link') AND c.relkind IN ('r', 'p') AND n.nspname <> 'station'
      AND n.nspname !~ '^pg_'
    GROUP BY n.nspname
    HAVING count(*) = 2
    ORDER BY n.nspname
""")
_USE = text("SELECT set_config('search_path', quote_ident(:schema), true)")


class WebSchemaUnclearError(CentreMismatchError):
    """More than one schema holds the web application's tables, and nobody said which is meant."""


def find_web_schema(connection: Connection, wanted: str | None = None) -> str:
    """Return the schema of the web application's tables; ``public`` for a database without any.

    *wanted* is what a person said. It cannot overrule what the station's schema remembers: the feed and
    the ledger belong to one set of tables. Raises :class:`WebSchemaUnclearError`.
    """
    remembered = _remembered(connection)
    if remembered is not None:
        if wanted not in {None, remembered}:
            raise WebSchemaUnclearError(f"this database's stations work with the schema {remembered}")
        return remembered
    if wanted is not None:
        return wanted
    found: list[str] = list(connection.scalars(_WITH_TABLES))
    if len(found) > 1:
        names = ", ".join(found)
        raise WebSchemaUnclearError(f"several schemas hold bags ({names}): say which by --web-schema NAME")
    return found[0] if found else USUAL


def use_web_schema(connection: Connection, wanted: str | None = None) -> str:
    """Let unqualified table names on *connection* mean the web application's, in this transaction."""
    schema = find_web_schema(connection, wanted)
    connection.info["web_schema"] = schema
    connection.execute(_USE, {"schema": schema})
    return schema


def _remembered(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('station.setting')")) is None:
        return None
    remembered: str | None = connection.scalar(_REMEMBERED)
    if remembered is None and connection.scalar(text("SELECT to_regclass('station.alembic_version')")):
        return USUAL  # made before there was a choice
    return remembered

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
_EXISTS = text("SELECT to_regnamespace(quote_ident(:schema)) IS NOT NULL")
_NOT_OURS = text("""
    SELECT c.relname AS table, pg_get_userbyid(c.relowner) AS owner, current_user AS account
    FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace(quote_ident(:schema)) AND c.relkind IN ('r', 'p')
      AND c.relname = ANY (:tables) AND NOT pg_has_role(current_user, c.relowner, 'USAGE')
    ORDER BY c.relname
""")
_RIGHTS = text("""
    SELECT current_user AS account, current_database() AS database,
           has_schema_privilege(current_user, :schema, 'CREATE') AS makes_tables,
           CASE WHEN to_regnamespace('station') IS NULL
                THEN has_database_privilege(current_user, current_database(), 'CREATE')
                ELSE has_schema_privilege(current_user, 'station', 'CREATE') END AS makes_station
""")
_MEAN = text("SELECT set_config('search_path', quote_ident(:schema), :in_transaction)")


class WebSchemaUnclearError(CentreMismatchError):
    """It is not clear where the web application's tables are; the text says what to do."""


class RightsMissingError(CentreMismatchError):
    """The account may not do the owner's work here; the text says what it lacks."""


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
    found = schemas_with_tables(connection)
    if wanted is not None:
        if not connection.scalar(_EXISTS, {"schema": wanted}):
            there = f"; bags are in {', '.join(found)}" if found else ""
            raise WebSchemaUnclearError(f"this database has no schema {wanted}{there}")
        return _usable(wanted)
    if len(found) > 1:
        names = ", ".join(found)
        raise WebSchemaUnclearError(
            f"several schemas hold tables of the web application ({names}): say once which one the stations"
            " are to work with, by db upgrade --web-schema NAME (db check takes that too and changes nothing)"
        )
    return _usable(found[0]) if found else USUAL


def _usable(schema: str) -> str:
    """Return *schema* unless its name would not stand in statements as it is; raises."""
    if any(sign in schema for sign in ("'", "%", "$$")):
        raise WebSchemaUnclearError(
            f"the web application's tables are in a schema called {schema}: the station's functions cannot be"
            " made for a name with ', % or $$ in it; give it another one (ALTER SCHEMA … RENAME TO …)"
        )
    return schema


def schemas_with_tables(connection: Connection) -> tuple[str, ...]:
    """Return the schemas that hold bags and links."""
    return tuple(connection.scalars(_WITH_TABLES))


def require_rights(connection: Connection, schema: str, tables: tuple[str, ...]) -> None:
    """Raise :class:`RightsMissingError` unless the account can complete *tables* in *schema*.

    Only a table's owner can add a column or an index to it.
    """
    foreign = connection.execute(_NOT_OURS, {"schema": schema, "tables": list(tables)}).all()
    if foreign:
        names = ", ".join(row.table for row in foreign)
        owners = ", ".join(sorted({row.owner for row in foreign}))
        raise RightsMissingError(
            f"the account {foreign[0].account} does not own {names} in the schema {schema}: use the address"
            f" of their owner ({owners}) for db upgrade; nothing was changed"
        )
    rights = connection.execute(_RIGHTS, {"schema": schema}).one()
    if not (rights.makes_tables and rights.makes_station):
        place = f"tables in the schema {schema}" if not rights.makes_tables else "the schema station"
        raise RightsMissingError(
            f"the account {rights.account} may not make {place} of the database {rights.database}: use the"
            " address of the database's owner for db upgrade; nothing was changed"
        )


def use_web_schema(connection: Connection, wanted: str | None = None) -> str:
    """Let unqualified table names on *connection* mean the web application's, in this transaction."""
    schema = find_web_schema(connection, wanted)
    mean_web_tables(connection, schema)
    return schema


def mean_web_tables(connection: Connection, schema: str, *, in_transaction: bool = True) -> None:
    """Let unqualified table names mean those of *schema*: in this transaction, or as long as it is open."""
    connection.info["web_schema"] = schema
    connection.execute(_MEAN, {"schema": schema, "in_transaction": in_transaction})


def _remembered(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('station.setting')")) is None:
        return None
    remembered: str | None = connection.scalar(_REMEMBERED)
    if remembered is None and connection.scalar(text("SELECT to_regclass('station.alembic_version')")):
        return USUAL  # made before there was a choice
    return remembered

"""SQL that is kept as SQL: files inside this package.

Files, and every statement that changes a table's shape, name the web application's tables as ``public.…``;
where those live in another schema, that name is put in when they are run. Questions and changes of rows use
bare names: there the connection's search path says where (``web_schema.mean_web_tables``).
"""

import re
from importlib import resources
from typing import cast

from psycopg2.extensions import connection as RawConnection  # noqa: N812
from sqlalchemy import Connection


def read_file(path: str) -> str:
    """Return the text of the file *path* inside this package."""
    return resources.files(__package__).joinpath(path).read_text("utf-8")


def run_file(connection: Connection, path: str) -> None:
    """Run all statements of the file *path* on *connection*, inside its transaction.

    The text goes to the server as it stands: percent signs and colons mean themselves.
    """
    run_script(connection, for_web_schema(read_file(path), connection.info["web_schema"]))


def run_script(connection: Connection, script: str) -> None:
    """Run all statements of *script* in one message, and so in one transaction."""
    raw = cast(RawConnection, connection.connection.driver_connection)
    with raw.cursor() as cursor:
        cursor.execute(script)


def for_web_schema(script: str, schema: str) -> str:
    """Return *script* with the tables of ``public`` in *schema* instead."""
    quoted = '"' + schema.replace('"', '""') + '"'
    return re.sub(r'\bpublic\.(?=["a-z])', lambda _: f"{quoted}.", script)

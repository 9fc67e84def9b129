"""SQL that is kept as SQL: files inside this package."""

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
    raw = cast(RawConnection, connection.connection.driver_connection)
    with raw.cursor() as cursor:
        cursor.execute(read_file(path))

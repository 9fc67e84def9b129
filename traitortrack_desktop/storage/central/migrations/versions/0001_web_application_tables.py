"""The web application's tables, for a database that has none of them.

Where there are any, ``db upgrade`` adds what is missing before it comes here, in steps that nobody has
to wait for.
"""

from alembic import op

from traitortrack_desktop.storage.central.found_shape import has_web_tables
from traitortrack_desktop.storage.central.sql_files import run_file
from traitortrack_desktop.storage.central.web_shape import SHAPE_FILE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    connection = op.get_bind()
    if not has_web_tables(connection, connection.info["web_schema"]):
        run_file(connection, SHAPE_FILE)


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

"""The web application's tables, each only where it is missing."""

from alembic import op

from traitortrack_desktop.storage.central.sql_files import run_file

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    run_file(op.get_bind(), "migrations/versions/0001_web_application_tables.sql")


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

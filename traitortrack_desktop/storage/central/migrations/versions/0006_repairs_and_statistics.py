"""The record of what ``db audit --repair`` changed, and the deltas of the statistics row."""

from alembic import op

from traitortrack_desktop.storage.central.sql_files import run_file

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    run_file(op.get_bind(), "migrations/versions/0006_repairs_and_statistics.sql")


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

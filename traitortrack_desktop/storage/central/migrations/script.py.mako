"""${message}."""

from alembic import op

from traitortrack_desktop.storage.central.sql_files import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    run_file(op.get_bind(), "migrations/versions/${up_revision}.sql")


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

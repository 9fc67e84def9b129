"""Sessions, badges, PINs, sign-in attempts, and one-time codes by which stations enrol."""

from alembic import op

from traitortrack_desktop.storage.central.sql_files import run_file

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    run_file(op.get_bind(), "migrations/versions/0007_people.sql")


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

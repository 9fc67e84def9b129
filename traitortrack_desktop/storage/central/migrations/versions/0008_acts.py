"""Corrections, bills and returns in the ledger, and which station has which parent open."""

from alembic import op

from traitortrack_desktop.storage.central.sql_files import run_file

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    run_file(op.get_bind(), "migrations/versions/0008_acts.sql")


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

"""What the catalogue feed keeps: which bags and bills changed, and how far it has been pruned."""

from alembic import op

from traitortrack_desktop.storage.central.sql_files import run_file

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the step."""
    run_file(op.get_bind(), "migrations/versions/0005_catalogue_feed.sql")


def downgrade() -> None:
    """Refuse: the station never takes anything away from the centre."""
    raise NotImplementedError("the centre's schema only grows")

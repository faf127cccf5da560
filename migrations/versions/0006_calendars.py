"""Calendars: when a place and a venue were last revised, and whether somebody's own calendar has an address."""

import sqlalchemy as sa
from alembic import op

COLUMNS = (("place", "revised_at"), ("venue", "revised_at"), ("person", "feed_ended_at"))

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.DateTime(), nullable=True))


def downgrade() -> None:
    for table, column in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)

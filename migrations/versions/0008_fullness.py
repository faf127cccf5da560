"""Finding events: how often an event became full, or had places again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The row that is there begins at nought; the default stays in the code, so it leaves the table again."""
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fullness", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.alter_column("fullness", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_column("fullness")

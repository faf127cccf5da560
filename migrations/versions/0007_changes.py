"""Changes: what is settling until people are told, sessions that were taken away, and dates that were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slot", sa.Column("removed_at", sa.DateTime(), nullable=True))
    op.add_column("slot", sa.Column("withdrawn_start", sa.DateTime(), nullable=True))
    op.add_column("slot", sa.Column("withdrawn_end", sa.DateTime(), nullable=True))
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_change_event_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_change_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index("ix_change_event_id", "change", ["event_id", "id"])
    op.create_index(
        "ix_change_due",
        "change",
        ["due_at"],
        sqlite_where=sa.text("settled_at is null"),
        postgresql_where=sa.text("settled_at is null"),
    )


def downgrade() -> None:
    op.drop_table("change")
    op.drop_column("slot", "withdrawn_end")
    op.drop_column("slot", "withdrawn_start")
    op.drop_column("slot", "removed_at")

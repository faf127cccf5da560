"""The waiting list: holidays, when an offer was made, who asked to wait, and when the last-minute time was told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.Integer(), nullable=False),
        sa.Column("school_urn", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("begins_on <= ends_on", name=op.f("ck_holiday_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_holiday_hub_id")),
        sa.ForeignKeyConstraint(["school_urn"], ["school.urn"], name=op.f("fk_holiday_school_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
    )
    op.create_index("ix_holiday_hub_id_ends_on", "holiday", ["hub_id", "ends_on"])
    op.add_column("event", sa.Column("last_minute_told_at", sa.DateTime(), nullable=True))
    op.add_column("event", sa.Column("line_ended_at", sa.DateTime(), nullable=True))
    op.add_column("booking", sa.Column("asked_to_wait_at", sa.DateTime(), nullable=True))
    op.add_column("booking", sa.Column("offered_at", sa.DateTime(), nullable=True))
    op.create_index(
        "ix_booking_offered",
        "booking",
        ["offer_ends_at"],
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )


def downgrade() -> None:
    op.drop_index("ix_booking_offered", table_name="booking")
    op.drop_column("booking", "offered_at")
    op.drop_column("booking", "asked_to_wait_at")
    op.drop_column("event", "line_ended_at")
    op.drop_column("event", "last_minute_told_at")
    op.drop_table("holiday")

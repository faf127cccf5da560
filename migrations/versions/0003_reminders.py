"""The clock: reminders and their times, jobs that say when they last ran, addresses that a relay refused for good."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("ran_at", sa.DateTime(), nullable=False),
        sa.Column("did_at", sa.DateTime(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("fault", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unreachable_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("list_told_again_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("reminders_set_at", sa.DateTime(), nullable=True))
    op.create_table(
        "reminder_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("minute", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(days is null) = (minute is null) and (days is null) <> (hours is null)",
            name=op.f("ck_reminder_time_either"),
        ),
        sa.CheckConstraint("days is null or days between 1 and 60", name=op.f("ck_reminder_time_days")),
        sa.CheckConstraint("hours is null or hours between 1 and 72", name=op.f("ck_reminder_time_hours")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_reminder_time_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_time")),
    )
    with op.batch_alter_table("reminder_time", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_time_event_id", ["event_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("send_at", sa.DateTime(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_reminder_message_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_reminder_place_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_reminder_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "place_id", "slot_id", "kind", "starts_at", name=op.f("uq_reminder_place_id_slot_id_kind_starts_at")
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_slot_id", ["slot_id"], unique=False)
        batch_op.create_index("ix_reminder_message_id", ["message_id"], unique=False)
        batch_op.create_index(
            "ix_reminder_person_id_new",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("message_id is null"),
            postgresql_where=sa.text("message_id is null"),
        )


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_table("reminder_time")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("reminders_set_at")
        batch_op.drop_column("list_told_again_at")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("unreachable_at")
    op.drop_table("job")

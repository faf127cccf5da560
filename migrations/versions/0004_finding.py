"""Finding events: year groups, what a hub says of itself, a school's former name, and the revision of the list."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0007"
branch_labels = None
depends_on = None

HUB = {
    "website": sa.String(length=200),
    "aliases": sa.JSON(),
    "controller": sa.String(length=200),
    "protection_officer": sa.String(length=200),
    "protection_email": sa.String(length=254),
    "calendar_name": sa.String(length=100),
}


def upgrade() -> None:
    op.create_table(
        "event_year",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("year between 0 and 13", name=op.f("ck_event_year_year")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_year_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "year", name=op.f("pk_event_year")),
    )
    with op.batch_alter_table("event_year", schema=None) as batch_op:
        batch_op.create_index("ix_event_year_year", ["year", "event_id"], unique=False)

    listing = op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_listing_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.bulk_insert(listing, [{"id": 1, "revision": 0}])

    _add_columns("hub", HUB)
    _add_columns("school", {"formerly": sa.String(length=200)})


def downgrade() -> None:
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_column("formerly")
    with op.batch_alter_table("hub", schema=None) as batch_op:
        for name in HUB:
            batch_op.drop_column(name)
    op.drop_table("listing")
    with op.batch_alter_table("event_year", schema=None) as batch_op:
        batch_op.drop_index("ix_event_year_year")
    op.drop_table("event_year")


def _add_columns(table: str, columns: dict[str, sa.types.TypeEngine]) -> None:
    """Rows that are there get an empty value; the default stays in the code, so it leaves the table again."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, kind in columns.items():
            empty = "[]" if isinstance(kind, sa.JSON) else ""
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=empty))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, kind in columns.items():
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)

"""Putting events up: a form that drafts once, and a hub's trail read in order."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event") as table:
        table.add_column(sa.Column("form_key", sa.String(length=64), nullable=True))
        table.create_unique_constraint(op.f("uq_event_form_key"), ["form_key"])
    op.drop_index("ix_audit_entry_hub_id", table_name="audit_entry")
    op.create_index("ix_audit_entry_hub_id", "audit_entry", ["hub_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_hub_id", table_name="audit_entry")
    op.create_index("ix_audit_entry_hub_id", "audit_entry", ["hub_id"])
    with op.batch_alter_table("event") as table:
        table.drop_constraint(op.f("uq_event_form_key"), type_="unique")
        table.drop_column("form_key")

"""The first revision: every table, with every state and column that the rules of booking need."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hub",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub")),
        sa.UniqueConstraint("slug", name=op.f("uq_hub_slug")),
    )
    op.create_table(
        "school",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("locality", sa.String(length=200), nullable=False),
        sa.Column(
            "town",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("county", sa.String(length=100), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("local_authority", sa.String(length=100), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("low_age", sa.Integer(), nullable=True),
        sa.Column("high_age", sa.Integer(), nullable=True),
        sa.Column("type_name", sa.String(length=100), nullable=False),
        sa.Column("type_group", sa.String(length=60), nullable=False),
        sa.Column("trust", sa.String(length=200), nullable=False),
        sa.Column("easting", sa.Integer(), nullable=True),
        sa.Column("northing", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("family_urn", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=40), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column(
            "sort_name",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_words", sa.Text(), nullable=False),
        sa.CheckConstraint("status in ('open','closing','closed','proposed')", name=op.f("ck_school_status")),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_school")),
    )
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.create_index("ix_school_family_urn", ["family_urn"], unique=False)
        batch_op.create_index("ix_school_is_closed_sort_name", ["is_closed", "sort_name"], unique=False)

    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("job", sa.String(length=120), nullable=False),
        sa.Column("school_urn", sa.Integer(), nullable=True),
        sa.Column("unlisted_school", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("feed_generation", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["school_urn"], ["school.urn"], name=op.f("fk_person_school_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('showcase','exchange_visit','work_group')", name=op.f("ck_programme_kind")),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_programme_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_hub_id"), ["hub_id"], unique=False)

    op.create_table(
        "school_word",
        sa.Column(
            "word", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"], name=op.f("fk_school_word_urn"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("word", "urn", name=op.f("pk_school_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("school_word", schema=None) as batch_op:
        batch_op.create_index("ix_school_word_urn", ["urn"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("school_urn", sa.Integer(), nullable=True),
        sa.Column("easting", sa.Integer(), nullable=True),
        sa.Column("northing", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("parking", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_venue_hub_id")),
        sa.ForeignKeyConstraint(["school_urn"], ["school.urn"], name=op.f("fk_venue_school_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_hub_id"), ["hub_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("taught_by", sa.String(length=300), nullable=False),
        sa.Column("maths", sa.String(length=300), nullable=False),
        sa.Column("bring", sa.String(length=300), nullable=False),
        sa.Column("is_filmed", sa.Boolean(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("max_per_school", sa.Integer(), nullable=True),
        sa.Column("opens_at", sa.DateTime(), nullable=True),
        sa.Column("closes_at", sa.DateTime(), nullable=True),
        sa.Column("offers_end_at", sa.DateTime(), nullable=True),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.Column("called_off_why", sa.String(length=300), nullable=False),
        sa.Column("closing_told_at", sa.DateTime(), nullable=True),
        sa.Column("starts_at", sa.DateTime(), nullable=True),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind in ('showcase','exchange_visit','work_group')", name=op.f("ck_event_kind")),
        sa.CheckConstraint("capacity >= 0 and extra >= 0", name=op.f("ck_event_capacity")),
        sa.CheckConstraint("max_per_school is null or max_per_school > 0", name=op.f("ck_event_max_per_school")),
        sa.CheckConstraint(
            "opens_at is null or closes_at is null or opens_at < closes_at", name=op.f("ck_event_opens_before_closing")
        ),
        sa.CheckConstraint(
            "published_at is null or closes_at is not null", name=op.f("ck_event_published_has_closing")
        ),
        sa.CheckConstraint("taken >= 0 and taken <= capacity + extra", name=op.f("ck_event_never_oversold")),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_event_hub_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_event_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_event_closes_at",
            ["closes_at"],
            unique=False,
            sqlite_where=sa.text("closing_told_at is null"),
            postgresql_where=sa.text("closing_told_at is null"),
        )
        batch_op.create_index(batch_op.f("ix_event_hub_id"), ["hub_id"], unique=False)
        batch_op.create_index(
            "ix_event_listed",
            ["starts_at", "id"],
            unique=False,
            sqlite_where=sa.text("published_at is not null"),
            postgresql_where=sa.text("published_at is not null"),
        )
        batch_op.create_index(batch_op.f("ix_event_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_token_digest")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sign_in_person_id_live",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("ended_at is null"),
            postgresql_where=sa.text("ended_at is null"),
        )

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("hub_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_entry_actor_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_audit_entry_event_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_audit_entry_hub_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_event_id", ["event_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_hub_id"), ["hub_id"], unique=False)
        batch_op.create_index("ix_audit_entry_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("booker_id", sa.Integer(), nullable=True),
        sa.Column("booker_name", sa.String(length=120), nullable=False),
        sa.Column("booker_email", sa.String(length=254), nullable=True),
        sa.Column("booker_job", sa.String(length=120), nullable=False),
        sa.Column("school_urn", sa.Integer(), nullable=True),
        sa.Column("unlisted_school", sa.String(length=200), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("held_until", sa.DateTime(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("offer_ends_at", sa.DateTime(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("again_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'held') <= (held_until is not null)", name=op.f("ck_booking_held_until")),
        sa.CheckConstraint("(state = 'offered') = (offer_ends_at is not null)", name=op.f("ck_booking_offer_ends_at")),
        sa.CheckConstraint(
            "state in ('held','confirmed','waiting','offered','parked','cancelled','declined','lapsed')",
            name=op.f("ck_booking_state"),
        ),
        sa.CheckConstraint(
            "state not in ('confirmed','waiting','offered','parked') or booker_id is not null",
            name=op.f("ck_booking_proven"),
        ),
        sa.CheckConstraint(
            "state not in ('waiting','offered') or position is not null", name=op.f("ck_booking_position")
        ),
        sa.CheckConstraint("party_size >= 0 and lapses >= 0", name=op.f("ck_booking_counts")),
        sa.ForeignKeyConstraint(["again_id"], ["booking.id"], name=op.f("fk_booking_again_id")),
        sa.ForeignKeyConstraint(["booker_id"], ["person.id"], name=op.f("fk_booking_booker_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_booking_event_id")),
        sa.ForeignKeyConstraint(["school_urn"], ["school.urn"], name=op.f("fk_booking_school_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_booker_id", ["booker_id"], unique=False)
        batch_op.create_index("ix_booking_event_id_state", ["event_id", "state"], unique=False)
        batch_op.create_index(
            "ix_booking_held",
            ["held_until"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            "ix_booking_line",
            ["event_id", "lapses", "position"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(batch_op.f("ix_booking_school_urn"), ["school_urn"], unique=False)

    op.create_table(
        "event_phase",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "phase in ('early_years','primary','secondary','post_16','special')", name=op.f("ck_event_phase_phase")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_phase_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "phase", name=op.f("pk_event_phase")),
    )
    with op.batch_alter_table("event_phase", schema=None) as batch_op:
        batch_op.create_index("ix_event_phase_phase", ["phase", "event_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("hub_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("promised_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("internet_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_ends_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "person_id is not null or address is not null or state <> 'due'", name=op.f("ck_message_recipient")
        ),
        sa.CheckConstraint("state in ('due','sent','failed','cancelled')", name=op.f("ck_message_state")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_message_event_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_message_hub_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("internet_id", name=op.f("uq_message_internet_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_due",
            ["urgency", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        )
        batch_op.create_index("ix_message_event_id", ["event_id"], unique=False)
        batch_op.create_index("ix_message_person_id", ["person_id"], unique=False)

    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("hub_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("school_urn", sa.Integer(), nullable=True),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(name = 'host') = (school_urn is not null)", name=op.f("ck_role_host_of_a_school")),
        sa.CheckConstraint("(name = 'lead') = (event_id is not null)", name=op.f("ck_role_lead_of_an_event")),
        sa.CheckConstraint("hub_id is not null or name in ('administrator','analyst')", name=op.f("ck_role_national")),
        sa.CheckConstraint("name in ('administrator','organiser','lead','host','analyst')", name=op.f("ck_role_name")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_role_event_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_role_given_by_id")),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_role_hub_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_person_id")),
        sa.ForeignKeyConstraint(["school_urn"], ["school.urn"], name=op.f("fk_role_school_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_hub_id"), ["hub_id"], unique=False)
        batch_op.create_index(
            "ix_role_person_id_live",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("ended_at is null"),
            postgresql_where=sa.text("ended_at is null"),
        )

    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=True),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("expected", sa.String(length=60), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=100), nullable=False),
        sa.Column("join_url", sa.String(length=500), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("revised_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(starts_at is null) = (ends_at is null)", name=op.f("ck_slot_both_or_neither")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_slot_sequence")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_slot_starts_before_it_ends")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_slot_event_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_slot_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("uid", name=op.f("uq_slot_uid")),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index("ix_slot_event_id", ["event_id", "number"], unique=False)
        batch_op.create_index(batch_op.f("ix_slot_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_code_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index("ix_code_email_made_at", ["email", "made_at"], unique=False)
        batch_op.create_index("ix_code_network_made_at", ["network", "made_at"], unique=False)

    op.create_table(
        "form_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_form_key_booking_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_form_key")),
    )
    with op.batch_alter_table("form_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_key_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("job", sa.String(length=120), nullable=False),
        sa.Column("calendar_step", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_place_booking_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_place_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_place_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index("ix_place_booking_id", ["booking_id"], unique=False)
        batch_op.create_index("ix_place_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_place_one_live_per_person",
            ["event_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at is null and person_id is not null"),
            postgresql_where=sa.text("ended_at is null and person_id is not null"),
        )


def downgrade() -> None:
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_place_one_live_per_person",
            sqlite_where=sa.text("ended_at is null and person_id is not null"),
            postgresql_where=sa.text("ended_at is null and person_id is not null"),
        )
        batch_op.drop_index("ix_place_person_id")
        batch_op.drop_index("ix_place_booking_id")

    op.drop_table("place")
    with op.batch_alter_table("form_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_key_booking_id"))

    op.drop_table("form_key")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index("ix_code_network_made_at")
        batch_op.drop_index("ix_code_email_made_at")
        batch_op.drop_index(batch_op.f("ix_code_booking_id"))

    op.drop_table("code")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slot_venue_id"))
        batch_op.drop_index("ix_slot_event_id")

    op.drop_table("slot")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_role_person_id_live",
            sqlite_where=sa.text("ended_at is null"),
            postgresql_where=sa.text("ended_at is null"),
        )
        batch_op.drop_index(batch_op.f("ix_role_hub_id"))

    op.drop_table("role")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_person_id")
        batch_op.drop_index("ix_message_event_id")
        batch_op.drop_index(
            "ix_message_due", sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'")
        )

    op.drop_table("message")
    with op.batch_alter_table("event_phase", schema=None) as batch_op:
        batch_op.drop_index("ix_event_phase_phase")

    op.drop_table("event_phase")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_school_urn"))
        batch_op.drop_index(
            "ix_booking_line", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index(
            "ix_booking_held", sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")
        )
        batch_op.drop_index("ix_booking_event_id_state")
        batch_op.drop_index("ix_booking_booker_id")

    op.drop_table("booking")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")
        batch_op.drop_index(batch_op.f("ix_audit_entry_hub_id"))
        batch_op.drop_index("ix_audit_entry_event_id")

    op.drop_table("audit_entry")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_sign_in_person_id_live",
            sqlite_where=sa.text("ended_at is null"),
            postgresql_where=sa.text("ended_at is null"),
        )

    op.drop_table("sign_in")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_programme_id"))
        batch_op.drop_index(
            "ix_event_listed",
            sqlite_where=sa.text("published_at is not null"),
            postgresql_where=sa.text("published_at is not null"),
        )
        batch_op.drop_index(batch_op.f("ix_event_hub_id"))
        batch_op.drop_index(
            "ix_event_closes_at",
            sqlite_where=sa.text("closing_told_at is null"),
            postgresql_where=sa.text("closing_told_at is null"),
        )

    op.drop_table("event")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_hub_id"))

    op.drop_table("venue")
    with op.batch_alter_table("school_word", schema=None) as batch_op:
        batch_op.drop_index("ix_school_word_urn")

    op.drop_table("school_word")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_hub_id"))

    op.drop_table("programme")
    op.drop_table("person")
    op.drop_table("worker")
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_index("ix_school_is_closed_sort_name")
        batch_op.drop_index("ix_school_family_urn")

    op.drop_table("school")
    op.drop_table("hub")

"""The first tables"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_policies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "requires_approval",
            sa.Enum("yes", "no", "new_clients", name="approval", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("approval_minutes", sa.Integer(), nullable=True),
        sa.Column("notice_minutes", sa.Integer(), nullable=True),
        sa.Column("horizon_days", sa.Integer(), nullable=True),
        sa.Column("buffer_before", sa.Integer(), nullable=True),
        sa.Column("buffer_after", sa.Integer(), nullable=True),
        sa.Column("hold_minutes", sa.Integer(), nullable=True),
        sa.Column("grid_minutes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_policies")),
        sa.UniqueConstraint("staff_id", "service_id", name=op.f("uq_booking_policies_staff_id_service_id")),
    )
    op.create_table(
        "business",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business")),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("phone", name=op.f("uq_clients_phone")),
    )
    op.create_table(
        "coordinators",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name_key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordinators")),
        sa.UniqueConstraint("name_key", name=op.f("uq_coordinators_name_key")),
    )
    op.create_table(
        "stretches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("scarce", sa.Enum("staff", name="scarce", native_enum=False, length=20), nullable=False),
        sa.Column("scarce_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column(
            "holder",
            sa.Enum("booking", "proposal", "conversation", name="holder", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stretches")),
    )
    with op.batch_alter_table("stretches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stretches_holder_holder_id"), ["holder", "holder_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_stretches_scarce_scarce_id_start_at"), ["scarce", "scarce_id", "start_at"], unique=False
        )

    op.create_table(
        "claims",
        sa.Column("scarce", sa.Enum("staff", name="scarce", native_enum=False, length=20), nullable=False),
        sa.Column(
            "scarce_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("cell", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("stretch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["stretch_id"], ["stretches.id"], name=op.f("fk_claims_stretch_id")),
        sa.PrimaryKeyConstraint("scarce", "scarce_id", "cell", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_stretch_id"), ["stretch_id"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(140), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "initial",
                "service_selected",
                "date_selected",
                "time_selected",
                "confirmed",
                "completed",
                name="state",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("dialogue", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("needs_person", sa.Boolean(), nullable=False),
        sa.Column("opted_out_at", Moment(), nullable=True),
        sa.Column("last_inbound_at", Moment(), nullable=True),
        sa.Column("last_message_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_conversations_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_conversations_channel_address")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_last_message_at"), ["last_message_at"], unique=False)

    op.create_table(
        "services",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name_key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column(
            "booking_type",
            sa.Enum("one_on_one", "group_session", name="bookingtype", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("session_type", sa.String(20), nullable=False),
        sa.Column("category", sa.String(60), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinators.id"], name=op.f("fk_services_coordinator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("name_key", name=op.f("uq_services_name_key")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name_key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinators.id"], name=op.f("fk_staff_coordinator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name_key", name=op.f("uq_staff_name_key")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "booking_type",
            sa.Enum("one_on_one", "group_session", name="bookingtype", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "approved",
                "confirmed",
                "in_progress",
                "completed",
                "declined",
                "cancelled",
                "expired",
                "no_show",
                name="bookingstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("class_session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("session_type", sa.String(20), nullable=False),
        sa.Column("seats_reserved", sa.Integer(), nullable=False),
        sa.Column("preferred_datetime", Moment(), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column("confirmed_datetime", Moment(), nullable=True),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("requires_approval", sa.Boolean(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("session_rate", sa.Integer(), nullable=False),
        sa.Column("is_video_call", sa.Boolean(), nullable=False),
        sa.Column("decide_by", Moment(), nullable=True),
        sa.Column("decision_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decline_reason", sa.String(500), nullable=False),
        sa.Column("cancelled_by", sa.String(80), nullable=False),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.Column("cancel_reason", sa.String(500), nullable=False),
        sa.Column("client_note", sa.Text(), nullable=False),
        sa.Column("staff_note", sa.Text(), nullable=False),
        sa.Column("meeting_provider", sa.String(40), nullable=False),
        sa.Column("meeting_link", sa.String(500), nullable=False),
        sa.Column("meeting_passcode", sa.String(80), nullable=False),
        sa.Column("call_started_at", Moment(), nullable=True),
        sa.Column("call_ended_at", Moment(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("session_notes", sa.Text(), nullable=False),
        sa.Column("session_proof", sa.String(500), nullable=False),
        sa.Column("attendance", sa.String(20), nullable=False),
        sa.Column("intake_answers", sa.JSON(), nullable=False),
        sa.Column("agreement_version", sa.String(40), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=True),
        sa.Column("hold_expires_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_bookings_client_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_bookings_conversation_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_bookings_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_bookings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bookings_booking_type_status"), ["booking_type", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_client_id_start_at"), ["client_id", "start_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_staff_id_start_at"), ["staff_id", "start_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_status_decide_by"), ["status", "decide_by"], unique=False)

    op.create_table(
        "service_staff",
        sa.Column("service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_service_staff_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_service_staff_staff_id")),
        sa.PrimaryKeyConstraint("service_id", "staff_id", name=op.f("pk_service_staff")),
    )
    op.create_table(
        "staff_shifts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_shifts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_shifts")),
    )
    with op.batch_alter_table("staff_shifts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_shifts_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "turns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column(
            "state_before",
            sa.Enum(
                "initial",
                "service_selected",
                "date_selected",
                "time_selected",
                "confirmed",
                "completed",
                name="state",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state_after",
            sa.Enum(
                "initial",
                "service_selected",
                "date_selected",
                "time_selected",
                "confirmed",
                "completed",
                name="state",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("dialogue_after", sa.JSON(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("trace", sa.String(40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turns_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "booking_transitions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "pending",
                "approved",
                "confirmed",
                "in_progress",
                "completed",
                "declined",
                "cancelled",
                "expired",
                "no_show",
                name="bookingstatus",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "pending",
                "approved",
                "confirmed",
                "in_progress",
                "completed",
                "declined",
                "cancelled",
                "expired",
                "no_show",
                name="bookingstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_transitions_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_transitions")),
    )
    with op.batch_alter_table("booking_transitions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_transitions_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("turn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("direction", sa.Enum("in", "out", name="direction", native_enum=False, length=20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("provider_id", sa.String(140), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("quoted_id", sa.String(140), nullable=False),
        sa.Column("opt_out", sa.String(10), nullable=False),
        sa.Column("trace", sa.String(40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_messages_turn_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_messages_channel_provider_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_conversation_id_id"), ["conversation_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_messages_due_at_conversation_id"), ["due_at", "conversation_id"], unique=False
        )

    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "refused",
                "expired",
                "replaced",
                name="proposalstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_proposals_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_booking_id_status"), ["booking_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_status_expires_at"), ["status", "expires_at"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(140), nullable=False),
        sa.Column("lane", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "delivered",
                "read",
                "failed",
                "dead",
                name="delivery",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("tried_at", Moment(), nullable=True),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("provider_id", sa.String(140), nullable=True),
        sa.Column(
            "failure",
            sa.Enum(
                "busy",
                "uncertain",
                "unreachable",
                "opted_out",
                "wrong_address",
                "window_closed",
                "setup",
                "content",
                name="sendfailure",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("failure_code", sa.String(40), nullable=False),
        sa.Column("failure_words", sa.String(200), nullable=False),
        sa.Column("trace", sa.String(40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("reported_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_outbox_booking_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_outbox_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_outbox_channel_provider_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_channel_address_id"), ["channel", "address", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_status_lane_id"), ["status", "lane", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # A second lock beside the claims: no two living one-on-one bookings of one person overlap. int8range over the
        # number gives equality without the btree_gist extension.
        op.execute(
            "alter table bookings add constraint ex_bookings_staff_id_time exclude using gist"
            " (int8range(staff_id, staff_id, '[]') with =, tstzrange(start_at, end_at) with &&)"
            " where (booking_type = 'one_on_one'"
            " and status in ('pending', 'approved', 'confirmed', 'in_progress', 'completed'))"
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_status_lane_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_message_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_channel_address_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_booking_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_status_expires_at"))
        batch_op.drop_index(batch_op.f("ix_proposals_booking_id_status"))

    op.drop_table("proposals")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_due_at_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_messages_conversation_id_id"))

    op.drop_table("messages")
    with op.batch_alter_table("booking_transitions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_transitions_booking_id"))

    op.drop_table("booking_transitions")
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turns_conversation_id"))

    op.drop_table("turns")
    with op.batch_alter_table("staff_shifts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_shifts_staff_id"))

    op.drop_table("staff_shifts")
    op.drop_table("service_staff")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bookings_status_decide_by"))
        batch_op.drop_index(batch_op.f("ix_bookings_staff_id_start_at"))
        batch_op.drop_index(batch_op.f("ix_bookings_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_client_id_start_at"))
        batch_op.drop_index(batch_op.f("ix_bookings_booking_type_status"))

    op.drop_table("bookings")
    op.drop_table("staff")
    op.drop_table("services")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_last_message_at"))
        batch_op.drop_index(batch_op.f("ix_conversations_client_id"))

    op.drop_table("conversations")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_stretch_id"))

    op.drop_table("claims")
    with op.batch_alter_table("stretches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stretches_scarce_scarce_id_start_at"))
        batch_op.drop_index(batch_op.f("ix_stretches_holder_holder_id"))

    op.drop_table("stretches")
    op.drop_table("coordinators")
    op.drop_table("clients")
    op.drop_table("business")
    op.drop_table("booking_policies")

"""The calendar, the policy and the day: overrides, resources, blocks, other calendars, notices with due times, undo"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "date_overrides",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_overrides")),
    )
    op.create_index(op.f("ix_date_overrides_day"), "date_overrides", ["day"], unique=False)
    op.create_table(
        "resources",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name_key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        sa.UniqueConstraint("name_key", name=op.f("uq_resources_name_key")),
    )
    op.create_table(
        "scheduled_notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "upcoming",
                "unconfirmed",
                "review",
                "no_show",
                "still_waiting",
                "backup",
                "digest",
                "summary",
                name="noticekind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("about", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_notices")),
        sa.UniqueConstraint(
            "kind",
            "booking_id",
            "coordinator_id",
            "due_at",
            name=op.f("uq_scheduled_notices_kind_booking_id_coordinator_id_due_at"),
        ),
    )
    op.create_index(op.f("ix_scheduled_notices_booking_id"), "scheduled_notices", ["booking_id"], unique=False)
    op.create_index(
        op.f("ix_scheduled_notices_done_at_due_at"), "scheduled_notices", ["done_at", "due_at"], unique=False
    )
    op.create_table(
        "blocks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_blocks_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_staff_id_start_at"), "blocks", ["staff_id", "start_at"], unique=False)
    op.create_table(
        "calendars",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name_key", sa.String(40), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("caldav", "google", "ics", name="calendarkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("reads", sa.Boolean(), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sync_token", sa.Text(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("synced_at", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("broken_events", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_calendars_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("name_key", name=op.f("uq_calendars_name_key")),
    )
    op.create_index(op.f("ix_calendars_due_at"), "calendars", ["due_at"], unique=False)
    op.create_index(op.f("ix_calendars_staff_id"), "calendars", ["staff_id"], unique=False)
    op.create_table(
        "command_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_command_log_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command_log")),
    )
    op.create_index(op.f("ix_command_log_conversation_id_at"), "command_log", ["conversation_id", "at"], unique=False)
    op.create_table(
        "busy_times",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("calendar_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], name=op.f("fk_busy_times_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_times")),
        sa.UniqueConstraint("calendar_id", "uid", "start_at", name=op.f("uq_busy_times_calendar_id_uid_start_at")),
    )
    op.create_table(
        "calendar_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("calendar_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(200), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_calendar_events_booking_id")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], name=op.f("fk_calendar_events_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_events")),
        sa.UniqueConstraint("calendar_id", "booking_id", name=op.f("uq_calendar_events_calendar_id_booking_id")),
    )
    op.create_index(op.f("ix_calendar_events_booking_id"), "calendar_events", ["booking_id"], unique=False)
    op.add_column("booking_policies", sa.Column("daily_cap", sa.Integer(), nullable=True))
    op.add_column("booking_policies", sa.Column("weekly_cap", sa.Integer(), nullable=True))
    op.add_column("booking_policies", sa.Column("cancel_minutes", sa.Integer(), nullable=True))
    op.add_column("booking_policies", sa.Column("cancel_fee", sa.Integer(), nullable=True))
    op.add_column("booking_policies", sa.Column("open_requests", sa.Integer(), nullable=True))
    op.add_column(
        "booking_policies",
        sa.Column(
            "at_deadline", sa.Enum("expire", "approve", name="atdeadline", native_enum=False, length=20), nullable=True
        ),
    )
    op.add_column("bookings", sa.Column("client_confirmed_at", Moment(), nullable=True))
    op.add_column("bookings", sa.Column("page_token", sa.String(43), nullable=True))
    op.create_index(op.f("ix_bookings_page_token"), "bookings", ["page_token"], unique=False)
    op.add_column("business", sa.Column("holidays", sa.String(8), server_default="", nullable=False))
    op.add_column("business", sa.Column("review_minutes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("business", sa.Column("review_link", sa.String(200), server_default="", nullable=False))
    op.add_column(
        "proposals", sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column("coordinators", sa.Column("timezone", sa.String(64), server_default="", nullable=False))
    op.add_column("coordinators", sa.Column("quiet_hours", sa.String(11), server_default="", nullable=False))
    op.add_column("coordinators", sa.Column("digest_at", sa.String(5), server_default="", nullable=False))
    op.add_column("coordinators", sa.Column("summary_at", sa.String(5), server_default="", nullable=False))
    op.add_column(
        "coordinators", sa.Column("backup_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column("services", sa.Column("resource_kind", sa.String(40), server_default="", nullable=False))
    op.add_column("services", sa.Column("reminder_minutes", sa.JSON(), server_default="[1440, 120]", nullable=False))
    op.add_column("staff", sa.Column("feed_token", sa.String(43), server_default="", nullable=False))
    _number_the_cells()


def _number_the_cells() -> None:
    with op.batch_alter_table("stretches") as table:
        for name in ("first_cell", "end_cell"):
            column = sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
            table.add_column(column)
    moments = sa.table(
        "stretches", sa.column("id"), sa.column("start_at", Moment()), sa.column("end_at", Moment()),
        sa.column("first_cell"), sa.column("end_cell"),
    )  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(sa.select(moments.c.id, moments.c.start_at, moments.c.end_at)).all():
        first, end = int(row.start_at.timestamp() // 300), int(-(-row.end_at.timestamp() // 300))
        connection.execute(sa.update(moments).where(moments.c.id == row.id).values(first_cell=first, end_cell=end))
    with op.batch_alter_table("stretches") as table:
        for name in ("first_cell", "end_cell"):
            table.alter_column(
                name, existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
            )
        table.drop_index("ix_stretches_scarce_scarce_id_start_at")
        table.create_index("ix_stretches_scarce_scarce_id_first_cell", ["scarce", "scarce_id", "first_cell"])
    op.create_index(op.f("ix_bookings_staff_id_id"), "bookings", ["staff_id", "id"])

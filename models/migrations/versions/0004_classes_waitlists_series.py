"""Classes with seats, waiting lists, series, and where the rows of older systems went"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('legacy_records',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('legacy_id', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=False),
    sa.Column('table_name', sa.String(length=40), nullable=False),
    sa.Column('row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('checksum', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legacy_records')),
    sa.UniqueConstraint('kind', 'legacy_id', name=op.f('uq_legacy_records_kind_legacy_id'))
    )
    op.create_table('booking_series',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('service_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('frequency', sa.Enum('daily', 'weekly', 'monthly', name='frequency', native_enum=False, length=20), nullable=False),
    sa.Column('interval', sa.Integer(), nullable=False),
    sa.Column('days_of_week', sa.JSON(), nullable=False),
    sa.Column('occurrence_count', sa.Integer(), nullable=True),
    sa.Column('until_date', sa.Date(), nullable=True),
    sa.Column('scheduled_start', sa.DateTime(), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('mode', sa.Enum('all_or_nothing', 'skip', 'replace', 'extend', name='mode', native_enum=False, length=20), nullable=False),
    sa.Column('attendee', sa.String(length=120), nullable=False),
    sa.Column('client_note', sa.Text(), nullable=False),
    sa.Column('meeting_provider', sa.String(length=40), nullable=False),
    sa.Column('meeting_link', sa.String(length=500), nullable=False),
    sa.Column('meeting_passcode', sa.String(length=80), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_booking_series_client_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_booking_series_conversation_id')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_booking_series_service_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_booking_series_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_series'))
    )
    with op.batch_alter_table('booking_series', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_booking_series_client_id'), ['client_id'], unique=False)

    op.create_table('class_sessions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name_key', sa.String(length=80), nullable=True),
    sa.Column('service_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('scheduled_start', sa.DateTime(), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('start_at', Moment(), nullable=False),
    sa.Column('end_at', Moment(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('seats_taken', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('scheduled', 'cancelled', 'completed', name='classstatus', native_enum=False, length=20), nullable=False),
    sa.Column('meeting_provider', sa.String(length=40), nullable=False),
    sa.Column('meeting_link', sa.String(length=500), nullable=False),
    sa.Column('meeting_passcode', sa.String(length=80), nullable=False),
    sa.Column('look_at', Moment(), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.CheckConstraint('end_at > start_at', name=op.f('ck_class_sessions_length')),
    sa.CheckConstraint('seats_taken between 0 and capacity', name=op.f('ck_class_sessions_seats')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_class_sessions_service_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_class_sessions_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_sessions')),
    sa.UniqueConstraint('name_key', name=op.f('uq_class_sessions_name_key'))
    )
    with op.batch_alter_table('class_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_class_sessions_look_at'), ['look_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_class_sessions_service_id_start_at'), ['service_id', 'start_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_class_sessions_staff_id_start_at'), ['staff_id', 'start_at'], unique=False)

    op.create_table('waitlist_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('class_session_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('wanted', sa.String(length=16), nullable=False),
    sa.Column('wanted_from', Moment(), nullable=False),
    sa.Column('wanted_until', Moment(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'offered', 'accepted', 'expired', 'left', name='waitliststatus', native_enum=False, length=20), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('misses', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('offered_at', Moment(), nullable=True),
    sa.Column('offer_expires_at', Moment(), nullable=True),
    sa.Column('offer_start_at', Moment(), nullable=True),
    sa.Column('offer_staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('offer_seats', sa.Integer(), nullable=False),
    sa.Column('offer_outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('told_at', Moment(), nullable=True),
    sa.Column('passed', sa.Integer(), nullable=False),
    sa.Column('passed_starts', sa.String(length=400), nullable=False),
    sa.Column('accepted_at', Moment(), nullable=True),
    sa.Column('expired_at', Moment(), nullable=True),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('look_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_waitlist_entries_client_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_waitlist_entries_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waitlist_entries')),
    sa.UniqueConstraint('client_id', 'class_session_id', 'service_id', 'staff_id', 'wanted', name='uq_waitlist_entries_place')
    )
    with op.batch_alter_table('waitlist_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waitlist_entries_class_session_id_status'), ['class_session_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_waitlist_entries_conversation_id_status'), ['conversation_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_waitlist_entries_look_at'), ['look_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_waitlist_entries_offer_outbox_id'), ['offer_outbox_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_waitlist_entries_status_wanted_from'), ['status', 'wanted_from'], unique=False)

    op.create_table('booking_series_items',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('series_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('occurrence_index', sa.Integer(), nullable=False),
    sa.Column('scheduled_start', sa.DateTime(), nullable=False),
    sa.Column('start_at', Moment(), nullable=True),
    sa.Column('status', sa.Enum('booked', 'skipped', name='itemstatus', native_enum=False, length=20), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['series_id'], ['booking_series.id'], name=op.f('fk_booking_series_items_series_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_series_items')),
    sa.UniqueConstraint('series_id', 'occurrence_index', name=op.f('uq_booking_series_items_series_id_occurrence_index'))
    )
    with op.batch_alter_table('booking_series_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_booking_series_items_booking_id'), ['booking_id'], unique=False)

    with op.batch_alter_table('bookings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('live_class_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_bookings_class_session_id'), ['class_session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_bookings_client_id_live_class_id'), ['client_id', 'live_class_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_bookings_series_id'), ['series_id'], unique=False)

    with op.batch_alter_table('booking_policies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waitlist_skips_parties', sa.Boolean(), nullable=True))

    if op.get_bind().dialect.name == "postgresql":
        # As for bookings: a second lock beside the claims.
        op.execute(
            "alter table class_sessions add constraint ex_class_sessions_staff_id_time exclude using gist"
            " (int8range(staff_id, staff_id, '[]') with =, tstzrange(start_at, end_at) with &&)"
            " where (status = 'scheduled')"
        )


def downgrade() -> None:
    with op.batch_alter_table("booking_policies") as table:
        table.drop_column("waitlist_skips_parties")
    with op.batch_alter_table("bookings") as table:
        table.drop_index("ix_bookings_series_id")
        table.drop_index("ix_bookings_client_id_live_class_id")
        table.drop_index("ix_bookings_class_session_id")
        table.drop_column("live_class_id")
    for name in ("booking_series_items", "waitlist_entries", "class_sessions", "booking_series", "legacy_records"):
        op.drop_table(name)

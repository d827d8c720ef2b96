"""Engagements: client records, milestones, budgets and the activity log, and what is to be done about them"""

import sqlalchemy as sa
from alembic import op
from models.base import Key, Moment
from models.exact import exact

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('activity_log',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('record_id', Key, nullable=True),
    sa.Column('engagement_id', Key, nullable=True),
    sa.Column('booking_id', Key, nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_log'))
    )
    with op.batch_alter_table('activity_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_activity_log_engagement_id_id'), ['engagement_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_activity_log_record_id_id'), ['record_id', 'id'], unique=False)

    op.create_table('engagement_work',
    sa.Column('booking_id', Key, autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('brief', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('due', 'telling', 'done', 'failed', name='workstate', native_enum=False, length=20), nullable=False),
    sa.Column('due_at', Moment(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.Column('engagement_id', Key, nullable=True),
    sa.Column('told_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('booking_id', name=op.f('pk_engagement_work'))
    )
    with op.batch_alter_table('engagement_work', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_engagement_work_due_at'), ['due_at'], unique=False)

    op.create_table('client_records',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('coordinator_id', Key, nullable=False),
    sa.Column('client_id', Key, nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_key', exact(120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', exact(254), nullable=True),
    sa.Column('phone', sa.String(length=32), nullable=True),
    sa.Column('status', sa.Enum('lead', 'active', name='recordstatus', native_enum=False, length=20), nullable=False),
    sa.Column('budget', sa.String(length=80), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_client_records_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_records')),
    sa.UniqueConstraint('coordinator_id', 'email_key', name=op.f('uq_client_records_coordinator_id_email_key')),
    sa.UniqueConstraint('coordinator_id', 'phone', name=op.f('uq_client_records_coordinator_id_phone'))
    )
    with op.batch_alter_table('client_records', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_client_records_coordinator_id_name_key'), ['coordinator_id', 'name_key'], unique=False)

    op.create_table('engagements',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('coordinator_id', Key, nullable=False),
    sa.Column('record_id', Key, nullable=False),
    sa.Column('booking_id', Key, nullable=True),
    sa.Column('series_id', Key, nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('event_date', sa.Date(), nullable=True),
    sa.Column('venue', sa.String(length=200), nullable=False),
    sa.Column('guests', sa.Integer(), nullable=True),
    sa.Column('budget', Key, nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('requests', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('planning', 'completed', 'closed', name='engagementstatus', native_enum=False, length=20), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_engagements_booking_id')),
    sa.ForeignKeyConstraint(['record_id'], ['client_records.id'], name=op.f('fk_engagements_record_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_engagements')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_engagements_booking_id'))
    )
    with op.batch_alter_table('engagements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_engagements_record_id'), ['record_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_engagements_series_id'), ['series_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_engagements_status_event_date'), ['status', 'event_date'], unique=False)

    op.create_table('budget_lines',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('engagement_id', Key, nullable=False),
    sa.Column('key', exact(40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('planned', Key, nullable=True),
    sa.Column('spent', Key, nullable=False),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_budget_lines_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_lines')),
    sa.UniqueConstraint('engagement_id', 'key', name=op.f('uq_budget_lines_engagement_id_key'))
    )
    op.create_table('milestones',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('engagement_id', Key, nullable=False),
    sa.Column('key', exact(40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('description', sa.String(length=500), nullable=False),
    sa.Column('days', sa.Integer(), nullable=True),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('is_late', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_moved', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('completed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('completed_at', Moment(), nullable=True),
    sa.Column('tells_client', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('tell_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagements.id'], name=op.f('fk_milestones_engagement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestones')),
    sa.UniqueConstraint('engagement_id', 'key', name=op.f('uq_milestones_engagement_id_key'))
    )
    with op.batch_alter_table('milestones', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_milestones_tell_at'), ['tell_at'], unique=False)

    with op.batch_alter_table('services', schema=None) as batch_op:
        batch_op.add_column(sa.Column('engagement', sa.String(length=60), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('services', schema=None) as batch_op:
        batch_op.drop_column('engagement')

    with op.batch_alter_table('milestones', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_milestones_tell_at'))

    op.drop_table('milestones')
    op.drop_table('budget_lines')
    with op.batch_alter_table('engagements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_engagements_status_event_date'))
        batch_op.drop_index(batch_op.f('ix_engagements_series_id'))
        batch_op.drop_index(batch_op.f('ix_engagements_record_id'))

    op.drop_table('engagements')
    with op.batch_alter_table('client_records', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_client_records_coordinator_id_name_key'))

    op.drop_table('client_records')
    with op.batch_alter_table('engagement_work', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_engagement_work_due_at'))

    op.drop_table('engagement_work')
    with op.batch_alter_table('activity_log', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activity_log_record_id_id'))
        batch_op.drop_index(batch_op.f('ix_activity_log_engagement_id_id'))

    op.drop_table('activity_log')

"""Outgoing webhooks: endpoints, events, deliveries; triggers that write an event for what happens, if anybody listens"""

import sqlalchemy as sa
from alembic import op
from models.base import Key, Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LISTENED = "exists (select 1 from webhook_endpoints where is_active)"
_COLUMNS = "webhook_events (source, source_id, at, type, uid, body)"
_HAS_MOVED = "(old.start_at <> new.start_at or old.staff_id <> new.staff_id)"
_TOLD = (
    ("transition", "insert", "booking_transitions", "new.at", "new.who <> 'import'"),
    ("move", "update", "bookings", "new.updated_at", _HAS_MOVED),
    ("activity", "insert", "activity_log", "new.at", "new.engagement_id is not null"),
    ("ledger", "insert", "ledger_entries", "new.at", "new.account in ('received', 'refunded')"),
)
"""Source, what is done, to which table, when it happened, and which rows count. What is imported is no news."""


def _statements(dialect: str) -> list[str]:
    made = []
    for source, deed, table, at, which in _TOLD:
        name, values = f"webhook_event_of_{source}", f"'{source}', new.id, {at}, '', '', ''"
        match dialect:
            case "sqlite":
                made.append(
                    f"create trigger {name} after {deed} on {table} when {which} and {_LISTENED}"
                    f" begin insert into {_COLUMNS} values ({values}); end"
                )
            case "postgresql":
                made.append(
                    f"create function {name}() returns trigger language plpgsql as $$ begin"
                    f" if {_LISTENED} then insert into {_COLUMNS} values ({values}); end if; return null; end $$"
                )
                made.append(
                    f"create trigger {name} after {deed} on {table} for each row when ({which})"
                    f" execute function {name}()"
                )
            case _:
                made.append(
                    f"create trigger {name} after {deed} on {table} for each row"
                    f" insert into {_COLUMNS} select {values} from dual where {which} and {_LISTENED}"
                )
    return made


def upgrade() -> None:
    op.create_table('webhook_endpoints',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('events', sa.JSON(), nullable=False),
    sa.Column('secret', sa.String(length=120), nullable=False),
    sa.Column('old_secret', sa.String(length=120), nullable=False),
    sa.Column('old_secret_until', Moment(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('failing_since', Moment(), nullable=True),
    sa.Column('closed_why', sa.String(length=200), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoints'))
    )
    op.create_table('webhook_events',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('source', sa.Enum('transition', 'move', 'activity', 'ledger', name='source', native_enum=False, length=20), nullable=False),
    sa.Column('source_id', Key, nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('spread_at', Moment(), nullable=True),
    sa.Column('type', sa.String(length=60), nullable=False),
    sa.Column('uid', sa.String(length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_events'))
    )
    with op.batch_alter_table('webhook_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_webhook_events_spread_at_id'), ['spread_at', 'id'], unique=False)

    op.create_table('webhook_deliveries',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('endpoint_id', Key, nullable=False),
    sa.Column('event_id', Key, nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('state', sa.Enum('waits', 'delivered', 'given_up', 'dropped', name='deliverystate', native_enum=False, length=20), nullable=False),
    sa.Column('due_at', Moment(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('tried_at', Moment(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoints.id'], name=op.f('fk_webhook_deliveries_endpoint_id')),
    sa.ForeignKeyConstraint(['event_id'], ['webhook_events.id'], name=op.f('fk_webhook_deliveries_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_deliveries')),
    sa.UniqueConstraint('endpoint_id', 'event_id', name=op.f('uq_webhook_deliveries_endpoint_id_event_id'))
    )
    with op.batch_alter_table('webhook_deliveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_webhook_deliveries_endpoint_id_due_at'), ['endpoint_id', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_webhook_deliveries_endpoint_id_subject_due_at'), ['endpoint_id', 'subject', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_webhook_deliveries_event_id'), ['event_id'], unique=False)

    for statement in _statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for source, _, table, _, _ in _TOLD:
        name = f"webhook_event_of_{source}"
        op.execute(f"drop trigger {name} on {table}" if is_postgresql else f"drop trigger {name}")
        if is_postgresql:
            op.execute(f"drop function {name}()")
    with op.batch_alter_table('webhook_deliveries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_webhook_deliveries_event_id'))
        batch_op.drop_index(batch_op.f('ix_webhook_deliveries_endpoint_id_subject_due_at'))
        batch_op.drop_index(batch_op.f('ix_webhook_deliveries_endpoint_id_due_at'))

    op.drop_table('webhook_deliveries')
    with op.batch_alter_table('webhook_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_webhook_events_spread_at_id'))

    op.drop_table('webhook_events')
    op.drop_table('webhook_endpoints')

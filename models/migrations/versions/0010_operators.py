"""The console: operators, their sessions and links, what they keep beside conversations, and a search over all texts"""

import sqlalchemy as sa
from alembic import op
from models.base import Key, Moment
from models.exact import exact

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SQLITE = (
    "create virtual table message_search using fts5(body, content='messages', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2')",
    "create trigger message_search_added after insert on messages begin"
    " insert into message_search(rowid, body) values (new.id, new.body); end",
    "create trigger message_search_gone after delete on messages begin"
    " insert into message_search(message_search, rowid, body) values ('delete', old.id, old.body); end",
    "create trigger message_search_changed after update of body on messages begin"
    " insert into message_search(message_search, rowid, body) values ('delete', old.id, old.body);"
    " insert into message_search(rowid, body) values (new.id, new.body); end",
    "insert into message_search(message_search) values ('rebuild')",
)
_APART = "@./:-_+''’=&#?!,;~*()"
_MAKE = {
    "sqlite": _SQLITE,
    "postgresql": (
        "create index message_search on messages using gin"
        f" (to_tsvector('simple', translate(body, '{_APART}', '{' ' * 20}')))",
    ),
    "mysql": ("create fulltext index message_search on messages (body)",),
    "mariadb": ("create fulltext index message_search on messages (body)",),
}
_DROP = {
    "sqlite": (
        "drop trigger message_search_added", "drop trigger message_search_gone", "drop trigger message_search_changed",
        "drop table message_search",
    ),
    "postgresql": ("drop index message_search",),
    "mysql": ("drop index message_search on messages",),
    "mariadb": ("drop index message_search on messages",),
}


def upgrade() -> None:
    op.create_table('audit_log',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('operator_id', Key, nullable=True),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('subject', exact(60), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_log'))
    )
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_log_operator_id'), ['operator_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_log_subject'), ['subject'], unique=False)

    op.create_table('canned_replies',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('name', exact(40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_replies')),
    sa.UniqueConstraint('name', name=op.f('uq_canned_replies_name'))
    )
    op.create_table('conversation_labels',
    sa.Column('label_id', Key, autoincrement=False, nullable=False),
    sa.Column('conversation_id', Key, autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('label_id', 'conversation_id', name=op.f('pk_conversation_labels'))
    )
    with op.batch_alter_table('conversation_labels', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversation_labels_conversation_id'), ['conversation_id'], unique=False)

    op.create_table('labels',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('name', exact(40), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_labels')),
    sa.UniqueConstraint('name', name=op.f('uq_labels_name'))
    )
    op.create_table('conversation_notes',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('conversation_id', Key, nullable=False),
    sa.Column('operator_id', Key, nullable=True),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_conversation_notes_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation_notes'))
    )
    with op.batch_alter_table('conversation_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversation_notes_conversation_id'), ['conversation_id'], unique=False)

    op.create_table('operators',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('login', exact(120), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.Enum('staff', 'viewer', 'operator', 'admin', name='role', native_enum=False, length=20), nullable=False),
    sa.Column('staff_id', Key, nullable=True),
    sa.Column('phone', sa.String(length=32), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('totp_secret', sa.String(length=64), nullable=False),
    sa.Column('totp_step', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('is_on_duty', sa.Boolean(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', Moment(), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_operators_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operators')),
    sa.UniqueConstraint('login', name=op.f('uq_operators_login'))
    )
    op.create_table('operator_links',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('token_hash', exact(64), nullable=False),
    sa.Column('kind', sa.Enum('first', 'invite', 'reset', name='linkkind', native_enum=False, length=20), nullable=False),
    sa.Column('operator_id', Key, nullable=True),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.Column('used_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_operator_links_operator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_operator_links_token_hash'))
    )
    op.create_table('operator_sessions',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('token_hash', exact(64), nullable=False),
    sa.Column('operator_id', Key, nullable=False),
    sa.Column('browser', sa.String(length=200), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('seen_at', Moment(), nullable=False),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_operator_sessions_operator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_operator_sessions_token_hash'))
    )
    with op.batch_alter_table('operator_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_operator_sessions_operator_id'), ['operator_id'], unique=False)

    op.create_table('saved_filters',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('operator_id', Key, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_saved_filters_operator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filters'))
    )
    with op.batch_alter_table('saved_filters', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_filters_operator_id'), ['operator_id'], unique=False)

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_unread', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('is_blocked', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('assigned_to', Key, nullable=True))
        batch_op.add_column(sa.Column('taken_by', Key, nullable=True))
        batch_op.add_column(sa.Column('taken_until', Moment(), nullable=True))
        batch_op.create_index(batch_op.f('ix_conversations_needs_person_last_message_at_id'), ['needs_person', 'last_message_at', 'id'], unique=False)
    for statement in _MAKE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DROP[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversations_needs_person_last_message_at_id'))
        batch_op.drop_column('taken_until')
        batch_op.drop_column('taken_by')
        batch_op.drop_column('assigned_to')
        batch_op.drop_column('is_blocked')
        batch_op.drop_column('is_unread')

    with op.batch_alter_table('saved_filters', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_saved_filters_operator_id'))

    op.drop_table('saved_filters')
    with op.batch_alter_table('operator_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_operator_sessions_operator_id'))

    op.drop_table('operator_sessions')
    op.drop_table('operator_links')
    op.drop_table('operators')
    with op.batch_alter_table('conversation_notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversation_notes_conversation_id'))

    op.drop_table('conversation_notes')
    op.drop_table('labels')
    with op.batch_alter_table('conversation_labels', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversation_labels_conversation_id'))

    op.drop_table('conversation_labels')
    op.drop_table('canned_replies')
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_log_subject'))
        batch_op.drop_index(batch_op.f('ix_audit_log_operator_id'))

    op.drop_table('audit_log')

"""The console: texts that an operator sends later, alerts to operators on duty, clients who were two and are one"""

import sqlalchemy as sa
from alembic import op
from models.base import Key, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scheduled_texts',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('conversation_id', Key, nullable=False),
    sa.Column('operator_id', Key, nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('send_at', Moment(), nullable=False),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('fate', sa.Enum('waits', 'sent', 'withdrawn', 'refused', name='fate', native_enum=False, length=20), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_scheduled_texts_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheduled_texts'))
    )
    with op.batch_alter_table('scheduled_texts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scheduled_texts_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scheduled_texts_ended_at_send_at'), ['ended_at', 'send_at'], unique=False)

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alerted_at', Moment(), nullable=True))

    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into', Key, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.drop_column('merged_into')

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('alerted_at')

    with op.batch_alter_table('scheduled_texts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scheduled_texts_ended_at_send_at'))
        batch_op.drop_index(batch_op.f('ix_scheduled_texts_conversation_id'))

    op.drop_table('scheduled_texts')

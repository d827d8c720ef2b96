"""Who was forgotten, which numbers are texted no more all the same, how long transcripts are kept and how far that is"""

import sqlalchemy as sa
from alembic import op

from models.base import Key, Moment
from models.exact import exact

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('clients', sa.Column('forgotten_at', Moment(), nullable=True))
    op.add_column(
        'business', sa.Column('transcript_months', sa.Integer(), server_default='24', nullable=False)
    )
    op.create_table('suppressions',
    sa.Column('address_hash', exact(64), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('address_hash', name=op.f('pk_suppressions'))
    )
    op.create_table('retention_marks',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('up_to', Key, nullable=False),
    sa.Column('due_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_retention_marks'))
    )
    op.create_index(
        op.f('ix_webhook_events_source_source_id'), 'webhook_events', ['source', 'source_id'], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f('ix_webhook_events_source_source_id'), table_name='webhook_events')
    op.drop_table('retention_marks')
    op.drop_table('suppressions')
    op.drop_column('business', 'transcript_months')
    op.drop_column('clients', 'forgotten_at')

"""How sessions are held: over video and by which link, and what clients agree to and are asked before"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('meeting_provider', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('meeting_link', sa.String(length=500), server_default='', nullable=False))
        batch_op.add_column(sa.Column('meeting_passcode', sa.String(length=80), server_default='', nullable=False))

    with op.batch_alter_table('services', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_video', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('agreement_version', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('agreement', sa.JSON(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('intake', sa.JSON(), server_default='[]', nullable=False))

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('intake_draft', sa.JSON(), server_default='{}', nullable=False))

    op.create_table('agreements_accepted',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('accepted_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_agreements_accepted_client_id')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_agreements_accepted_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreements_accepted')),
    sa.UniqueConstraint('client_id', 'service_id', 'version', name=op.f('uq_agreements_accepted_client_id_service_id_version'))
    )


def downgrade() -> None:
    op.drop_table("agreements_accepted")
    with op.batch_alter_table("conversations") as table:
        table.drop_column("intake_draft")
    with op.batch_alter_table("services") as table:
        for name in ("intake", "agreement", "agreement_version", "is_video"):
            table.drop_column(name)
    with op.batch_alter_table("staff") as table:
        for name in ("meeting_passcode", "meeting_link", "meeting_provider"):
            table.drop_column(name)

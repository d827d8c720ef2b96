"""What a service costs by kind of session and by currency; amounts held on cards; one payment for a whole series"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('services', schema=None) as batch_op:
        batch_op.add_column(sa.Column('variant_of', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('prices', sa.JSON(), server_default='{}', nullable=False))

    with op.batch_alter_table('booking_policies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payment_when', sa.Enum('after_approval', 'before_approval', name='paymentwhen', native_enum=False, length=20), nullable=True))

    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_hold', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('authorized_at', Moment(), nullable=True))

    with op.batch_alter_table('payment_requests', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_payment_requests_lead_id'), ['lead_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payment_requests") as table:
        table.drop_index("ix_payment_requests_lead_id")
        table.drop_column("lead_id")
    with op.batch_alter_table("payments") as table:
        table.drop_column("authorized_at")
        table.drop_column("is_hold")
    with op.batch_alter_table("booking_policies") as table:
        table.drop_column("payment_when")
    with op.batch_alter_table("services") as table:
        table.drop_column("prices")
        table.drop_column("variant_of")

"""Emails: addresses of coordinators and staff, and what an email has beside its text"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('coordinators', 'staff'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('email', sa.String(length=140), server_default='', nullable=False))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('subject', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('entries', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("outbox") as table:
        table.drop_column("entries")
        table.drop_column("subject")
    for name in ("staff", "coordinators"):
        with op.batch_alter_table(name) as table:
            table.drop_column("email")

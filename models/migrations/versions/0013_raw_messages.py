"""Messages: what the provider said of each that came in"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('messages', sa.Column('raw', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('messages', 'raw')  # not in a batch, which would make the table anew without its search

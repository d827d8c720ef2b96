"""On PostgreSQL each transaction sees only the rows that its scope lets it. The policies are laid after the migrations,
in the same transaction, for they follow from models/row_scope.py; this one says that it is time"""

from alembic import op
from models.row_policies import lift

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        lift(op.get_bind())

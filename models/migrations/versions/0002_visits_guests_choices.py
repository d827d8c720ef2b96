"""Several services in a visit, who a booking is for, the choices under a text, and when a conversation went quiet"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("more_service_ids", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("bookings", sa.Column("attendee", sa.String(120), nullable=False, server_default=""))
    op.add_column("business", sa.Column("nudge_minutes", sa.Integer(), nullable=False, server_default="30"))
    op.add_column("business", sa.Column("put_by_minutes", sa.Integer(), nullable=False, server_default="1440"))
    op.add_column("conversations", sa.Column("quiet_at", Moment(), nullable=True))
    op.create_index(op.f("ix_conversations_quiet_at"), "conversations", ["quiet_at"])
    op.add_column("outbox", sa.Column("choices", sa.JSON(), nullable=False, server_default="[]"))

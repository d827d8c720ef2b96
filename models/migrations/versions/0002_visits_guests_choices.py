"""Several services in a visit, who a booking is for, the choices under a text, and when a conversation went quiet"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("business", sa.Column("quiet_hours", sa.String(11), nullable=False, server_default="21:00-08:00"))
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "wrote_first", "own_words", "carrier", "provider_report",
                name="consentsource", native_enum=False, length=20,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_consents_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )  # fmt: skip
    op.create_index(op.f("ix_consents_conversation_id"), "consents", ["conversation_id"])
    op.add_column("bookings", sa.Column("more_service_ids", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("bookings", sa.Column("attendee", sa.String(120), nullable=False, server_default=""))
    op.add_column("business", sa.Column("nudge_minutes", sa.Integer(), nullable=False, server_default="30"))
    op.add_column("business", sa.Column("put_by_minutes", sa.Integer(), nullable=False, server_default="1440"))
    op.add_column("conversations", sa.Column("quiet_at", Moment(), nullable=True))
    op.create_index(op.f("ix_conversations_quiet_at"), "conversations", ["quiet_at"])
    op.add_column("outbox", sa.Column("choices", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("outbox", sa.Column("segments", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("told", sa.String(100), nullable=False, server_default=""))
    op.add_column(
        "outbox", sa.Column("resent_as", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.create_table(
        "send_budgets",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(140), nullable=False),
        sa.Column("opens_at", Moment(), nullable=False),
        sa.Column("full_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_send_budgets")),
    )
    op.create_index(op.f("ix_send_budgets_opens_at"), "send_budgets", ["opens_at"])

"""Indexes over what is seldom set hold the rows in which it is: the others need not be written there"""

from alembic import op

from models.base import where_set

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INDEXES = (
    ("messages", ("due_at", "conversation_id")),
    ("outbox", ("booking_id",)),
    ("bookings", ("class_session_id",)),
    ("bookings", ("series_id",)),
)
"""Each over rows in which its first column is set."""


def upgrade() -> None:
    if op.get_bind().dialect.name in {"sqlite", "postgresql"}:
        for table, columns in _INDEXES:
            _drop(table, columns)
            op.create_index(_name(table, columns), table, columns, **where_set(columns[0]))


def downgrade() -> None:
    if op.get_bind().dialect.name in {"sqlite", "postgresql"}:
        for table, columns in _INDEXES:
            _drop(table, columns)
            op.create_index(_name(table, columns), table, columns)


def _drop(table: str, columns: tuple[str, ...]) -> None:
    op.drop_index(_name(table, columns), table_name=table)


def _name(table: str, columns: tuple[str, ...]) -> str:
    return op.f("_".join(("ix", table, *columns)))

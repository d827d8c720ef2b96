"""SQLite's index for the search takes up some 128 messages at once: one by one, each cost it more pages than the message
itself. What waits is deleted and changed without it"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MARK = "(select ifnull(max(id), 0) from message_search_docsize)"
"""FTS5 has a row there for each message that it holds. Up to the last of them it holds all that there are: one that
comes with a lower number is taken up at once."""
_DROP = ("drop trigger message_search_added", "drop trigger message_search_gone", "drop trigger message_search_changed")
_UPGRADE = (
    *_DROP,
    "create trigger message_search_added after insert on messages"
    f" when new.id - {_MARK} not between 0 and 127 begin"
    " insert into message_search(rowid, body)"
    f" select id, body from messages where id > {_MARK} or id = new.id; end",
    "create trigger message_search_gone after delete on messages"
    " when exists (select 1 from message_search_docsize where id = old.id) begin"
    " insert into message_search(message_search, rowid, body) values ('delete', old.id, old.body); end",
    "create trigger message_search_changed after update of body on messages"
    " when exists (select 1 from message_search_docsize where id = old.id) begin"
    " insert into message_search(message_search, rowid, body) values ('delete', old.id, old.body);"
    " insert into message_search(rowid, body) values (new.id, new.body); end",
)
_DOWNGRADE = (
    *_DROP,
    f"insert into message_search(rowid, body) select id, body from messages where id > {_MARK}",
    "create trigger message_search_added after insert on messages begin"
    " insert into message_search(rowid, body) values (new.id, new.body); end",
    "create trigger message_search_gone after delete on messages begin"
    " insert into message_search(message_search, rowid, body) values ('delete', old.id, old.body); end",
    "create trigger message_search_changed after update of body on messages begin"
    " insert into message_search(message_search, rowid, body) values ('delete', old.id, old.body);"
    " insert into message_search(rowid, body) values (new.id, new.body); end",
)


def upgrade() -> None:
    _run(_UPGRADE)


def downgrade() -> None:
    _run(_DOWNGRADE)


def _run(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in statements:
            op.execute(statement)

"""The audit log can only grow, and its entries hang on each other"""

import sqlalchemy as sa
from alembic import op
from models.base import Key, Moment
from models.exact import exact

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_GROWING = ("audit_log", "audit_seals")
_WORDS = "only grows, nobody changes or removes what it says"

_log = sa.table("audit_log", sa.column("id"), sa.column("operator_id"), sa.column("who"))
_operators = sa.table("operators", sa.column("id"), sa.column("name"))


def _statements(dialect: str) -> list[str]:
    """SQLite lets INSERT OR REPLACE remove a row without asking the trigger of DELETE. MariaDB has no trigger for
    TRUNCATE; that audit_seals refers to audit_log keeps it from this one."""
    made = []
    for table in _GROWING:
        match dialect:
            case "sqlite":
                refused = f"begin select raise(abort, '{table} {_WORDS}'); end"
                made += [f"create trigger {table}_no_{deed} before {deed} on {table} {refused}" for deed in _DEEDS]
                taken = f"when exists (select 1 from {table} where id = new.id)"
                made.append(f"create trigger {table}_no_replace before insert on {table} {taken} {refused}")
            case "postgresql":
                made.append(
                    f"create trigger {table}_only_grows before update or delete or truncate on {table}"
                    " for each statement execute function only_grows()"
                )
            case _:
                refused = f"signal sqlstate '45000' set message_text = '{table} {_WORDS}'"
                made += [
                    f"create trigger {table}_no_{deed} before {deed} on {table} for each row {refused}"
                    for deed in _DEEDS
                ]
    if dialect == "postgresql":
        raised = f"raise exception '% {_WORDS}', tg_table_name using errcode = 'restrict_violation'"
        made.insert(0, f"create function only_grows() returns trigger language plpgsql as $$ begin {raised}; end $$")
    return made


_DEEDS = ("update", "delete")


def upgrade() -> None:
    number = sa.literal("operator ") + sa.cast(_log.c.operator_id, sa.String(20))
    op.execute(sa.update(_log).values(who=sa.case((_log.c.operator_id.is_(None), "system"), else_=number)))
    op.create_table('audit_seals',
    sa.Column('id', Key, autoincrement=False, nullable=False),
    sa.Column('entry_id', Key, nullable=False),
    sa.Column('hash', exact(64), nullable=False),
    sa.Column('sealed_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_log.id'], name=op.f('fk_audit_seals_entry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_seals')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_audit_seals_entry_id'))
    )
    op.create_index(op.f('ix_audit_seals_sealed_at_id'), 'audit_seals', ['sealed_at', 'id'], unique=False)
    for statement in _statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    match dialect:
        case "postgresql":
            for table in _GROWING:
                op.execute(f"drop trigger {table}_only_grows on {table}")
            op.execute("drop function only_grows()")
        case _:
            deeds = (*_DEEDS, "replace") if dialect == "sqlite" else _DEEDS
            for name in (f"{table}_no_{deed}" for table in _GROWING for deed in deeds):
                op.execute(f"drop trigger {name}")
    op.drop_index(op.f('ix_audit_seals_sealed_at_id'), table_name='audit_seals')
    op.drop_table('audit_seals')
    name = sa.select(_operators.c.name).where(_operators.c.id == _log.c.operator_id).scalar_subquery()
    op.execute(sa.update(_log).values(who=sa.func.coalesce(name, _log.c.who)))

"""PostgreSQL: row-level security, made from `row_scope`. Each database has two roles that nobody signs in as. The desk
sees every row by a policy that is always true, which costs nothing and keeps every index usable: any other would shut
out those whose operators are not leakproof, a search over all messages among them. A staff member sees their own rows
and writes nothing. Whoever has taken neither role sees no row, for the policies are forced on the tables' owner too.

Sources: https://www.postgresql.org/docs/current/ddl-rowsecurity.html,
https://www.postgresql.org/docs/current/rules-privileges.html."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, text

from models.row_conditions import is_theirs_by_policies, shown_columns
from models.row_roles import DESK_ROLE, STAFF_ROLE, Roles, is_role, make_ready, quoted, roles_of, run
from models.row_scope import HIDDEN, NOBODYS, SHARED
from models.tables import metadata

STAFF_SETTING: Final = "textbook.staff_id"
ROLES: Final = (
    "select policyname, roles[1] as role from pg_policies where schemaname = current_schema()"
    " and tablename = 'bookings' and policyname in ('textbook_desk', 'textbook_staff')"
)
"""Which role each policy is for; no row where this database has no row security."""
_ME: Final = f"(select nullif(current_setting('{STAFF_SETTING}', true), '')::bigint)"


def roles_in(rows: Mapping[str, str]) -> Roles | None:
    """As ROLES found them, by policy."""
    if rows.keys() != {DESK_ROLE, STAFF_ROLE}:
        return None
    return Roles(quoted(rows[DESK_ROLE]), quoted(rows[STAFF_ROLE]))


def lift(connection: Connection) -> bool:
    """Take row security off, in the owner's transaction: migrations see every row, and may change any column. Whether
    there was any."""
    for name, policy in connection.execute(text(_POLICIES)).all():
        connection.exec_driver_sql(f"drop policy {policy} on {quoted(name)}")
    secured = connection.execute(text(_SECURED)).scalars().all()
    for name in map(quoted, secured):
        connection.exec_driver_sql(f"alter table {name} no force row level security, disable row level security")
    return bool(secured)


def lay(connection: Connection, login: str, *, was_laid: bool) -> list[str]:
    """Put row security on every table, in the owner's transaction, for programs that sign in as `login`. Where the
    owner may not make the roles, or let `login` take them, what an administrator has to run comes back, and none is
    laid; but where it `was_laid`, it stays."""
    roles, missing = make_ready(connection, login)
    if not missing or (was_laid and is_role(connection, roles.desk) and is_role(connection, roles.staff)):
        for statement in _statements(roles):
            run(connection, statement)
        connection.exec_driver_sql(f"comment on policy {DESK_ROLE} on bookings is '{_version()}'")
    return missing


def let_in(connection: Connection, login: str) -> list[str]:
    """Let programs that sign in as `login` take the roles of a database that has row security already; what an
    administrator has to run, where the owner may not."""
    return make_ready(connection, login)[1]


def is_laid(connection: Connection) -> bool:
    """Whether the policies are those of this version, for every table of it and for the roles of this database."""
    name = connection.execute(text("select current_database()")).scalar_one()
    found = {row.policyname: row.role for row in connection.execute(text(ROLES))}
    is_of_version = connection.execute(text(_MARK)).scalar_one_or_none() == _version()
    return is_of_version and roles_in(found) == roles_of(name)


def state_of(connection: Connection) -> Mapping[str, Any]:
    """What becomes of row security for whoever is connected here: is it laid, do they bypass it, own the tables, or see
    the desk's rows without taking its role."""
    return dict(connection.execute(text(_STATE)).one()._mapping)


_POLICIES: Final = (
    "select tablename, policyname from pg_policies where schemaname = current_schema()"
    " and policyname in ('textbook_desk', 'textbook_staff')"
)
_SECURED: Final = "select relname from pg_class where relnamespace = current_schema()::regnamespace and relrowsecurity"
"""Also without any policy: those of a restored database are gone where its roles were not there."""
_STATE: Final = """select
    (select relforcerowsecurity from pg_class where oid = to_regclass('bookings')) as is_laid,
    (select rolsuper or rolbypassrls from pg_roles where rolname = session_user) as is_bypassing,
    (select pg_has_role(session_user, relowner, 'MEMBER') from pg_class
        where oid = to_regclass('bookings')) as is_owner,
    coalesce((select pg_has_role(session_user, roles[1], 'USAGE') from pg_policies where schemaname = current_schema()
        and tablename = 'bookings' and policyname = 'textbook_desk'), false) as is_inheriting"""
_MARK: Final = (
    "select obj_description(pg_policy.oid, 'pg_policy') from pg_policy where polrelid = to_regclass('bookings')"
    " and polname = 'textbook_desk'"
)


def _statements(roles: Roles) -> list[str]:
    made = [
        "grant select on alembic_version to public",
        _in_schema("grant usage on schema", f"to {roles.desk}, {roles.staff}"),
    ]
    for name in sorted(metadata.tables):
        made += _table(name, roles)
    made.append(_in_schema("grant usage, select, update on all sequences in schema", f"to {roles.desk}"))
    return made


def _in_schema(what: str, whom: str) -> str:
    to_whom = whom.replace("'", "''")
    return f"do $$ begin execute '{what} ' || quote_ident(current_schema()) || ' {to_whom}'; end $$"


def _table(name: str, roles: Roles) -> list[str]:
    made = [
        f"revoke all on {name} from {roles.desk}, {roles.staff}",
        f"grant select, insert, update, delete on {name} to {roles.desk}",
        f"create policy {DESK_ROLE} on {name} to {roles.desk} using (true) with check (true)",
        f"alter table {name} enable row level security, force row level security",
    ]
    if name in NOBODYS:
        return made
    columns = f" ({', '.join(shown_columns(name))})" if name in HIDDEN else ""
    is_seen = "true" if name in SHARED else is_theirs_by_policies(name, _ME)
    return [
        *made,
        f"grant select{columns} on {name} to {roles.staff}",
        f"create policy {STAFF_ROLE} on {name} for select to {roles.staff} using ({is_seen})",
    ]


def _version() -> str:
    """Of the policies: another when one of them is, or there is one more."""
    return sha256("\n".join(_statements(Roles("", ""))).encode()).hexdigest()[:16]

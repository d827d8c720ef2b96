"""PostgreSQL: row-level security, made from `row_scope`. Each database has two roles that nobody signs in as. The desk
sees every row by a policy that is always true, which costs nothing and keeps every index usable: any other would shut
out those whose operators are not leakproof, a search over all messages among them. A staff member sees their own rows
and writes nothing. Whoever has taken neither role sees no row, for the policies are forced on the tables' owner too.

Sources: https://www.postgresql.org/docs/current/ddl-rowsecurity.html,
https://www.postgresql.org/docs/current/rules-privileges.html."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, text

from models.base import metadata
from models.row_conditions import is_theirs_by_policies, shown_columns
from models.row_scope import HIDDEN, NOBODYS, SHARED

DESK_POLICY, STAFF_POLICY = "textbook_desk", "textbook_staff"
STAFF_SETTING: Final = "textbook.staff_id"
ROLES: Final = (
    "select policyname, roles[1] as role from pg_policies where schemaname = current_schema() and tablename = 'bookings'"
    " and policyname in ('textbook_desk', 'textbook_staff')"
)
"""Which role each policy is for; no row where this database has no row security."""
_ME: Final = f"(select nullif(current_setting('{STAFF_SETTING}', true), '')::bigint)"
_WITH_INHERITED = 160000
"""From this version on PostgreSQL keeps with each membership whether it counts unasked."""
_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class Roles:
    """The two roles of a database, as SQL writes them."""

    desk: str
    staff: str


def roles_of(database: str) -> Roles:
    """A database's own, for a role that several share would open each of them to the others' programs."""
    if len(database.encode()) > _LONGEST_NAME - len(STAFF_POLICY) - 1:
        database = sha256(database.encode()).hexdigest()[:32]
    return Roles(_quoted(f"{DESK_POLICY}_{database}"), _quoted(f"{STAFF_POLICY}_{database}"))


def roles_in(rows: Mapping[str, str]) -> Roles | None:
    """As ROLES found them, by policy."""
    if rows.keys() != {DESK_POLICY, STAFF_POLICY}:
        return None
    return Roles(_quoted(rows[DESK_POLICY]), _quoted(rows[STAFF_POLICY]))


def lift(connection: Connection) -> bool:
    """Take row security off, in the owner's transaction: migrations see every row, and may change any column. Whether
    there was any."""
    for name, policy in connection.execute(text(_POLICIES)).all():
        connection.exec_driver_sql(f"drop policy {policy} on {_quoted(name)}")
    secured = connection.execute(text(_SECURED)).scalars().all()
    for name in map(_quoted, secured):
        connection.exec_driver_sql(f"alter table {name} no force row level security, disable row level security")
    return bool(secured)


def lay(connection: Connection, login: str, *, was_laid: bool) -> list[str]:
    """Put row security on every table, in the owner's transaction, for programs that sign in as `login`. Where the
    owner may not make the roles, or let `login` take them, what an administrator has to run comes back, and none is
    laid; but where it `was_laid`, it stays."""
    roles, missing = _make_ready(connection, login)
    if not missing or (was_laid and _is_role(connection, roles.desk) and _is_role(connection, roles.staff)):
        for statement in _statements(roles):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"comment on policy {DESK_POLICY} on bookings is '{_version()}'")
    return missing


def let_in(connection: Connection, login: str) -> list[str]:
    """Let programs that sign in as `login` take the roles of a database that has row security already; what an
    administrator has to run, where the owner may not."""
    return _make_ready(connection, login)[1]


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
_SECURED: Final = (
    "select relname from pg_class where relnamespace = current_schema()::regnamespace and relrowsecurity"
)
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
    return f"do $$ begin execute '{what} ' || quote_ident(current_schema()) || ' {whom}'; end $$"


def _table(name: str, roles: Roles) -> list[str]:
    made = [
        f"revoke all on {name} from {roles.desk}, {roles.staff}",
        f"grant select, insert, update, delete on {name} to {roles.desk}",
        f"create policy {DESK_POLICY} on {name} to {roles.desk} using (true) with check (true)",
        f"alter table {name} enable row level security, force row level security",
    ]
    if name in NOBODYS:
        return made
    columns = f" ({', '.join(shown_columns(name))})" if name in HIDDEN else ""
    is_seen = "true" if name in SHARED else is_theirs_by_policies(name, _ME)
    return [
        *made,
        f"grant select{columns} on {name} to {roles.staff}",
        f"create policy {STAFF_POLICY} on {name} for select to {roles.staff} using ({is_seen})",
    ]


def _version() -> str:
    """Of the policies: another when one of them is, or there is one more."""
    return sha256("\n".join(_statements(Roles("", ""))).encode()).hexdigest()[:16]


def _make_ready(connection: Connection, login: str) -> tuple[Roles, list[str]]:
    """The roles, and what is left for an administrator to run before `login` can take them."""
    name, version = connection.execute(
        text("select current_database(), current_setting('server_version_num')::int")
    ).one()
    roles, who = roles_of(name), _quoted(login)
    missing = [
        f"create role {role} nologin"
        for role in (roles.desk, roles.staff)
        if not _is_role(connection, role) and not _tried(connection, f"create role {role} nologin")
    ]
    if _is_superuser(connection, login):
        return roles, missing
    how = " with inherit false, set true" if version >= _WITH_INHERITED else ""
    grants = [f"grant {roles.desk}, {roles.staff} to {who}{how}"]
    if not how:
        grants.append(f"alter role {who} noinherit")
    if missing:
        return roles, missing + grants
    for grant in ("", *grants):
        if grant:
            _tried(connection, grant)
        if _can_take(connection, login, roles, version):
            return roles, []
    return roles, grants


def _tried(connection: Connection, statement: str) -> bool:
    """Whether we may, in a transaction that goes on if not. Another that did the same at once does no harm."""
    tried = f"begin {statement}; perform set_config('textbook.may', 'yes', true);"
    known = "when duplicate_object or unique_violation then perform set_config('textbook.may', 'yes', true);"
    refused = "when insufficient_privilege then perform set_config('textbook.may', 'no', true);"
    connection.exec_driver_sql(f"do $tried$ {tried} exception {known} {refused} end $tried$")
    return bool(connection.exec_driver_sql("select current_setting('textbook.may') = 'yes'").scalar_one())


def _is_role(connection: Connection, quoted: str) -> bool:
    return bool(connection.execute(text("select to_regrole(:name) is not null"), {"name": quoted}).scalar_one())


def _is_superuser(connection: Connection, login: str) -> bool:
    found = connection.execute(text("select rolsuper from pg_roles where rolname = :login"), {"login": login})
    return bool(found.scalar_one_or_none())


def _can_take(connection: Connection, login: str, roles: Roles, version: int) -> bool:
    """Whether the login may take both roles, and has neither before it does."""
    has, may = "pg_has_role(:login, to_regrole(:{}), '{}')", "SET" if version >= _WITH_INHERITED else "MEMBER"
    wanted = f"select {has.format('desk', may)} and {has.format('staff', may)}"
    wanted += f" and not {has.format('desk', 'USAGE')} and not {has.format('staff', 'USAGE')}"
    values = {"login": login, "desk": roles.desk, "staff": roles.staff}
    return bool(connection.execute(text(wanted), values).scalar_one())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

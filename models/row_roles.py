"""PostgreSQL: the two roles of a database, which nobody signs in as, and who may take them."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, text

DESK_ROLE, STAFF_ROLE = "textbook_desk", "textbook_staff"
"""What their names, and those of their policies, begin with."""
_WITH_INHERITED: Final = 160000
"""From this version on PostgreSQL keeps with each membership whether it counts unasked."""
_LONGEST_NAME: Final = 63


@dataclass(frozen=True, slots=True)
class Roles:
    """The two roles of a database, as SQL writes them."""

    desk: str
    staff: str


def roles_of(database: str) -> Roles:
    """A database's own, for a role that several share would open each of them to the others' programs."""
    if len(database.encode()) > _LONGEST_NAME - len(STAFF_ROLE) - 1:
        database = sha256(database.encode()).hexdigest()[:32]
    return Roles(quoted(f"{DESK_ROLE}_{database}"), quoted(f"{STAFF_ROLE}_{database}"))


def make_ready(connection: Connection, login: str) -> tuple[Roles, list[str]]:
    """The roles, and what is left for an administrator to run before `login` can take them."""
    name, version = connection.execute(
        text("select current_database(), current_setting('server_version_num')::int")
    ).one()
    roles, who = roles_of(name), quoted(login)
    missing = [
        f"create role {role} nologin"
        for role in (roles.desk, roles.staff)
        if not is_role(connection, role) and not _tried(connection, f"create role {role} nologin")
    ]
    if _is_superuser(connection, login):
        return roles, missing
    if not is_role(connection, who):
        missing.append(f"create role {who} login")
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
    run(connection, f"do $tried$ {tried} exception {known} {refused} end $tried$")
    return bool(connection.exec_driver_sql("select current_setting('textbook.may') = 'yes'").scalar_one())


def run(connection: Connection, statement: str) -> None:
    """As it stands: the driver would take a % for the place of a value."""
    connection.exec_driver_sql(statement.replace("%", "%%"))


def is_role(connection: Connection, name: str) -> bool:
    return bool(connection.execute(text("select to_regrole(:name) is not null"), {"name": name}).scalar_one())


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


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

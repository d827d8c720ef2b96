"""How each database is told whose rows a transaction may see: PostgreSQL by a role that begins and ends with it, SQLite
by connections that have nothing else, MariaDB by what is put in front of each statement."""

from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from models import row_views
from models.row_filter import check, narrowed
from models.row_policies import ROLES, STAFF_SETTING, roles_in
from models.row_roles import Roles
from models.row_scope import Scope

_PERMISSION, _AUTHORIZATION = "42501", 23
"""How PostgreSQL (insufficient_privilege) and SQLite (SQLITE_AUTH) refuse."""


def know_roles(engine: Engine) -> None:
    """PostgreSQL: let each connection know the roles of its database, and each transaction begin with that of its
    scope. A transaction without a scope has none, and sees nothing."""

    @event.listens_for(engine, "connect")
    def look(connection: Any, record: Any) -> None:
        record.info["roles"] = roles_in(dict(connection.execute(ROLES).fetchall()))
        record.info["schema"] = connection.execute("select current_schema()").fetchone()[0]
        connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        scope, roles = connection.get_execution_options().get("scope"), connection.info["roles"]
        connection.connection.driver_connection.role = _role(roles, scope) if roles and scope else b""  # type: ignore[union-attr]


def _role(roles: Roles, scope: Scope) -> bytes:
    if scope.staff_id is None:
        return f"set local role {roles.desk}".encode()
    return f"set local role {roles.staff}; set local {STAFF_SETTING} = '{int(scope.staff_id)}'".encode()


def narrow(engine: Engine) -> None:
    """PostgreSQL and MariaDB: look at each statement of a staff member's scope before it is run; where no roles do it,
    put their rows in front of it."""
    quote = '"' if engine.dialect.name == "postgresql" else "`"

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def look(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        staff_id = connection.get_execution_options()["scope"].staff_id
        if connection.info.get("roles") is not None:
            check(statement)
            return statement, parameters
        schema = str(connection.info.get("schema") or engine.url.database)
        return narrowed(statement, staff_id, schema, quote), parameters


def show_views(engine: Engine) -> None:
    """SQLite: let the connections of this engine have views in place of the tables, and nothing else."""

    @event.listens_for(engine, "connect")
    def open_views(connection: Any, record: Any) -> None:
        whose = record.info["whose"] = {"staff_id": 0}
        secret = f"v{token_hex(16)}_"
        connection.create_function(row_views.WHO, 0, lambda: whose["staff_id"])
        connection.execute("pragma temp_store=memory")
        for view in row_views.views(secret):
            connection.execute(view)
        connection.set_authorizer(row_views.authorizer(secret))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.info["whose"]["staff_id"] = connection.get_execution_options()["scope"].staff_id

    @event.listens_for(engine, "before_cursor_execute")
    def look(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        row_views.check(statement)


def is_refusal(error: DBAPIError) -> bool:
    """Whether the database let a statement not through because of whose rows it may see."""
    original = error.orig
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorcode", None)
    return code in (_PERMISSION, _AUTHORIZATION)

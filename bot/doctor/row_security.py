"""Row-level security on PostgreSQL: whether it is there, and whether whoever signs in is held to it."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from bot.doctor.finding import Finding, good, look


def row_security(session: Session) -> Iterator[Finding]:
    """Nothing on SQLite and MariaDB, which have none."""
    if session.get_bind().dialect.name != "postgresql":
        return
    from models.row_policies import state_of

    state = state_of(session.connection())
    if not state["is_laid"]:
        yield look(
            "Row security: none, staff are kept to their rows by a filter alone. `python -m bot migrate` says what an"
            " administrator of the server has to run."
        )
        return
    if state["is_bypassing"]:
        yield look(
            "Row security: DATABASE_URL signs in as a role that bypasses it (superuser or BYPASSRLS). Let it be an"
            " ordinary role."
        )
    if state["is_owner"] and not state["is_bypassing"]:
        yield look(
            "Row security: DATABASE_URL signs in as the tables' owner, who could take it off. Let another role own"
            " them, in MIGRATIONS_DATABASE_URL."
        )
    if state["is_inheriting"] and not state["is_bypassing"]:
        yield look(
            "Row security: the role of DATABASE_URL has the desk's rights without taking its role. Run `python -m bot"
            " migrate`, or ALTER ROLE … NOINHERIT."
        )
    if not any(state[name] for name in ("is_bypassing", "is_owner", "is_inheriting")):
        yield good("Row security: in force; who signs in to the database sees nothing without a scope.")

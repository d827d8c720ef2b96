"""What is looked for every half a second, however much was ever stored: by an index, and never by going through all."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from bot.schedule import run_due
from conversations.messages import Inbound

FEW = frozenset(
    {
        "audit_seals", "booking_policies", "business", "coordinators", "date_overrides", "heads", "few", "operators",
        "resources", "retention_marks", "service_staff", "services", "staff", "staff_shifts",
    }
)  # fmt: skip
"""Tables as large as the business and no larger, and what has been found already."""


@pytest.fixture
def kind() -> str:
    """SQLite says in words what it goes through, whether its tables are full or empty."""
    return "sqlite"


@pytest.fixture
def asked(desk: Desk) -> Iterator[dict[str, object]]:
    statements: dict[str, object] = {}

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        statements[statement] = values

    event.listen(desk.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(desk.database.engine, "before_cursor_execute", note)


def gone_through(desk: Desk, statement: str, values: object) -> list[str]:
    """The tables of which every row would be looked at, though they grow with each conversation."""
    with desk.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"explain query plan {statement}", values).fetchall()  # type: ignore[arg-type]
    tables = [found[1] for step in plan if (found := re.match(r"SCAN (\w+)", step[3]))]
    return [table for table in tables if table not in FEW and not table.startswith(("anon_", "CONSTANT"))]


def test_nothing_that_is_looked_for_again_and_again_goes_through_a_whole_table(
    desk: Desk, asked: dict[str, object]
) -> None:
    receive(desk, Inbound("simulator", "one", "+97455501001", "+97455501001", "book"))
    asked.clear()
    run_due(desk)
    dispatcher = Dispatcher(desk)
    dispatcher.send_due()
    dispatcher.stop()
    looks = {one: values for one, values in asked.items() if one.lstrip().upper().startswith(("SELECT", "UPDATE"))}
    assert len(looks) > 15
    assert {} == {one: found for one, values in looks.items() if (found := gone_through(desk, one, values))}


def test_a_whole_table_gone_through_is_found(desk: Desk) -> None:
    grouped = "select min(id) from messages where due_at <= ? group by conversation_id"
    assert ["messages"] == gone_through(desk, grouped, ("2026-01-01",))

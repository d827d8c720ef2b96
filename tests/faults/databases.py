"""Migrated databases with the suite's business, as many as are wanted."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import text

from bot.commands.opening import load_business
from bot.database import Database
from tests.databases import mariadb_server, postgresql_server

BUSINESS = Path(__file__).parent / "business.toml"
Fresh = Callable[[], str]


@contextmanager
def fresh_databases(kind: str) -> Iterator[Fresh]:
    """A function that makes such a database, each time a new one, and answers its address."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        start = {"postgresql": postgresql_server, "mariadb": mariadb_server}.get(kind)
        server = stack.enter_context(start()) if start else None
        made = 0

        def fresh() -> str:
            nonlocal made
            made += 1
            url = f"sqlite:///{folder}/round{made}.db"
            if server is not None:
                server.create(f"round{made}")
                url = server.url(f"round{made}")
            make_ready(url)
            return url

        yield fresh


def drop_second_lock(database: Database) -> None:
    """PostgreSQL guards bookings a second time."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(text("alter table bookings drop constraint ex_bookings_staff_id_time"))


def make_ready(url: str) -> None:
    """Bring an empty database to our schema, and load the business."""
    database = Database(url)
    database.migrate()
    load_business(database, BUSINESS)
    database.dispose()

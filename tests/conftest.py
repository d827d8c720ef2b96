"""Databases for the tests: each test that touches one gets a fresh copy, on every database this machine can start."""

import io
import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from pytest_rerunfailures import StatusDB
from sqlalchemy import make_url

from bot.channels.base import Channel
from bot.channels.simulator import SimulatorChannel
from bot.clock import SetClock
from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database
from bot.desk import Desk, overrides
from bot.logs import set_up_logs
from config import Settings
from conversations.layout import Capabilities
from handlers.profile import Profiles
from tests import compiled_once
from tests.by_turns import spare
from tests.databases import Server, chosen, mariadb_server, postgresql_server
from tests.made_new import Originals

NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
"""Tuesday 10 March 2026, 10:15 in Qatar."""

LONG = (
    "tests/faults/", "tests/bot/test_hardening_", "tests/bot/test_import_process.py", "tests/bot/test_logs.py",
    "tests/bot/test_metrics.py", "tests/bot/test_server.py", "tests/bot/test_cli.py",
)  # fmt: skip
"""Where programs are started, killed and waited for."""
MEMORY, ROOM = Path("/dev/shm"), 1 << 30

hypothesis.settings.register_profile("unhurried", deadline=None)  # a busy machine proves nothing
hypothesis.settings.load_profile("unhurried")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What is played again (patience.py) is so by the process that played it. pytest-rerunfailures tells the first
    process of each test too, in case another one dies, which took 40 ms a test; whoever dies has failed."""
    compiled_once.share()
    if hasattr(config, "workerinput"):
        config.failures_db.sock.close()  # type: ignore[attr-defined]
        config.failures_db = StatusDB()  # type: ignore[attr-defined]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-stories", action="store_true", help="write down how the stories really go")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything runs on SQLite where nothing else is named, as everybody does who changes something. Where several
    processes share it, what takes long begins, so that nobody is left waiting for it in the end."""
    if os.environ.get("TEST_BY_TURNS"):
        spare(config, items)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class Databases:
    """Servers that start when first asked for, a migrated database with the demonstration on each, and copies of it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._servers: dict[str, Server] = {}
        self._made: set[str] = set()
        self._count = 0
        self._free: dict[str, list[str]] = defaultdict(list)
        self._originals = Originals()

    def copy(self, kind: str) -> str:
        """The address of a fresh database of this kind."""
        self._count += 1
        if kind == "sqlite":
            template = self._folder / "template.db"
            if kind not in self._made:
                self._make(kind, f"sqlite:///{template}")
            shutil.copy(template, self._folder / f"copy{self._count}.db")
            return f"sqlite:///{self._folder}/copy{self._count}.db"
        server = self._server(kind)
        if kind not in self._made:
            server.create("template_textbook")
            self._make(kind, server.url("template_textbook"))
        server.create(f"copy{self._count}", template="template_textbook")
        return server.url(f"copy{self._count}")

    def empty(self, kind: str) -> str:
        """The address of a database without any table."""
        self._count += 1
        if kind == "sqlite":
            (self._folder / f"empty{self._count}.db").touch()
            return f"sqlite:///{self._folder}/empty{self._count}.db"
        self._server(kind).create(f"empty{self._count}")
        return self._server(kind).url(f"empty{self._count}")

    def drop(self, kind: str, url: str) -> None:
        name = url.rpartition("/")[2].partition("?")[0]
        if kind != "sqlite":
            self._server(kind).drop(name)
        else:
            for path in self._folder.glob(f"{name}*"):
                path.unlink()

    def lend(self, kind: str) -> str:
        """As copy(); on a server it may be one that was used, and is as new again."""
        if kind == "sqlite":
            return self.copy(kind)
        if free := self._free[kind]:
            return free.pop()
        url = self.copy(kind)
        self._originals.know(kind, url)
        return url

    def take_back(self, kind: str, url: str) -> None:
        """What was lent, to lend it again; where its tables are not as they were, it is thrown away."""
        if kind == "sqlite":
            self.drop(kind, url)
            return
        server, name = self._server(kind), make_url(url).database
        assert name is not None
        server.disconnect(name)
        if self._originals.restore(kind, url):
            self._free[kind].append(url)
        else:
            self.drop(kind, url)

    def _server(self, kind: str) -> Server:
        if kind not in self._servers:
            server = postgresql_server() if kind == "postgresql" else mariadb_server(in_one_file=True)
            self._servers[kind] = self._stack.enter_context(server)
        return self._servers[kind]

    def _make(self, kind: str, url: str) -> None:
        database = Database(url)
        database.migrate()
        load_business(database, DEMONSTRATION)
        with database.engine.connect() as connection:
            if kind == "sqlite":
                connection.connection.execute("pragma wal_checkpoint(truncate)")  # type: ignore[attr-defined]
        database.dispose()
        self._made.add(kind)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(in_memory(stack) or tmp_path_factory.mktemp("databases"), stack)


def in_memory(stack: ExitStack) -> Path | None:
    """A folder in memory, if there is room: on a disk, each commit of SQLite waits for it. Gone when `stack` is."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return Path(stack.enter_context(TemporaryDirectory(prefix="textbook-", dir=MEMORY, ignore_cleanup_errors=True)))


@pytest.fixture(params=chosen())
def kind(request: pytest.FixtureRequest) -> str:
    """sqlite, postgresql, mariadb: a test that takes it runs on each."""
    return str(request.param)


@pytest.fixture
def database_url(kind: str, databases: Databases) -> Iterator[str]:
    url = databases.lend(kind)
    yield url
    databases.take_back(kind, url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database with the demonstration business, thrown away afterwards."""
    database = Database(database_url, pool=8)
    yield database
    database.dispose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


CHANNELS: dict[str, Channel] = {
    "sms": SimulatorChannel(
        "sms",
        Capabilities(longest=1600, carrier_answers_stop=True, bare_cancel_opts_out=True, costs_by_segment=True),
    ),
    "whatsapp": SimulatorChannel("whatsapp", Capabilities(longest=1600)),
    "whatsapp_cloud": SimulatorChannel("whatsapp_cloud", Capabilities(longest=4096, buttons=3, rows=10)),
    "simulator": SimulatorChannel(),
}
"""The rules of real channels, with nobody behind them."""

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(database: Database, clock: SetClock, tmp_path: Path) -> MakeDesk:
    """A desk over the test's database; settings by keyword."""
    usual = {"burst_ms": 0, "journal_dir": tmp_path / "journal"}

    def make(**values: object) -> Desk:
        settings = Settings(_env_file=None, **{**usual, **values})  # type: ignore[arg-type]
        return Desk(settings, database, clock, CHANNELS, Profiles(overrides(settings)))

    return make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk()


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the product writes to its log, as in production."""
    root = logging.getLogger()
    kept = root.handlers, root.level
    written = io.StringIO()
    set_up_logs("DEBUG")
    root.handlers[0].stream = written  # type: ignore[attr-defined]
    yield written
    root.handlers, root.level = kept

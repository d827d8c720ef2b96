"""From a webhook to the provider, in one process on SQLite; and how fast the journal is taken in, on each database."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database
from bot.desk import open_desk
from bot.drain import drain
from config import Settings
from conversations.messages import Inbound
from tests.bot.test_server import SID, TOKEN, Server
from tests.databases import chosen, mariadb_server, postgresql_server
from tests.fakes.twilio_server import Accepted, FakeTwilio

A_SECOND, SECONDS = 20, 30
WARM_SECONDS = 6
"""Until the start's warm-up is over; whoever texts before may wait a second."""
KEPT = 2000
NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)


class TimedTwilio(FakeTwilio):
    """Notes when it was first asked to send something to each phone."""

    def __init__(self) -> None:
        super().__init__(SID, TOKEN)
        self.answered: dict[str, float] = {}

    def keep(
        self, to: str, body: str, from_: str | None = None, service: str | None = None, callback: str = ""
    ) -> Accepted:
        self.answered.setdefault(to, time.perf_counter())
        return super().keep(to, body, from_, service, callback)


def main() -> None:
    with TemporaryDirectory() as folder, TimedTwilio() as twilio:
        server = Server(Path(folder), twilio).open()
        try:
            Thread(target=_read, args=(server,), daemon=True).start()
            time.sleep(WARM_SECONDS)
            waits = sorted(_texted(server, twilio))
        finally:
            server.close()
    p95, p99 = waits[int(len(waits) * 0.95)], waits[int(len(waits) * 0.99)]
    print(f"{A_SECOND} texts a second for {SECONDS} s, each of a new client: webhook to provider, in ms")
    print(f"median {statistics.median(waits):.0f}, p95 {p95:.0f}, p99 {p99:.0f}, worst {waits[-1]:.0f}")
    print(f"\nthe journal taken in, messages a second, of {KEPT}\n{'database':12}{'new clients':>12}{'known':>8}")
    for kind, url in _databases():
        with TemporaryDirectory() as folder:
            new, known = _drained(url, Path(folder))
        print(f"{kind:12}{new:12.0f}{known:8.0f}", flush=True)


def _read(server: Server) -> None:
    """Its log, so that it never waits for somebody to read it."""
    assert server.process is not None and server.process.stdout is not None
    for _ in server.process.stdout:
        pass


def _texted(server: Server, twilio: TimedTwilio) -> list[float]:
    """Each of them texts once, at an even pace; milliseconds to the first answer."""
    posted: dict[str, float] = {}

    def text(phone: str) -> None:
        posted[phone] = time.perf_counter()
        server.text(phone, "a haircut tomorrow at 3pm please")

    begun = time.perf_counter()
    with ThreadPoolExecutor(16) as people:
        for number in range(A_SECOND * SECONDS):
            time.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
            people.submit(text, f"+9745{5_000_000 + number}")
    deadline = time.perf_counter() + 30
    while len(twilio.answered) < len(posted) and time.perf_counter() < deadline:
        time.sleep(0.05)
    return [(twilio.answered.get(phone, deadline) - at) * 1000 for phone, at in posted.items()]


def _drained(url: Callable[[], str], folder: Path) -> tuple[float, float]:
    """Messages a second: of people who never wrote before, and of the same again."""
    database = Database(url(), pool=4)
    database.migrate()
    load_business(database, DEMONSTRATION)
    desk = open_desk(Settings(_env_file=None, journal_dir=folder / "journal"), database=database)
    desk.journal.prepare()
    speeds = []
    for turn in ("new", "known"):
        for number in range(KEPT):
            who = f"+9745{5_000_000 + number}"
            desk.journal.put(Inbound("sms", f"{turn}{number}", who, who, "haircut"), NOW, "bench")
        begun = time.perf_counter()
        done = drain(desk)
        speeds.append(done / (time.perf_counter() - begun))
    database.dispose()
    return speeds[0], speeds[1]


def _databases() -> Iterator[tuple[str, Callable[[], str]]]:
    with TemporaryDirectory() as folder:
        yield "sqlite", lambda: f"sqlite:///{folder}/bench.db"
    for kind, opened in (("postgresql", postgresql_server), ("mariadb", mariadb_server)):
        if kind in chosen():
            with opened() as server:
                server.create("bench")
                yield kind, lambda server=server: server.url("bench")  # type: ignore[misc]


if __name__ == "__main__":
    main()

"""What is measured: the ceilings, the baseline, this product, and others; how each is started, and beside what."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.conversations.business import business_file
from benchmarks.conversations.dialogue import coordinator_of
from benchmarks.conversations.place import TOP, Place
from benchmarks.conversations.signing import OURS, SID, TOKEN

APPS = "benchmarks.conversations.apps"
PEERS = TOP / ".venv/peers/bin/python"
"""The others' packages have a folder of their own, which bin/bench makes."""
BOT, BOT_ON_POSTGRESQL = "bot, SQLite", "bot, PostgreSQL"
OURS_ON_SQLITE, OURS_ON_POSTGRESQL = "textbook, SQLite", "textbook, PostgreSQL"


@dataclass(frozen=True, slots=True)
class Target:
    """`beside` is the baseline it is compared with; `is_silent`: it answers webhooks and sends nothing."""

    name: str
    start: Callable[[Place], None]
    beside: str = BOT
    on_postgresql: bool = False
    is_silent: bool = False
    is_peer: bool = False

    @property
    def is_baseline(self) -> bool:
        return self.name in (BOT, BOT_ON_POSTGRESQL)


def _gunicorn(app: str, place: Place, python: str = sys.executable, database: str = "own", **more: str) -> None:
    address = ("-b", f"127.0.0.1:{place.port}", "-w", "2", "--preload", "--no-control-socket", "--log-level", "warning")
    url = {"DATABASE_URL": place.database_url} if database else {}
    place.make_database()
    place.start((python, "-m", "gunicorn", *address, f"{APPS}.{app}:app"), **url, **more)


def settings(place: Place) -> dict[str, str]:
    """This product's, as somebody would set it up."""
    return {
        "DATABASE_URL": place.database_url, "HOST": "127.0.0.1", "COORDINATOR_PHONE_NUMBER": coordinator_of(0),
        "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": OURS,
        "TWILIO_API_BASE": place.provider_url, "WEB_CONCURRENCY": "2",
    }  # fmt: skip


def prepared(place: Place, bookings: int = 0) -> dict[str, str]:
    """Its database, with a business and so many bookings of it; and the settings that go with it."""
    file, values = place.folder / "business.toml", settings(place)
    file.write_text(business_file(), encoding="utf-8")
    if not place.templates.copy(place.server, place.database, bookings):
        for command in (("migrate",), ("load", str(file))):
            place.run((sys.executable, "-m", "bot", *command), **values)
        if bookings:
            place.run((sys.executable, "-m", "benchmarks.growth.filled", place.database_url, str(bookings)), **values)
        place.templates.keep(place.server, place.database, bookings)
    return values


def one_process(place: Place, counting: tuple[str, ...] = (), bookings: int = 0) -> None:
    """`counting` stands between Python and what it runs; so many `bookings` have been made before."""
    place.start((sys.executable, *counting, "-m", "bot", "run"), **prepared(place, bookings))


def web_and_worker(
    place: Place, counting: tuple[str, ...] = (), bookings: int = 0, web: int = 2, workers: int = 1
) -> None:
    """gunicorn with so many processes, and so many workers beside it."""
    values = prepared(place, bookings) | {"WEB_CONCURRENCY": str(web)}
    place.start((sys.executable, *counting, "-m", "gunicorn", "-c", str(TOP / "gunicorn.conf.py")), **values)
    for _ in range(workers):
        place.start((sys.executable, *counting, "-m", "bot", "worker"), **values)


def _alone(app: str, place: Place) -> None:
    place.start((str(PEERS), "-m", f"{APPS}.{app}"), DATABASE_URL=place.database_url)


def targets() -> tuple[Target, ...]:
    ceiling = partial(_gunicorn, "ceiling")
    return (
        Target("route and signature", partial(ceiling, database=""), is_silent=True),
        Target("+ a commit, SQLite NORMAL", partial(ceiling, SYNCHRONOUS="normal"), is_silent=True),
        Target("+ a commit, SQLite FULL", partial(ceiling, SYNCHRONOUS="full"), is_silent=True),
        Target("+ a commit, PostgreSQL", ceiling, on_postgresql=True, is_silent=True),
        Target(BOT, partial(_gunicorn, "straight")),
        Target(BOT_ON_POSTGRESQL, partial(_gunicorn, "straight"), on_postgresql=True),
        Target(OURS_ON_SQLITE, one_process),
        Target(OURS_ON_POSTGRESQL, web_and_worker, beside=BOT_ON_POSTGRESQL, on_postgresql=True),
        Target("Twilio's samples' idiom, SQLite", partial(_gunicorn, "twilio_sample", python=str(PEERS)), is_peer=True),
        Target("opsdroid 0.31, SQLite", partial(_alone, "opsdroid_desk"), is_peer=True),
        Target("botbuilder 4.17, SQLite", partial(_alone, "botbuilder_desk"), is_peer=True),
    )


def missing(target: Target) -> str:
    """Why a target cannot be run here; "" where it can."""
    return "its packages are not installed" if target.is_peer and not Path(PEERS).exists() else ""

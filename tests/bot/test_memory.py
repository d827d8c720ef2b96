"""What takes memory in every process is there once, or when it is asked for: what a start imports, what is kept."""

import functools
import gc
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from bot.commands.first_start import apart
from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from bot.warm_up import languages_in_use
from config import Settings
from conversations.messages import Inbound
from models.clients import clients
from tests.conftest import MakeDesk

TOP = Path(__file__).parent.parent.parent
OURS = ("bot", "conversations", "handlers", "models")
STARTS_THE_OTHER = """
import os, runpy, sys
os.environ["TEXTBOOK_WITH_WORKER"] = "1"
import gunicorn.app.wsgiapp, bot.__main__, bot.commands.run, bot.web_worker
runpy.run_path("gunicorn.conf.py")
"""
WORKS = """
import sys
from bot.commands import worker
from bot.desk import open_desk
from bot.worker import Worker
from config import read_settings
Worker(open_desk(read_settings()), alone=False)
"""
SHARES = """
import os, runpy, threading
from types import SimpleNamespace
from bot.database import Database
from bot.desk import open_desk
from bot.commands.first_start import get_ready
from config import read_settings
get_ready(open_desk(read_settings()))
conf = runpy.run_path("gunicorn.conf.py")
server = SimpleNamespace(app=SimpleNamespace(callable=None), worker_age=0)
conf["_build"](server)
app = server.app.callable
desk = app.extensions["desk"]
assert "journal" not in vars(desk), "each process's own"
assert 1 == threading.active_count()
assert 0 == desk.database.engine.pool.checkedin() + desk.database.engine.pool.checkedout()
conf["post_worker_init"](SimpleNamespace(wsgi=app))
assert 200 == app.test_client().get("/readyz").status_code
assert "drain" in {one.name for one in threading.enumerate()}
os.environ["BUSINESS_NAME"] = "Changed"
runpy.run_path("gunicorn.conf.py")["_build"](server)
assert "Changed" == server.app.callable.extensions["desk"].settings.business_name
print("shared")
"""
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "0" * 32, "TWILIO_SMS_NUMBER": "+15005550006",
}  # fmt: skip
SERVES = """
import json, sys
from bot.intake import receive
from bot.worker import Worker
from conversations.messages import Inbound
from webhooks import create_app
app = create_app()
desk = app.extensions["desk"]
for number, text in enumerate(("book", "1", "tomorrow", "3pm", "yes")):
    receive(desk, Inbound("simulator", str(number), "+97455501234", "+97455501234", text, ""))
web = app.test_client()
assert web.get("/healthz").status_code == 200
before = sorted(sys.modules)
pages = ("/console/sign-in", "/console/nowhere", "/nowhere", "/", "/simulator")
answers = [web.get(page).status_code for page in pages]
print(json.dumps({"before": before, "answers": answers, "after": sorted(sys.modules)}))
"""


def run(code: str, folder: Path, **settings: str) -> str:
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    environment = kept | {"PYTHONPATH": str(TOP), "DATABASE_URL": f"sqlite:///{folder}/desk.db"} | settings
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, env=environment, capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    return done.stdout.splitlines()[-1] if done.stdout else ""


def test_the_process_that_starts_the_other_imports_nothing_of_the_desk(tmp_path: Path) -> None:
    said = run(STARTS_THE_OTHER + "print(*sys.modules)", tmp_path)
    imported = {".".join(name.split(".")[:1]) for name in said.split()}
    assert not imported & {"sqlalchemy", "sqlmodel", "flask", "babel", "phonenumbers", "handlers", "models", "webhooks"}
    assert "gunicorn" in imported


def test_a_start_and_a_conversation_import_no_page_that_nobody_has_asked_for(tmp_path: Path) -> None:
    told = json.loads(run(SERVES, tmp_path, TEXTBOOK_FIRST="1"))
    heavy = {
        "alembic", "handlers.business_file", "handlers.business_loaded", "bot.console.door", "bot.console.every_page",
        "bot.simulator.page", "bot.api.served", "twilio", "stripe", "psycopg", "pymysql", "icalendar", "argon2",
        "sqlalchemy.dialects.mysql",
    }  # fmt: skip
    assert set() == heavy & set(told["before"])
    assert {"bot.console.door", "bot.simulator.page"} <= set(told["after"])
    assert [200, 404, 404, 302, 200] == told["answers"]


def test_a_worker_imports_nothing_of_the_web(tmp_path: Path) -> None:
    imported = set(run(WORKS + "print(*sys.modules)", tmp_path, **TWILIO).split())
    heavy = {"flask", "werkzeug", "jinja2", "gunicorn", "webhooks", "bot.api", "bot.pages", "bot.console.every_page"}
    deeds = {"conversations.engine", "conversations.understanding", "handlers.advance"}  # with the first that is due
    others = {"rich", "alembic", "stripe", "psycopg", "pymysql", "sqlalchemy.dialects.mysql", "argon2", "icalendar"}
    assert set() == (heavy | others | deeds) & imported
    assert "bot.channels.twilio" in imported


def test_what_web_processes_share_is_made_before_them_and_begun_by_each(tmp_path: Path) -> None:
    assert "shared" == run(SHARES, tmp_path, TEXTBOOK_FIRST="1", WEB_CONCURRENCY="2", METRICS_DIR=f"{tmp_path}/m")


def test_tables_are_made_without_mapped_classes() -> None:
    """What they take is in every process; statements are made of tables alone."""
    known = list(SQLModel._sa_registry._managers)
    assert known
    assert not [one.class_ for one in known if one.is_mapped]


def test_what_is_done_apart_leaves_nothing_behind() -> None:
    here: list[int] = []
    apart(lambda: here.append(1))
    assert [] == here


@pytest.mark.parametrize("fault", [ValueError, SystemExit])
def test_what_breaks_apart_ends_the_start(fault: type[BaseException], capfd: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise fault("of the child")

    with pytest.raises(SystemExit):
        apart(broken)
    assert ("of the child" in capfd.readouterr().err) is (fault is ValueError)


@pytest.mark.every_database
def test_the_languages_of_the_latest_clients_are_in_use(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert ["en"] == languages_in_use(desk)
    for phone, language in (("+254700000001", "sw"), ("+254700000002", "sw"), ("+33600000003", ""), ("+3463", "es-MX")):
        values = {"phone": phone, "name": "", "language": language, "created_at": desk.clock.now()}
        desk.database.transact(lambda session, row=values: session.execute(clients.insert(), row))
    assert {"en", "sw", "es"} == set(languages_in_use(desk))


def test_english_is_in_use_while_the_database_is_away(make_desk: MakeDesk, tmp_path: Path) -> None:
    away = replace(make_desk(), database=Database(f"sqlite:///{tmp_path}/none/desk.db"))
    assert ["en"] == languages_in_use(away)


@pytest.mark.every_database
def test_the_connection_that_was_used_last_is_used_next(database: Database) -> None:
    """Those that a busy moment has opened are left alone: each that is used keeps pages and statements of its own."""
    first, second = database.engine.connect(), database.engine.connect()
    last = second.connection.driver_connection
    first.close()
    second.close()
    with database.engine.connect() as again:
        assert again.connection.driver_connection is last


def test_caches_without_a_bound_do_not_grow_with_people_and_what_they_say(make_desk: MakeDesk) -> None:
    desk = make_desk(simulator=True)
    _book(desk, range(6))
    before = _kept()
    _book(desk, range(6, 18))
    assert before == _kept()
    assert before, "it looks at none"


def _book(desk: Desk, numbers: range) -> None:
    for number in numbers:
        phone = f"+9745550{number:04}"
        texts = ("hello", "book", "1", f"{12 + number} march", f"{9 + number % 6}:00", "yes", f"what of {number} then")
        for at, text in enumerate(texts):
            receive(desk, Inbound("simulator", f"{number}-{at}", phone, phone, text, f"Guest {number}"))


def _kept() -> dict[str, int]:
    found = (each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper))
    return {
        f"{each.__module__}.{each.__qualname__}": each.cache_info().currsize
        for each in found
        if str(each.__module__).split(".")[0] in OURS and each.cache_info().maxsize is None
    }

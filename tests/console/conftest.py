"""The console over a real server, read in a real browser by whoever is signed in."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from bot.channels.simulator import SIMULATOR, SimulatorChannel
from bot.clock import Clock
from bot.console.door import COOKIE
from bot.console.secrets import new_token, password_hash, token_hash
from bot.database import Database
from bot.desk import Desk, open_desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from bot.logs import new_trace
from bot.schedule import run_due
from config import Settings
from conversations.messages import Inbound
from handlers.console.signed_in import let_in
from models.operators import Role, add_operator
from tests.console.browser import DESKTOP, a_browser
from tests.patience import PATIENCE
from webhooks import create_app

OMAR = "+97455500000"
PASSWORD = "five calm green whales"
expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Console:
    """A desk whose console is open at `address`."""

    desk: Desk
    address: str

    def text(self, phone: str, words: str, name: str = "") -> None:
        """Somebody texts, and has been answered when this returns."""
        receive(self.desk, Inbound(SIMULATOR, f"test-{new_trace()}", phone, phone, words, name))
        self.settle()

    def settle(self) -> None:
        """Everything that is due is done, and everything that is to be sent is sent."""
        run_due(self.desk)
        dispatcher = Dispatcher(self.desk)
        dispatcher.send_due()
        dispatcher.stop()

    def operator(self, role: Role, name: str = "", staff_id: int | None = None) -> str:
        """Somebody of this role, signed in; what their browser carries."""
        token, now, name = new_token(), self.desk.clock.now(), name or f"The {role}"

        def work(session) -> None:  # type: ignore[no-untyped-def]
            login = f"{name}-{token[:6]}".casefold().replace(" ", ".")
            number = add_operator(
                session, login=login, name=name, role=role, staff_id=staff_id, created_at=now,
                password_hash=hashed_once(),
            )  # fmt: skip
            let_in(session, number, token_hash(token), "a test", now)
            from models.business import touch_business

            touch_business(session)

        self.desk.database.transact(work)
        return token


_HASHED: list[str] = []


def hashed_once() -> str:
    """PASSWORD as it is kept; hashing takes a third of a second."""
    if not _HASHED:
        _HASHED.append(password_hash(PASSWORD))
    return _HASHED[0]


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(desk), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def console(database: Database, tmp_path) -> Iterator[Console]:  # type: ignore[no-untyped-def]
    settings = Settings(
        _env_file=None, simulator=True, coordinator_phone_number=OMAR, journal_dir=tmp_path / "journal",
        metrics_dir=tmp_path / "metrics", secret_key_file=tmp_path / "secret_key", burst_ms=0,
    )  # type: ignore[call-arg]  # fmt: skip
    desk = replace(
        open_desk(settings, Clock(), database), channels={SIMULATOR: SimulatorChannel()}
    )  # fmt: skip
    with served(desk) as address:
        yield Console(desk, address)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with a_browser() as made:
        yield made


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, console: Console) -> Iterator[Open]:
    """Opens a page as somebody who is signed in by a token; at the end, no browser may have complained."""
    contexts, complaints = [], []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.location.get('url', '')}: {message.text}")

    def open_page(path: str, token: str = "", size: tuple[int, int] = DESKTOP, *, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, bypass_csp=False,
            color_scheme="dark" if dark else "light",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        if token:
            context.add_cookies(
                [{"name": COOKIE, "value": token, "url": f"{console.address}/console/", "httpOnly": True}]
            )
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(console.address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [] == [one for one in complaints if not _is_harmless(one)]


def _is_harmless(complaint: str) -> bool:
    """A refusal that a test asks for; a look at what is new that was cut short by leaving the page. Never what a page
    is made of: a script, a style or a picture that is not there."""
    if re.search(r"\.(js|css|svg)\b", complaint) is not None:
        return False
    return "net::ERR_" in complaint or re.search(r"responded with a status of 4\d\d ", complaint) is not None

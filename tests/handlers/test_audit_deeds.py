"""What is written down of who came in, who tried to, and what was done about how people sign in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.__main__ import main
from bot.database import Database
from config import Settings
from handlers.console.operators_kept import first_link, invite, new_password, new_password_link, take_place
from handlers.console.signed_in import FREE_TRIES, Attempt, Who, sign_in
from models.audit import audited
from models.operators import Role, operator_by_login
from tests.conftest import NOW

pytestmark = pytest.mark.every_database


def deeds(database: Database) -> list[tuple[str, str, str, str]]:
    rows = database.read(lambda session: audited(session, None, 50))
    return [(row.who, row.action, row.subject, row.words) for row in reversed(rows)]


def ana(database: Database) -> int:
    def work(session: Session) -> int | None:
        first_link(session, "first", NOW)
        return take_place(session, "first", "ana", "Ana", "hash", NOW)

    number = database.transact(work)
    assert number is not None
    return number


def test_who_takes_a_place_or_sets_a_password_is_written_down(database: Database) -> None:
    number = ana(database)
    database.transact(lambda s: invite(s, "eve", "Eve", Role.OPERATOR, None, "invited", NOW))
    other = database.transact(lambda s: take_place(s, "invited", "", "", "hash", NOW))
    database.transact(lambda s: new_password_link(s, "eve", "reset", NOW))
    database.transact(lambda s: take_place(s, "reset", "", "", "hash", NOW))
    who = Who(number, "Ana", "ana", Role.ADMIN, None, 0, has_totp=False)
    database.transact(lambda s: new_password(s, who, "another", NOW))
    assert take_place_again(database) is None
    me, she = f"operator {number}", f"operator {other}"
    assert [
        (me, "became the first admin", me, ""), (she, "took their place", she, ""),
        (she, "set a new password by a link", she, ""), (me, "changed the password", me, ""),
    ] == deeds(database)  # fmt: skip


def take_place_again(database: Database) -> int | None:
    return database.transact(lambda s: take_place(s, "reset", "", "", "hash", NOW))


def test_who_comes_in_and_who_tries_to_is_written_down_and_nobody_fills_the_log_from_outside(
    database: Database,
) -> None:
    me = f"operator {ana(database)}"

    def tries(login: str, *, is_right: bool) -> None:
        attempt = Attempt(login, is_right)
        database.transact(lambda session: sign_in(session, attempt, f"{login}{is_right}", "a browser", NOW))

    tries("ana", is_right=True)
    for _ in range(FREE_TRIES + 20):
        tries("ana", is_right=False)
        tries("+97455501234", is_right=False)
    (_, *told) = deeds(database)
    free = [(me, "failed to sign in", me, "")] * FREE_TRIES
    assert [(me, "signed in", me, ""), *free, (me, "failed to sign in", me, "locked")] == told


@pytest.fixture
def typed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., int]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *words: main([*words])


def test_what_is_done_on_the_command_line_is_written_down(typed: Callable[..., int], database: Database) -> None:
    assert 0 == typed("operator", "first")
    number = ana(database)
    assert 0 == typed("operator", "reset", "ANA")
    assert 0 == typed("feed", "maya", "--renew")
    assert 0 == typed("ledger")
    assert 0 == typed("operator", "list")
    told = [(action, subject) for who, action, subject, _ in deeds(database) if who == "command line"]
    staff = told.pop(2)
    assert [
        ("made the first admin's link", ""), ("made a new-password link", f"operator {number}"),
        ("exported the ledger", ""),
    ] == told  # fmt: skip
    assert ("made a feed", "staff ") == (staff[0], staff[1][:6])
    row = database.read(lambda session: operator_by_login(session, "ana"))
    assert row is not None
    assert row.id == number

"""The console's pages over plain HTTP: what is kept from whom, what is never kept by a browser, and that nothing that
an address or a form can say is answered by a fault."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.console import secrets
from bot.console.door import COOKIE
from bot.console.secrets import new_token, password_hash, token_hash, totp_step
from bot.database import Database
from bot.desk import Desk
from conversations.delivery import Delivery, SendFailure
from handlers.console import thread_shown
from handlers.console.operators_kept import invite, new_password, new_password_link, set_active, take_place
from handlers.console.signed_in import Who, let_in
from handlers.console.stepped_in import label, note
from handlers.console.thread_shown import Noted, thread_of
from handlers.message_resent import message_resent
from models.audit import audited
from models.business import touch_business
from models.conversations import conversation_id_for
from models.operators import LinkKind, Role, add_operator, change_operator, operator_by_id, operator_links
from models.outbox import outbox, outbox_after
from tests.conftest import MakeDesk
from tests.handlers.salon import SARA, Salon
from tests.handlers.test_console_desk import Made, conversation, made
from tests.handlers.till import BRIAN, Till
from tests.patience import PATIENCE
from webhooks import create_app

__all__ = ["made"]
ODD = (
    "", "0", "-1", "9" * 25, "9999-12-31", "0001-01-01", "½", "٣", "%", "x" * 3000, "~", f"~{'9' * 20}",
    f"2026-03-10~{'9' * 25}", "9999-12-31T23:59:59-14:00~5", "0001-01-01T00:00:00+14:00~5",
    "1~0001-01-01T00:00:00+14:00~5", f"1~9999-12-31T23:59:59-14:00~{'9' * 19}", "1~2026-03-10T00:00:00+00:00~-5",
    f"2026-03-10T00:00:00+00:00~{2**63}", "0001-01-01~5", "9999-12-31~5",
)  # fmt: skip
LISTS = (
    "inbox", "inbox/live", "requests", "requests/live", "bookings", "bookings/day", "bookings/board", "classes",
    "series", "payments", "engagements", "people", "dead-letters", "audit", "c/1",
)  # fmt: skip
NARROWED = ("inbox/live", "bookings", "bookings/day", "bookings/board")
ASKED = (
    *((path, name, value) for path in LISTS for name in ("behind", "before") for value in ODD),
    *((path, name, value) for path in NARROWED for name in ("since", "until", "day", "staff") for value in ODD[:8]),
)


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock, by_phone=False) as till:
        yield till


def browser_of(desk: Desk, role: Role, staff_id: int | None = None) -> tuple[FlaskClient, int]:
    """Somebody of this role who is signed in, and their number."""
    token, now = new_token(), desk.clock.now()

    def work(session: Session) -> int:
        number = add_operator(
            session, login=f"{role}{token[:6]}".casefold(), name=f"The {role}", role=role, staff_id=staff_id,
            password_hash="kept", created_at=now,
        )  # fmt: skip
        let_in(session, number, token_hash(token), "a test", now)
        touch_business(session)
        return number

    number = desk.database.transact(work)
    web = create_app(desk).test_client()
    web.application.config["PROPAGATE_EXCEPTIONS"] = False
    web.set_cookie(COOKIE, token, path="/console")
    return web, number


def read(web: FlaskClient, path: str) -> str:
    answer = web.get(f"/console/{path}")
    assert 200 == answer.status_code, path
    return answer.get_data(as_text=True)


class TestKeys:
    def test_what_opens_a_clients_page_is_shown_to_those_alone_who_may_act_for_them(self, till: Till) -> None:
        number = till.approved(who=BRIAN)
        staff_id, now = till.booking(number).staff_id, till.clock.now()
        texts = " ".join(till.texts(BRIAN))
        keys = set(re.findall(r"/(?:b|pay)/([\w-]{20,})", texts))
        assert keys, "the client has read some"
        room = till.desk.database.transact(lambda s: conversation_id_for(s, BRIAN.channel, BRIAN.address, now))
        till.desk.database.transact(
            lambda s: s.execute(update(outbox).values(status=Delivery.DEAD, failure=SendFailure.UNREACHABLE))
        )
        paths = [
            f"booking/{number}", "payment/1", "inbox", "inbox/live", f"c/{room}", f"c/{room}/live", "inbox?q=therapy",
            "inbox?q=clinic", "dead-letters", *(f"c/{room}/turn/{turn}" for turn in self.turns(till, room)),
        ]  # fmt: skip
        seen = {}
        for role in (Role.VIEWER, Role.OPERATOR):
            web, _ = browser_of(till.desk, role)
            seen[role] = {path: {key for key in keys if key in read(web, path)} for path in paths}
        assert {} == {path: found for path, found in seen[Role.VIEWER].items() if found}
        for path in ("payment/1", f"c/{room}", f"c/{room}/live", "dead-letters"):
            assert seen[Role.OPERATOR][path], path
        leads = {
            role: "/b/" in read(browser_of(till.desk, role, staff)[0], f"booking/{number}")
            for role, staff in ((Role.STAFF, staff_id), (Role.VIEWER, None), (Role.OPERATOR, None))
        }
        assert {Role.STAFF: False, Role.VIEWER: False, Role.OPERATOR: True} == leads

    def turns(self, till: Till, room: int) -> list[int]:
        thread = till.desk.database.read(lambda s: thread_of(s, room, None, till.desk.circumstances("t")))
        assert thread is not None
        return [entry.turn_id for entry in thread.entries if not isinstance(entry, Noted) and entry.turn_id]

    def test_only_who_may_act_takes_bookings_away_and_staff_their_own(self, till: Till) -> None:
        number = till.approved(who=BRIAN)
        staff_id = till.booking(number).staff_id
        path, since = "/console/bookings/export.csv", {"since": "2000-01-01", "q": "Brian"}
        web, _ = browser_of(till.desk, Role.VIEWER)
        assert 403 == web.get(path, query_string=since).status_code
        assert "export.csv" not in read(web, "bookings")
        other, _ = browser_of(till.desk, Role.STAFF)
        assert BRIAN.address not in other.get(path, query_string=since).get_data(as_text=True)
        own, _ = browser_of(till.desk, Role.STAFF, staff_id)
        assert BRIAN.address in own.get(path, query_string=since).get_data(as_text=True)
        operator, _ = browser_of(till.desk, Role.OPERATOR)
        assert BRIAN.address in operator.get(path, query_string=since).get_data(as_text=True)
        entries = till.desk.database.read(lambda s: audited(s, None, 10))
        assert {("exported bookings", "q, since")} == {(one.action, one.words) for one in entries}


class TestKept:
    """By browsers."""

    def test_a_whole_page_is_never_kept(self, salon: Salon) -> None:
        web, _ = browser_of(salon.desk, Role.OPERATOR)
        salon.text(SARA, "hi")
        for path in ("inbox", "requests", "c/1"):
            answer = web.get(f"/console/{path}", headers={"If-None-Match": "*"})
            assert (200, None, "no-store") == (
                answer.status_code, answer.headers.get("ETag"), answer.headers["Cache-Control"],
            ), path  # fmt: skip

    def test_a_part_that_has_not_changed_is_kept_as_it_was(self, salon: Salon) -> None:
        web, _ = browser_of(salon.desk, Role.OPERATOR)
        salon.text(SARA, "hi")
        for path in ("inbox", "requests", "c/1"):
            first = web.get(f"/console/{path}/live")
            again = web.get(f"/console/{path}/live", headers={"If-None-Match": first.headers["ETag"]})
            assert 304 == again.status_code, path
            for name in ("Cache-Control", "ETag", "Content-Security-Policy"):
                assert first.headers[name] == again.headers[name], path

    def test_what_a_list_shows_is_news_as_soon_as_it_changes(self, salon: Salon) -> None:
        web, _ = browser_of(salon.desk, Role.OPERATOR)
        salon.text(SARA, "hi")
        number = conversation(salon)

        def lost(session: Session) -> None:
            session.execute(update(outbox).values(status=Delivery.DEAD, failure=SendFailure.UNREACHABLE))

        tag = web.get("/console/inbox/live").headers["ETag"]
        for deed, shown in (
            (lambda s: label(s, number, "urgent", is_put=True), "urgent"),
            (lost, "not delivered"),
            (lambda s: label(s, number, "urgent", is_put=False), "not delivered"),
        ):
            salon.desk.database.transact(deed)
            answer = web.get("/console/inbox/live", headers={"If-None-Match": tag})
            assert 200 == answer.status_code and shown in answer.get_data(as_text=True)
            tag = answer.headers["ETag"]

    def test_another_session_of_the_same_operator_gets_forms_that_work(self, salon: Salon) -> None:
        web, number = browser_of(salon.desk, Role.OPERATOR)
        salon.text(SARA, "hi")
        tag = web.get("/console/requests/live").headers["ETag"]
        token = new_token()
        salon.desk.database.transact(lambda s: let_in(s, number, token_hash(token), "x", salon.desk.clock.now()))
        web.set_cookie(COOKIE, token, path="/console")
        assert 200 == web.get("/console/requests/live", headers={"If-None-Match": tag}).status_code


class TestSigningIn:
    def form(self, web: FlaskClient, **values: str) -> tuple[int, str]:
        page = web.get("/console/sign-in").get_data(as_text=True)
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert csrf is not None
        answer = web.post("/console/sign-in", data={"csrf": csrf[1], **values})
        return answer.status_code, answer.get_data(as_text=True)

    def test_a_flood_at_the_door_is_turned_away_and_holds_up_nobody_for_long(
        self, salon: Salon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser_of(salon.desk, Role.VIEWER)
        monkeypatch.setattr(secrets, "PATIENCE", 0.01)
        web = create_app(salon.desk).test_client()
        for _ in range(2):
            assert secrets._AT_ONCE.acquire(timeout=PATIENCE)
        try:
            status, page = self.form(web, login="ana@salon.test", password="five calm green whales")
        finally:
            for _ in range(2):
                secrets._AT_ONCE.release()
        assert 429 == status and "Too many are signing in: try again in a moment." in page
        assert 'value="ana@salon.test"' in page and "whales" not in page, "what was typed stays, but the password"
        status, page = self.form(web, login="ana@salon.test", password="five calm green whales")
        assert 401 == status, "the next one is answered"

    def test_a_turn_is_given_back_whatever_comes_of_it(self) -> None:
        kept = password_hash("five calm green whales")
        for _ in range(3):
            assert not secrets.is_password("wrong", kept) and not secrets.is_password("x", "no hash")
        threads = [threading.Thread(target=secrets.is_password, args=("x", kept)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert secrets.is_password("five calm green whales", kept)

    @pytest.mark.parametrize("code", ["١٢٣٤٥٦", "½²³", "１２３４５６", "ab cd", "", "\u0bf0" * 50])
    def test_a_code_in_any_script_is_wrong_and_counts(self, salon: Salon, code: str) -> None:
        web, number = browser_of(salon.desk, Role.ADMIN)
        secret, hashed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", password_hash("five calm green whales")
        salon.desk.database.transact(
            lambda s: change_operator(s, number, totp_secret=secret, login="boss", password_hash=hashed)
        )
        web.delete_cookie(COOKIE, path="/console")
        assert 401 == self.form(web, login="boss", password="five calm green whales", code=code)[0]
        row = salon.desk.database.read(lambda s: operator_by_id(s, number))
        assert row is not None and 1 == row.failures

    @pytest.mark.parametrize("zero", ["0", "٠", "०", "０"])
    def test_the_right_code_counts_in_any_script(self, zero: str) -> None:
        """RFC 6238, appendix B: at 59 seconds the code of this secret is 287082."""
        code = "".join(chr(ord(zero) + int(digit)) for digit in "287082")
        assert 1 == totp_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", f" {code} ", 59)


class TestLinks:
    def test_one_door_to_a_place_is_open_at_a_time(self, salon: Salon) -> None:
        transact, now = salon.desk.database.transact, salon.desk.clock.now()
        transact(
            lambda s: add_operator(s, login="boss", name="Boss", role=Role.ADMIN, password_hash="k", created_at=now)
        )
        number = transact(lambda s: invite(s, "ana", "Ana", Role.OPERATOR, None, token_hash("first"), now))
        other = transact(lambda s: invite(s, "ben", "Ben", Role.OPERATOR, None, token_hash("ben"), now))

        def takes(token: str) -> int | None:
            return transact(lambda s: take_place(s, token_hash(token), "", "", "hash", now))

        assert transact(lambda s: new_password_link(s, "ana", token_hash("second"), now))
        assert None is takes("first"), "a new link is instead of the invitation"
        assert number == takes("second")
        assert None is takes("second")
        assert transact(lambda s: new_password_link(s, "ana", token_hash("third"), now))
        ana = Who(number, "Ana", "ana", Role.OPERATOR, None, 0, has_totp=False)
        transact(lambda s: new_password(s, ana, "new hash", now))
        assert None is takes("third"), "they know their password"
        assert transact(lambda s: new_password_link(s, "ana", token_hash("fourth"), now))
        transact(lambda s: set_active(s, number, is_active=False))
        transact(lambda s: set_active(s, number, is_active=True))
        assert None is takes("fourth"), "who was switched off has no way in"
        assert other == takes("ben"), "nobody else's link is touched"
        assert [] == [row.kind for row in transact(lambda s: s.execute(select(operator_links)).all())]

    def test_what_was_open_when_a_place_is_taken_is_shut(self, salon: Salon) -> None:
        transact, now = salon.desk.database.transact, salon.desk.clock.now()
        number = transact(lambda s: invite(s, "ana", "Ana", Role.OPERATOR, None, token_hash("first"), now))
        values = {
            "token_hash": token_hash("other"), "kind": LinkKind.RESET, "operator_id": number,
            "expires_at": now + timedelta(hours=1),
        }  # fmt: skip
        transact(lambda s: s.execute(operator_links.insert().values(**values)))
        assert number == transact(lambda s: take_place(s, token_hash("first"), "", "", "hash", now))
        assert None is transact(lambda s: take_place(s, token_hash("other"), "", "", "hash", now))


class TestOdd:
    def test_nothing_that_an_address_says_is_answered_by_a_fault(self, till: Till) -> None:
        till.approved(who=BRIAN)
        web, _ = browser_of(till.desk, Role.ADMIN)
        found = {
            (path, name, value[:40]): status
            for path, name, value in ASKED
            if (status := web.get(f"/console/{path}", query_string={name: value}).status_code) not in (200, 400, 404)
        }
        assert {} == found

    def test_before_a_business_is_loaded_every_page_says_so(self, make_desk: MakeDesk, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path}/new.db")
        database.migrate()
        desk = replace(make_desk(), database=database)
        web, _ = browser_of(desk, Role.ADMIN)
        rules = [rule for rule in web.application.url_map.iter_rules() if rule.endpoint.startswith("console.")]
        paths = {
            re.sub(r"<any\([^>]*>|<kind>", "csv", re.sub(r"<int[^>]*>", "1", rule.rule))
            for rule in rules
            if "GET" in (rule.methods or ())
        }
        found = {path: web.get(path) for path in sorted(paths) if "<" not in path and "sign-out" not in path}
        assert len(found) > 30
        assert {} == {path: one.status_code for path, one in found.items() if one.status_code >= 500}
        for path in ("/console/payments", "/console/engagements", "/console/engagement/1", "/console/series"):
            assert 404 == found[path].status_code
            page = found[path].get_data(as_text=True)
            assert "No business is loaded yet" in page and "python -m bot load business.toml" in page, path
        database.engine.dispose()


class TestThread:
    def test_a_note_between_two_pages_is_on_one_of_them(
        self, salon: Salon, made: Made, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ana = made()
        monkeypatch.setattr(thread_shown, "PAGE", 4)
        salon.text(SARA, "hi")
        number, notes = conversation(salon), [f"note {count}" for count in range(6)]
        for words in notes:
            clock.move(timedelta(minutes=1))
            salon.text(SARA, "haircut")
            clock.move(timedelta(minutes=1))
            salon.desk.database.transact(lambda s, words=words: note(s, number, words, ana, clock.now()))  # type: ignore[misc]
        seen: list[str] = []
        before, told = None, salon.desk.circumstances("t")
        while True:
            thread = salon.desk.database.read(lambda s, before=before: thread_of(s, number, before, told))  # type: ignore[misc]
            assert thread is not None
            seen += [one.body for one in thread.entries if isinstance(one, Noted)]
            if (before := thread.older) is None:
                break
        assert notes == sorted(seen)

    def test_a_text_that_was_sent_again_is_there_once_as_it_is_now(self, salon: Salon, clock: SetClock) -> None:
        salon.text(SARA, "haircut")
        number = conversation(salon)
        last = salon.desk.database.read(lambda s: outbox_after(s, 0))[-1].id
        lost = update(outbox).where(outbox.c.id == last).values(status=Delivery.DEAD, failure=SendFailure.UNREACHABLE)
        salon.desk.database.transact(lambda s: s.execute(lost))
        new = salon.desk.database.transact(lambda s: message_resent(s, last, "t", clock.now()))
        thread = salon.desk.database.read(lambda s: thread_of(s, number, None, salon.desk.circumstances("t")))
        assert thread is not None
        shown = [one for one in thread.entries if not isinstance(one, Noted)]
        assert len(shown) == len({one.id for one in shown}) == 2
        assert (new, "queued") == (shown[-1].outbox_id, shown[-1].status)

    def test_nothing_is_sent_again_from_a_thread_by_a_page_that_nothing_leads_to(self, salon: Salon) -> None:
        web, _ = browser_of(salon.desk, Role.ADMIN)
        assert not [rule for rule in web.application.url_map.iter_rules() if "/resend/" in rule.rule]

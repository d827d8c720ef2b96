"""What every door does, whoever knocks: what browsers are told, whose word is taken, who is sent away, what is no
request at all."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.clock import SetClock
from bot.console import secrets
from bot.desk import Desk
from bot.guesses import MISSES, PASSWORDS
from bot.proxies import AS_IT_CAME, behind_proxies, read_address
from bot.shielded import ALWAYS, ENCRYPTED
from handlers.console.operators_kept import CannotKeep, fit_password
from models.audit import audit_log
from tests.bot.test_webhooks import MESSAGE, TWILIO, ULTRAMSG, WHATSAPP, ana_texts, signed
from tests.conftest import MakeDesk
from webhooks import LONGEST_BODY, create_app

PUBLIC = "https://desk.example.com"
STRIPE = {"stripe_api_key": "sk_test_1", "stripe_webhook_secret": "whsec_1"}
MPESA = {
    "mpesa_consumer_key": "key", "mpesa_consumer_secret": "secret", "mpesa_shortcode": "174379",
    "mpesa_passkey": "passkey", "mpesa_callback_secret": "a-long-random-word",
}  # fmt: skip
EVERYTHING = {**TWILIO, **ULTRAMSG, **WHATSAPP, **STRIPE, **MPESA}
BESIDE = ("/api/sessions", "/nowhere", "/console/nowhere", "/b/", "/healthz?a=%00")
KNOCKS = re.compile(r"<(?:(\w+):)?(\w+)>")


@pytest.fixture
def kind() -> str:
    return "sqlite"


def knocked(app: Flask, word: str = "x") -> Iterator[tuple[str, str]]:
    """Every address of every surface with each of its methods, and what stands beside them."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            continue  # has tests of its own that knock at each (tests/bot/api); some of it stands in BESIDE
        path = KNOCKS.sub(lambda found: "1" if found[1] == "int" else word, rule.rule)
        for method in sorted(rule.methods or ()):
            yield method, path
    yield from (("GET", path) for path in BESIDE)
    yield from (("DELETE", "/"), ("POST", "/healthz"))


@pytest.fixture(params=["providers", "simulator"])
def app(request: pytest.FixtureRequest, make_desk: MakeDesk) -> Flask:
    app = create_app(make_desk(public_url=PUBLIC, **(EVERYTHING if request.param == "providers" else {})))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


class TestWhatBrowsersAreTold:
    def test_every_answer_of_every_surface_says_it(self, app: Flask) -> None:
        client, told = app.test_client(), 0
        for method, path in knocked(app):
            answer = client.open(path, method=method)
            assert not set(ALWAYS) - set(answer.headers.keys()), (method, path, answer.status_code)
            policy = answer.headers["Content-Security-Policy"]
            wanted = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
            assert all(each in policy for each in wanted) or path == "/api/docs", (path, policy)
            assert "'unsafe-inline'" not in policy or path == "/api/docs", path
            assert len(answer.headers.getlist("Content-Security-Policy")) == 1
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert ENCRYPTED[0] not in answer.headers, "not where nothing is encrypted"
            told += 1
        assert told > 100

    def test_nothing_that_people_see_is_kept_by_others(self, app: Flask) -> None:
        client = app.test_client()
        for method, path in knocked(app):
            answer = client.open(path, method=method)
            if "/static/" not in path:
                assert re.search(r"no-store|private", answer.headers["Cache-Control"]), (method, path)

    @pytest.mark.parametrize("base", [PUBLIC, "http://desk.example.com", "https://10.0.0.7"])
    def test_under_an_encrypted_name_it_stays_encrypted(self, app: Flask, base: str) -> None:
        answer = app.test_client().get("/console/sign-in", base_url=base)
        assert ENCRYPTED[1] == answer.headers[ENCRYPTED[0]]
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("__Host-textbook_door=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")) and "Domain" not in cookie

    def test_where_nothing_is_encrypted_people_can_sign_in_all_the_same(self, app: Flask) -> None:
        (cookie,) = app.test_client().get("/console/sign-in").headers.getlist("Set-Cookie")
        assert cookie.startswith("textbook_door=") and "Secure" not in cookie
        assert {"HttpOnly", "Path=/console", "SameSite=Lax"} <= set(cookie.split("; "))

    def test_a_cookie_of_another_machine_of_the_same_name_is_not_taken(self, app: Flask) -> None:
        client = app.test_client()
        client.set_cookie("textbook_door", "planted", domain="desk.example.com")
        answer = client.get("/console/sign-in", base_url=PUBLIC)
        assert answer.headers.getlist("Set-Cookie")[0].startswith("__Host-textbook_door=")


def seen_through(trusted: str, peer: str, **said: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "desk", **said}
    behind_proxies(lambda found, _start: seen.update(found) or [], trusted)(environ, lambda *_: lambda _: None)
    return seen


FOR, PROTO, HOST = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"


class TestProxies:
    @pytest.mark.parametrize(
        ("trusted", "peer", "chain", "client"),
        [
            ("10.0.0.1", "203.0.113.9", "1.2.3.4", "203.0.113.9"),
            ("10.0.0.1", "10.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
            ("10.0.0.0/8", "10.0.0.1", "10.1.1.1,10.9.9.9", "10.1.1.1"),
            ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", "1.2.3.4, unknown", "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, junk, 10.9.9.9", "10.9.9.9"),
            ("10.0.0.1", "10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
            ("10.0.0.1", "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("2001:db8::/32", "2001:db8::1", '6.6.6.6, "[2001:db9::7]:443"', "2001:db9::7"),
            ("2001:db8::/32, 10.0.0.1", "10.0.0.1", "2001:db9::7, 2001:db8::5", "2001:db9::7"),
            ("fe80::/10", "fe80::1%eth0", "1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "", "1.2.3.4", ""),
            ("10.0.0.1", "10.0.0.1", "," * 5000, "10.0.0.1"),
            ("", "10.0.0.1", "1.2.3.4", "10.0.0.1"),
            ("0", "10.0.0.1", "1.2.3.4", "10.0.0.1"),
            ("1", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("2", "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        ],
    )
    def test_the_client_is_who_the_last_trusted_one_saw(self, trusted: str, peer: str, chain: str, client: str) -> None:
        seen = seen_through(trusted, peer, **{FOR: chain})
        assert (client, peer) == (seen["REMOTE_ADDR"], seen[AS_IT_CAME])

    def test_whoever_reaches_the_port_without_them_forges_nothing(self) -> None:
        seen = seen_through("10.0.0.1", "203.0.113.9", **{FOR: "127.0.0.1", PROTO: "https", HOST: "evil.example"})
        assert ("203.0.113.9", "http", "desk") == (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"], seen["HTTP_HOST"])

    @pytest.mark.parametrize(
        ("said", "scheme"),
        [("https", "https"), ("HTTPS", "https"), ("https, http", "http"), ("javascript", "http"), ("", "http")],
    )
    def test_the_nearest_ones_word_counts(self, said: str, scheme: str) -> None:
        seen = seen_through("10.0.0.1", "10.0.0.1", **{PROTO: said, HOST: "evil.example, own.example"})
        assert (scheme, "own.example") == (seen["wsgi.url_scheme"], seen["HTTP_HOST"])

    @pytest.mark.parametrize("text", ["", "x", "1.2.3", "[::1", "1.2.3.4.5", "::1::2", "٣.1.1.1"])
    def test_what_is_no_address_is_none(self, text: str) -> None:
        assert read_address(text) is None or text == "[::1"

    def test_a_message_through_a_named_proxy_is_checked_under_its_name(self, make_desk: MakeDesk) -> None:
        client, form = create_app(make_desk(**TWILIO, trusted_proxies="10.0.0.0/8")).test_client(), ana_texts()
        told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example.com"}
        headers = {**signed(f"{PUBLIC}{MESSAGE}", form), **told}
        assert 403 == client.post(MESSAGE, data=form, headers=headers).status_code
        environ = {"REMOTE_ADDR": "10.0.0.7"}
        assert 200 == client.post(MESSAGE, data=form, headers=headers, environ_base=environ).status_code


class TestHost:
    def test_a_forged_one_is_in_no_answer(self, app: Flask) -> None:
        client = app.test_client()
        for method, path in knocked(app):
            answer = client.open(path, method=method, base_url="http://evil.example")
            assert "evil.example" not in answer.get_data(as_text=True), (method, path)
            assert "evil.example" not in str(answer.headers), (method, path)

    def test_nor_in_the_apis_own_page(self, make_desk: MakeDesk) -> None:
        page = create_app(make_desk(public_url=PUBLIC)).test_client().get("/api/docs", base_url="http://evil.example")
        assert "evil.example" not in page.get_data(as_text=True) and PUBLIC in page.get_data(as_text=True)

    @pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/console/", "/console/\\evil", "/b/x"])
    def test_nobody_is_led_elsewhere_after_signing_in(self, make_desk: MakeDesk, onward: str) -> None:
        desk = make_desk()
        client = signed_in_by_password(desk, onward)
        assert "/console/" == client.led_to


class Typed(FlaskClient):
    led_to = ""


def signed_in_by_password(desk: Desk, onward: str = "") -> Typed:
    from models.operators import Role, add_operator

    now = desk.clock.now()
    desk.database.transact(
        lambda session: add_operator(
            session, login="ana@salon.test", name="Ana", role=Role.ADMIN, created_at=now,
            password_hash=secrets.password_hash("five calm green whales"),
        )
    )  # fmt: skip
    app = create_app(desk)
    app.test_client_class = Typed
    client = app.test_client()
    assert isinstance(client, Typed)
    answer = sign_in(client, "five calm green whales", next=onward)
    client.led_to = answer.headers.get("Location", "")
    return client


def sign_in(client: FlaskClient, password: str, **more: str) -> TestResponse:
    data = {"csrf": csrf_of(client, "/console/sign-in"), "login": "ana@salon.test", "password": password, **more}
    return client.post("/console/sign-in", data=data)


def csrf_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).get_data(as_text=True))
    return found[1] if found else ""


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("textbook_console", path="/console")
    return cookie.value if cookie is not None else ""


class TestSessions:
    def test_passwords_are_kept_by_argon2id_as_owasp_wants_it_at_least(self) -> None:
        kind, version, cost, *_ = secrets.password_hash("five calm green whales").strip("$").split("$")
        found = {name: int(value) for name, value in (each.split("=") for each in cost.split(","))}
        assert ("argon2id", "v=19") == (kind, version)
        assert found["m"] >= 19 * 1024 and found["t"] >= 2 and found["p"] >= 1

    @pytest.mark.parametrize(
        "password",
        [
            "password123",
            "Password123",
            "1234567890",
            "Textbook2026!",
            "cornerhouse1",
            "Corner House 99",
            "ana.ruiz123!",
        ],
    )
    def test_what_everybody_tries_first_is_no_password(self, password: str) -> None:
        with pytest.raises(CannotKeep):
            fit_password(password, "ana.ruiz@salon.test", "Corner House")

    @pytest.mark.parametrize(
        "password", ["five calm green whales", "١٢٣٤٥٦٧٨٩٠", "🐳🐋🐬🐟 swim deep", "x" * 60 + "abcd"]
    )
    def test_whatever_else_people_choose_is_one(self, password: str) -> None:
        assert password == fit_password(password, "ana.ruiz@salon.test", "Corner House")

    def test_whoever_signs_in_carries_another_token_and_the_earlier_one_is_over(self, make_desk: MakeDesk) -> None:
        client = signed_in_by_password(make_desk())
        first, form = cookie_of(client), csrf_of(client, "/console/account")
        client.post(
            "/console/sign-in",
            data={"csrf": form, "login": "ana@salon.test", "password": "five calm green whales"},
        )
        assert cookie_of(client) not in ("", first)
        assert not self.is_in(client, first) and self.is_in(client, cookie_of(client))

    def test_a_token_that_was_planted_before_signing_in_is_worth_nothing(self, make_desk: MakeDesk) -> None:
        client = signed_in_by_password(make_desk())
        client.set_cookie("textbook_console", "planted", path="/console")
        sign_in(client, "five calm green whales")
        assert cookie_of(client) != "planted" and not self.is_in(client, "planted")

    def test_a_new_password_is_a_new_session(self, make_desk: MakeDesk) -> None:
        client = signed_in_by_password(make_desk())
        first = cookie_of(client)
        form = csrf_of(client, "/console/account")
        data = {"csrf": form, "old": "five calm green whales", "password": "six loud red bees"}
        assert 303 == client.post("/console/account/password", data=data).status_code
        assert cookie_of(client) not in ("", first)
        assert not self.is_in(client, first) and self.is_in(client, cookie_of(client))

    def test_a_second_factor_ends_the_other_sessions(self, make_desk: MakeDesk) -> None:
        client = signed_in_by_password(make_desk())
        other = client.application.test_client()
        sign_in(other, "five calm green whales")
        secret = secrets.new_totp_secret()
        code = pyotp.TOTP(secret).at(client.application.extensions["desk"].clock.now())
        data = {"csrf": csrf_of(client, "/console/account"), "secret": secret, "code": code}
        assert 303 == client.post("/console/account/second-factor", data=data).status_code
        assert self.is_in(client, cookie_of(client)) and not self.is_in(client, cookie_of(other))

    def test_another_role_is_a_new_session(self, make_desk: MakeDesk) -> None:
        from handlers.console.operators_kept import change_role
        from models.operators import Role, add_operator, operator_by_login

        desk = make_desk()
        client = signed_in_by_password(desk)
        now = desk.clock.now()

        def work(session: Any) -> None:
            add_operator(
                session, login="b", name="B", role=Role.ADMIN, password_hash="x", created_at=now
            )  # fmt: skip
            row = operator_by_login(session, "ana@salon.test")
            assert row is not None
            change_role(session, row.id, Role.VIEWER, None)

        assert self.is_in(client, cookie_of(client))
        desk.database.transact(work)
        assert not self.is_in(client, cookie_of(client))

    def test_who_signs_out_is_out_whoever_has_kept_the_token(self, make_desk: MakeDesk) -> None:
        client = signed_in_by_password(make_desk())
        token = cookie_of(client)
        answer = client.post("/console/sign-out", data={"csrf": csrf_of(client, "/console/account")})
        assert '"storage"' == answer.headers["Clear-Site-Data"] and "" == cookie_of(client)
        assert not self.is_in(client, token)

    @pytest.mark.parametrize(("rests", "times", "is_in"), [(11, 13, True), (13, 1, False), (11, 16, False)])
    def test_a_session_ends_after_a_rest_and_after_a_week(
        self, make_desk: MakeDesk, clock: SetClock, rests: int, times: int, is_in: bool
    ) -> None:
        client = signed_in_by_password(make_desk())
        for _ in range(times):
            clock.move(timedelta(hours=rests))
            found = self.is_in(client, cookie_of(client))
        assert is_in is found

    def is_in(self, client: FlaskClient, token: str) -> bool:
        other = client.application.test_client()
        other.set_cookie("textbook_console", token, path="/console")
        return other.get("/console/account").status_code == 200


class TestWrittenDown:
    def test_who_signs_in_and_out_and_fails_to_is_in_the_audit_log(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        client = signed_in_by_password(desk)
        client.post("/console/sign-out", data={"csrf": csrf_of(client, "/console/account")})
        sign_in(client, "wrong")
        deeds = desk.database.read(lambda session: [row.action for row in session.execute(select(audit_log))])
        assert ["signed in", "signed out", "failed to sign in"] == deeds

    def test_who_is_refused_is_written_down(self, make_desk: MakeDesk, logged: Any) -> None:
        from models.operators import Role, change_operator

        desk = make_desk(**TWILIO)
        client = signed_in_by_password(desk)
        desk.database.transact(lambda session: change_operator(session, 1, role=Role.VIEWER))
        assert 403 == client.get("/console/audit").status_code
        for _ in range(MISSES.calls + 1):
            client.post(MESSAGE, data=ana_texts())
        lines = [json.loads(line) for line in logged.getvalue().splitlines()]
        told = {line["event"]: line for line in lines}
        assert ("viewer", "admin") == (told["console_refused"]["role"], told["console_refused"]["wanted"])
        assert "webhook_refused" in told and "127.0.0.1" == told["too_many_guesses"]["where"]


class TestGuesses:
    @pytest.mark.parametrize(
        "path", ["/b/{}", "/b/{}.ics", "/intake/{}", "/pay/{}", "/calendar/{}.ics", "/console/link/{}"]
    )
    def test_whoever_guesses_links_is_told_to_wait(self, make_desk: MakeDesk, clock: SetClock, path: str) -> None:
        client = create_app(make_desk()).test_client()
        found = [client.get(path.format(f"guess{n}")).status_code for n in range(MISSES.calls)]
        assert {404} == set(found)
        answer = client.get(path.format("one-more"))
        assert 429 == answer.status_code and 1 <= int(answer.headers["Retry-After"]) <= MISSES.seconds
        assert 404 == client.get(path.format("x"), environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code
        clock.move(timedelta(seconds=MISSES.seconds))
        assert 404 == client.get(path.format("later")).status_code

    def test_all_of_an_ipv6_network_is_one(self, make_desk: MakeDesk) -> None:
        client = create_app(make_desk()).test_client()
        found = [
            client.get("/b/x", environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"}).status_code
            for n in range(MISSES.calls + 1)
        ]
        assert 429 == found[-1]

    @pytest.mark.parametrize("path", [MESSAGE, "/webhooks/ultramsg/guess", "/webhooks/whatsapp", "/webhooks/stripe"])
    def test_whoever_signs_wrongly_is_told_to_wait_and_keeps_nobody_out(self, make_desk: MakeDesk, path: str) -> None:
        client = create_app(make_desk(public_url="http://localhost", **EVERYTHING)).test_client()
        form = {"content_type": "application/x-www-form-urlencoded", "data": "a=b"}
        found = [client.post(path, **form).status_code for _ in range(MISSES.calls + 1)]  # type: ignore[arg-type]
        assert [403] * MISSES.calls + [429] == found
        genuine = ana_texts()
        headers = signed(f"http://localhost{MESSAGE}", genuine)
        assert 200 == client.post(MESSAGE, data=genuine, headers=headers).status_code, "from the same address"

    def test_whoever_tries_passwords_is_told_to_wait_before_any_is_compared(
        self, make_desk: MakeDesk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = create_app(make_desk()).test_client()
        compared: list[str] = []
        monkeypatch.setattr("bot.console.signing_in.is_password", lambda password, _: compared.append(password))
        for _ in range(PASSWORDS.calls):
            assert 401 == sign_in(client, "guess").status_code
        answer = sign_in(client, "one more")
        assert 429 == answer.status_code and int(answer.headers["Retry-After"]) > 0
        assert ["guess"] * PASSWORDS.calls == compared
        clock.move(timedelta(minutes=5))
        assert 401 == sign_in(client, "later").status_code


DEEP = "[" * 100_000
ODD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "deep": f'{{"a":{DEEP}'.encode(),
    "deep and whole": f'{{"a":{DEEP}{"]" * 100_000}}}'.encode(),
    "a long number": b'{"a":' + b"9" * 10_000 + b"}",
    "NUL": b'{"entry":"\\u0000","instanceId":"\\u0000"}',
    "half a surrogate pair": b'{"instanceId":"\\ud800","entry":[{"changes":"\\ud800"}]}',
    "no UTF-8": b"\xff\xfe\x00",
    "twice the same name": b'{"instanceId":"1","instanceId":{"a":1}}',
    "another kind of thing": b'["a"]',
    "not a number": b'{"Body":{"stkCallback":NaN}}',
}


@pytest.fixture
def everything(make_desk: MakeDesk) -> FlaskClient:
    client = create_app(make_desk(public_url="http://localhost", **EVERYTHING)).test_client()
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    return client


def whatsapp_signed(body: bytes) -> dict[str, str]:
    import hashlib
    import hmac

    return {"X-Hub-Signature-256": f"sha256={hmac.new(b's3cret', body, hashlib.sha256).hexdigest()}"}


class TestOddInput:
    @pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
    def test_no_body_is_answered_by_a_fault(self, everything: FlaskClient, body: bytes) -> None:
        for path in ("ultramsg/a-long-random-word", "mpesa/a-long-random-word", "stripe", "whatsapp", "twilio"):
            for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                answer = everything.post(
                    f"/webhooks/{path}", data=body, content_type=kind, headers=whatsapp_signed(body)
                )
                assert answer.status_code < 500, (path, kind)

    @pytest.mark.parametrize("sent_as", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
    def test_what_comes_as_something_else_is_not_read(self, everything: FlaskClient, sent_as: str) -> None:
        assert 415 == everything.post(MESSAGE, data=b"Body=x", content_type=sent_as).status_code

    @pytest.mark.parametrize("path", ["twilio", "ultramsg/a-long-random-word", "mpesa/x", "stripe"])
    def test_a_body_over_the_limit_is_not_read(self, everything: FlaskClient, path: str) -> None:
        class Endless:
            taken = 0

            def read(self, size: int = -1) -> bytes:
                assert size >= 0
                Endless.taken += size
                return b"x" * size

        sent_as = "application/x-www-form-urlencoded"
        answer = everything.post(f"/webhooks/{path}", data=b"x" * (LONGEST_BODY + 1), content_type=sent_as)
        assert 413 == answer.status_code
        chunked = {"wsgi.input": Endless(), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        answer = everything.post(
            f"/webhooks/{path}", content_type=sent_as, environ_overrides={**chunked, "CONTENT_LENGTH": ""}
        )
        assert answer.status_code >= 400 and Endless.taken <= 2 * LONGEST_BODY

    @pytest.mark.parametrize(
        "word", ["%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "%0d%0aSet-Cookie:a=b", "x" * 3000, "٣"]
    )
    def test_no_address_is_answered_by_a_fault_nor_repeated_in_a_header(
        self, everything: FlaskClient, word: str
    ) -> None:
        client = everything
        for method, path in knocked(client.application, word):
            answer = client.open(path, method=method)
            assert answer.status_code < 500, (method, path)
            assert not answer.headers.getlist("Set-Cookie") or "a=b" not in answer.headers["Set-Cookie"]
            assert "root:" not in answer.get_data(as_text=True)

    @pytest.mark.parametrize("query", ["a=%00", "said=%ff", "said=" + "x" * 3000, "lang=..%2F..", "day=9999-12-31"])
    def test_no_query_is_answered_by_a_fault(self, everything: FlaskClient, query: str) -> None:
        client = everything
        for method, path in knocked(client.application):
            assert client.open(f"{path}?{query}", method=method).status_code < 500, (method, path)

    @pytest.mark.parametrize(
        "path", ["..%2f..%2fdoor.py", "../door.py", "%2e%2e/door.py", "/etc/passwd", "..\\door.py", "console.css/.."]
    )
    @pytest.mark.parametrize("static", ["/console/static/", "/simulator/static/"])
    def test_nothing_but_what_is_for_browsers_is_handed_out(self, make_desk: MakeDesk, static: str, path: str) -> None:
        client = create_app(make_desk()).test_client()
        assert client.get(static + path).status_code in (404, 308)
        with client.get("/console/static/console.css") as answer:
            assert 200 == answer.status_code


def test_what_is_logged_is_one_line_whatever_is_in_it(logged: Any) -> None:
    from bot.logs import log

    log.warning("told", words='a\nb\r\n\x1b[31m\u2028\u202e {"level":"critical"}\x00')
    (line,) = [each for each in logged.getvalue().split("\n") if each]
    assert "\x1b" not in line and "\r" not in line
    assert json.loads(line)["words"].startswith("a\nb")

"""Outgoing webhooks on the wire: signatures that the standard's own library takes, addresses that are not called."""

import socket
import time
from base64 import b64decode
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bot.clock import Clock
from bot.outgoing import reach
from bot.outgoing.reach import Forbidden, checked, post
from bot.outgoing.signing import PREFIX, new_secret, signed
from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.patience import NO_WAIT

BODY = '{"type":"booking.requested","data":{"name":"Añá 🎉 سارة"}}'


class Receiver(FaultyServer):
    """Answers as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = Answer(204, "")

    def reply(self, asked: Asked) -> Answer:
        return self.answers

    def error_body(self, status: int, code: int) -> object:
        return {}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def told(receiver: Receiver) -> reach.Answer:
    return post(f"{receiver.base_url}/hooks", BODY, {"webhook-id": "evt_1"}, may_be_private=True)


class TestSigning:
    def test_the_standards_own_library_takes_it(self) -> None:
        secret, now = new_secret(), Clock().now()
        Webhook(secret).verify(BODY, signed([secret], "evt_1", now, BODY))

    def test_while_a_secret_is_changed_either_is_good(self) -> None:
        old, new, now = new_secret(), new_secret(), Clock().now()
        headers = signed([new, old], "evt_1", now, BODY)
        for secret in (old, new):
            Webhook(secret).verify(BODY, headers)

    @pytest.mark.parametrize("what", ["body", "id", "time", "secret"])
    def test_whatever_is_changed_is_noticed(self, what: str) -> None:
        secret, now = new_secret(), Clock().now()
        headers, body = signed([secret], "evt_1", now, BODY), BODY
        match what:
            case "body":
                body = BODY.replace("requested", "confirmed")
            case "id":
                headers["webhook-id"] = "evt_2"
            case "time":
                headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
            case _:
                secret = new_secret()
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)

    def test_a_secret_is_long_and_new_each_time(self) -> None:
        assert 100 == len({new_secret() for _ in range(100)})
        assert 32 == len(b64decode(new_secret().removeprefix(PREFIX)))


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "", "example.com", "http://example.com", "ftp://example.com", "https://", "https:///path",
            "https://user:password@example.com/", "https://user@example.com/", "https://example.com/#part",
            "https://example.com:99999/", "https://example.com:x/", "https://exa mple.com/", "https://[::1",
            "https://example.com/\r\nHost: other", "https://examplé.com/", f"https://example.com/{'a' * 500}",
            "javascript:alert(1)", "file:///etc/passwd", "//example.com/",
        ],
    )  # fmt: skip
    def test_what_is_refused_as_it_is_written(self, url: str) -> None:
        with pytest.raises(Forbidden):
            checked(url, may_be_private=False)

    def test_what_may_be_called(self) -> None:
        assert "example.com" == checked("https://example.com:8443/hooks?a=b", may_be_private=False).hostname
        assert "localhost" == checked("http://localhost:9/", may_be_private=True).hostname

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.5.4", "169.254.169.254", "0.0.0.0", "100.64.0.1",
            "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
            "::ffff:10.0.0.1", "2002:7f00:1::1", "64:ff9b::7f00:1", "ff02::1",
        ],
    )  # fmt: skip
    def test_a_name_that_leads_into_our_own_network_is_not_called(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connected: list[Any] = []
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
        monkeypatch.setattr(socket, "create_connection", lambda *given, **_: connected.append(given))
        answer = post("https://hooks.example.com/", BODY, {}, may_be_private=False)
        assert (None, True) == (answer.status, "private address" in answer.words)
        assert [] == connected

    def test_what_was_looked_at_is_what_is_called(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A name that means another machine a moment later does not lead there."""
        called: list[Any] = []
        found = iter([["93.184.216.34"], ["127.0.0.1"]])
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (one, 443)) for one in next(found)])

        def connect(address: tuple[str, int], *_: object) -> socket.socket:
            called.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)
        answer = post("https://hooks.example.com/", BODY, {}, may_be_private=False)
        assert [("93.184.216.34", 443)] == called
        assert "ConnectionRefusedError" == answer.words


class TestExchange:
    def test_what_is_taken(self, receiver: Receiver) -> None:
        assert (204, True) == (told(receiver).status, told(receiver).is_taken)
        (asked, _) = receiver.asked
        assert ("POST", "/hooks", BODY) == (asked.method, asked.path, asked.body)
        assert ("application/json", "evt_1") == (asked.headers["Content-Type"], asked.headers["webhook-id"])

    @pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 410, 429, 500, 503])
    def test_what_is_not(self, receiver: Receiver, status: int) -> None:
        receiver.answers = Answer(status, "", headers={"Location": f"{receiver.base_url}/elsewhere"})
        assert (status, False) == (told(receiver).status, told(receiver).is_taken)
        assert {"/hooks"} == {asked.path for asked in receiver.asked}

    def test_gigabytes_of_answer_are_not_read(self, receiver: Receiver) -> None:
        receiver.answers = Answer(200, "", headers={"Content-Length": str(2**33)})
        begun = time.monotonic()
        assert told(receiver).is_taken
        assert time.monotonic() - begun < NO_WAIT

    def test_silence_ends(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reach, "EACH_SECONDS", 0.2)
        receiver.hang_after_accepting()
        answer = told(receiver)
        assert (None, "TimeoutError") == (answer.status, answer.words)

    def test_a_head_that_drips_is_cut(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reach, "ALL_SECONDS", 0.3)
        receiver.answers = Answer(200, "", headers={f"X-{number}": "a" * 50 for number in range(90)}, drip_head=0.1)
        begun = time.monotonic()
        answer = told(receiver)
        assert (None, True) == (answer.status, bool(answer.words))
        assert time.monotonic() - begun < NO_WAIT

    def test_nobody_there(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
            assert "ConnectionRefusedError" == post(url, BODY, {}, may_be_private=True).words

    def test_what_is_no_http(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"https://127.0.0.1:{server.getsockname()[1]}/"
            server.settimeout(NO_WAIT)

            def talks() -> None:
                connection, _ = server.accept()
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                connection.close()

            thread = Thread(target=talks)
            thread.start()
            answer = post(url, BODY, {}, may_be_private=True)
            thread.join()
            assert (None, True) == (answer.status, bool(answer.words))

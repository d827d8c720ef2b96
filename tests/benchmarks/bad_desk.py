"""A tiny target of the conversations' benchmark that holds the dialogue, and does one thing wrong."""

import asyncio
from datetime import date
from urllib.parse import parse_qsl

from benchmarks.conversations.apps import words
from benchmarks.conversations.dialogue import Talk
from benchmarks.conversations.provider import Provider
from benchmarks.conversations.signing import is_genuine


class BadDesk:
    """Listens in the running loop. `fault` "" does everything right."""

    def __init__(self, provider: Provider, today: date, fault: str = "") -> None:
        self.provider, self.today, self.fault = provider, today, fault
        self.port = 0
        self._known: dict[str, list[str]] = {}
        self._bookings: list[tuple[str, str, date, int]] = []
        self._seen: set[str] = set()
        self._tried: set[str] = set()

    async def __aenter__(self) -> "BadDesk":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection, as gunicorn's plain workers do it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        form = dict(parse_qsl((await reader.readexactly(int(headers["Content-Length"]))).decode()))
        url = f"http://127.0.0.1:{self.port}/webhooks/twilio"
        status = 204
        if not is_genuine(url, form, headers["X-Twilio-Signature"]) and self.fault != "forged":
            status = 403
        elif self.fault == "refused" and form["Body"] == "yes":
            status = 503
        elif self.fault == "away at first" and form["MessageSid"] not in self._tried:
            self._tried.add(form["MessageSid"])
            status = 503
        elif self.fault == "forgetful":
            self._seen.clear()  # as if it had been killed, and had kept nothing
        if status == 204 and (form["MessageSid"] not in self._seen or self.fault == "repeated"):
            self._seen.add(form["MessageSid"])
            self._take(form["From"], form["Body"])
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()

    def _take(self, phone: str, body: str) -> None:
        for to, text in self._answer(phone, body):
            self.provider.take(f"To={to.replace('+', '%2B')}&Body={_quoted(text)}".encode())

    def _answer(self, phone: str, body: str) -> list[tuple[str, str]]:
        if body.startswith("APPROVE"):
            return self._approve(phone, int(body.split()[1]))
        said = self._known.setdefault(phone, [])
        said.append(body)
        if body == "book":
            return [(phone, words.WHICH_SERVICE)]
        service = words.service_of(said[1]) or ""
        if len(said) == 2:
            others = [other for other in self._known if other != phone]
            to = others[0] if self.fault == "crossed" and others else phone
            return [(to, words.which_day(service))] * (2 if self.fault == "doubled" else 1)
        day = words.day_of(said[2], self.today) or self.today
        if len(said) == 3:
            return [] if self.fault == "lost" else [(phone, words.which_time(day, ()))]
        what = service, day, words.hour_of(said[3]) or 0
        return [(phone, words.shall_i(*what))] if len(said) == 4 else self._book(phone, *what)

    def _book(self, phone: str, service: str, day: date, hour: int) -> list[tuple[str, str]]:
        self._bookings.append((phone, service, day, hour))
        number = len(self._bookings)
        prompt = words.coordinator_for(service), words.request(number, phone, service, day, hour)
        early = [(phone, words.confirmed(number, service, day, hour))] if self.fault == "disordered" else []
        return [prompt, *early, (phone, words.thanks(number, service, day, hour))]

    def _approve(self, coordinator: str, number: int) -> list[tuple[str, str]]:
        phone, service, day, hour = self._bookings[number - 1]
        late = [] if self.fault == "disordered" else [(phone, words.confirmed(number, service, day, hour))]
        return [(coordinator, words.approved(number)), *late]


def _quoted(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26").replace("+", "%2B").replace("\n", "%0A").replace("#", "%23")


def some_talks(many: int, today: date) -> list[Talk]:
    return [Talk(number, today) for number in range(many)]

"""opsdroid: a connector for Twilio's webhook, a skill that is matched by regular expressions, and its SQLite memory for
what is known of each conversation."""

import gettext
import os
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web
from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from opsdroid.matchers import match_regex
from opsdroid.skill import Skill

from benchmarks.conversations.apps import words
from benchmarks.conversations.apps.aio_sending import AioSender
from benchmarks.conversations.apps.bookings import Bookings
from benchmarks.conversations.signing import is_genuine

HERE = "benchmarks.conversations.apps.opsdroid_desk"
URL = f"{os.environ.get('PUBLIC_URL')}/webhooks/twilio"


class TwilioConnector(Connector):  # type: ignore[misc]
    """One for every phone: a message's target is its number."""

    def __init__(self, config: dict[str, Any], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name, self._sender = "twilio", AioSender()

    async def connect(self) -> None:
        self.opsdroid.web_server.web_app.router.add_post("/webhooks/twilio", self._take)

    async def listen(self) -> None:
        """The web server listens."""

    async def _take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not is_genuine(URL, form, request.headers.get("X-Twilio-Signature")):
            return web.Response(status=403)
        phone = form["From"]
        await self.opsdroid.parse(Message(text=form["Body"], user=phone, target=phone, connector=self))
        return web.Response(status=204)

    @register_event(Message)  # type: ignore[untyped-decorator]
    async def send(self, message: Message) -> None:
        await self._sender.send(message.target, message.text)


class BookingSkill(Skill):  # type: ignore[misc]
    """What is wanted next is what is missing in the memory of this phone."""

    def __init__(self, opsdroid: OpsDroid, config: dict[str, Any]) -> None:
        super().__init__(opsdroid, config)
        self._bookings = Bookings()

    @match_regex(r"book$")  # type: ignore[untyped-decorator]
    async def begin(self, message: Message) -> None:
        await self.opsdroid.memory.put(message.target, {})
        await message.respond(words.WHICH_SERVICE)

    @match_regex(r"(?!book$|yes$|APPROVE )[a-z][a-z ]+$")  # type: ignore[untyped-decorator]
    async def service(self, message: Message) -> None:
        if found := words.service_of(message.text):
            await self._remember(message, service=found)
            await message.respond(words.which_day(found))

    @match_regex(r"\d{1,2} [A-Z][a-z]+$")  # type: ignore[untyped-decorator]
    async def day(self, message: Message) -> None:
        today = datetime.now(UTC).date()  # noqa: TID251 -- not our program's clock
        if found := words.day_of(message.text, today):
            known = await self._remember(message, day=found.isoformat())
            await message.respond(words.which_time(found, self._bookings.taken(known["service"], found)))

    @match_regex(r"\d{1,2}(am|pm)$")  # type: ignore[untyped-decorator]
    async def hour(self, message: Message) -> None:
        hour = words.hour_of(message.text)
        known = await self._remember(message, hour=hour)
        await message.respond(words.shall_i(known["service"], date.fromisoformat(known["day"]), known["hour"]))

    @match_regex(r"yes$")  # type: ignore[untyped-decorator]
    async def book(self, message: Message) -> None:
        known = await self.opsdroid.memory.get(message.target)
        what = known["service"], date.fromisoformat(known["day"]), known["hour"]
        number = self._bookings.book(message.target, *what)
        await self.opsdroid.memory.delete(message.target)
        if number is None:
            await message.respond(words.AGAIN)
            return
        await self._text(message, words.coordinator_for(what[0]), words.request(number, message.target, *what))
        await message.respond(words.thanks(number, *what))

    @match_regex(r"APPROVE (?P<number>\d+)$")  # type: ignore[untyped-decorator]
    async def approve(self, message: Message) -> None:
        number = int(message.regex.group("number"))
        booking = self._bookings.approve(number)
        if booking is None:
            await message.respond(words.AGAIN)
            return
        await message.respond(words.approved(number))
        await self._text(message, booking[0], words.confirmed(number, *booking[1:]))

    async def _remember(self, message: Message, **news: object) -> dict[str, Any]:
        known: dict[str, Any] = {**(await self.opsdroid.memory.get(message.target) or {}), **news}
        await self.opsdroid.memory.put(message.target, known)
        return known

    async def _text(self, message: Message, to: str, text: str) -> None:
        await self.opsdroid.send(Message(text=text, target=to, connector=message.connector))


def main() -> None:
    gettext.install("opsdroid")
    config = {
        "web": {"host": "127.0.0.1", "port": int(os.environ["PORT"])},
        "connectors": {"twilio": {"module": HERE}},
        "databases": {"sqlite": {"path": "memory.db"}},
        "skills": {"booking": {"module": HERE}},
        "parsers": {"regex": {}},
    }
    with OpsDroid(config=config) as opsdroid:
        opsdroid.run()


if __name__ == "__main__":
    main()

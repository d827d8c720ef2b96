"""Microsoft's botbuilder: a waterfall of text prompts behind a small adapter for Twilio, its state in SQLite."""

import asyncio
import json
import os
import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web
from botbuilder.core import BotAdapter, ConversationState, MessageFactory, Storage, TurnContext
from botbuilder.dialogs import (
    ComponentDialog,
    DialogExtensions,
    DialogTurnResult,
    WaterfallDialog,
    WaterfallStepContext,
)
from botbuilder.dialogs.prompts import PromptOptions, TextPrompt
from botbuilder.schema import Activity, ChannelAccount, ConversationAccount, ResourceResponse
from jsonpickle.pickler import Pickler
from jsonpickle.unpickler import Unpickler

from benchmarks.conversations.apps import words
from benchmarks.conversations.apps.aio_sending import AioSender
from benchmarks.conversations.apps.bookings import Bookings
from benchmarks.conversations.dialogue import SERVICES
from benchmarks.conversations.signing import OURS, is_genuine

URL = f"{os.environ.get('PUBLIC_URL')}/webhooks/twilio"
COORDINATORS = {words.coordinator_for(service) for service in SERVICES}


class SqliteStorage(Storage):  # type: ignore[misc]
    """A row a key, as jsonpickle writes it, which botbuilder's own stores do too."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=normal")
        self._connection.execute("create table if not exists state (key text primary key, value text not null)")

    async def read(self, keys: list[str]) -> dict[str, Any]:
        wanted = "select value from state where key = ?"
        found = {key: self._connection.execute(wanted, (key,)).fetchone() for key in keys}
        return {key: Unpickler().restore(json.loads(row[0])) for key, row in found.items() if row}

    async def write(self, changes: dict[str, Any]) -> None:
        for key, value in changes.items():
            kept = json.dumps(Pickler().flatten(value))
            self._connection.execute("insert or replace into state (key, value) values (?, ?)", (key, kept))

    async def delete(self, keys: list[str]) -> None:
        for key in keys:
            self._connection.execute("delete from state where key = ?", (key,))


class TwilioAdapter(BotAdapter):  # type: ignore[misc]
    """An activity is a text, its conversation a phone."""

    def __init__(self) -> None:
        super().__init__()
        self.sender = AioSender()

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        for activity in activities:
            if activity.type == "message":
                await self.sender.send(context.activity.conversation.id, activity.text)
        return [ResourceResponse(id="") for _ in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        raise NotImplementedError

    async def delete_activity(self, context: TurnContext, reference: object) -> None:
        raise NotImplementedError


class BookingDialog(ComponentDialog):  # type: ignore[misc]
    """A step a question."""

    def __init__(self, adapter: TwilioAdapter, bookings: Bookings) -> None:
        super().__init__("booking")
        self._adapter, self._bookings = adapter, bookings
        self.add_dialog(TextPrompt("text"))
        self.add_dialog(WaterfallDialog("steps", [self.service, self.day, self.hour, self.sure, self.book]))
        self.initial_dialog_id = "steps"

    async def service(self, step: WaterfallStepContext) -> DialogTurnResult:
        return await self._ask(step, words.WHICH_SERVICE)

    async def day(self, step: WaterfallStepContext) -> DialogTurnResult:
        step.values["service"] = words.service_of(step.result)
        return await self._ask(step, words.which_day(step.values["service"]))

    async def hour(self, step: WaterfallStepContext) -> DialogTurnResult:
        found = words.day_of(step.result, datetime.now(UTC).date())  # noqa: TID251 -- not our program's clock
        assert found is not None
        step.values["day"] = found.isoformat()
        return await self._ask(step, words.which_time(found, self._bookings.taken(step.values["service"], found)))

    async def sure(self, step: WaterfallStepContext) -> DialogTurnResult:
        step.values["hour"] = words.hour_of(step.result)
        day = date.fromisoformat(step.values["day"])
        return await self._ask(step, words.shall_i(step.values["service"], day, step.values["hour"]))

    async def book(self, step: WaterfallStepContext) -> DialogTurnResult:
        phone = step.context.activity.conversation.id
        what = step.values["service"], date.fromisoformat(step.values["day"]), step.values["hour"]
        number = self._bookings.book(phone, *what) if step.result == "yes" else None
        if number is None:
            await step.context.send_activity(words.AGAIN)
        else:
            await self._adapter.sender.send(words.coordinator_for(what[0]), words.request(number, phone, *what))
            await step.context.send_activity(words.thanks(number, *what))
        return await step.end_dialog()

    async def _ask(self, step: WaterfallStepContext, text: str) -> DialogTurnResult:
        return await step.prompt("text", PromptOptions(prompt=MessageFactory.text(text)))


class Bot:
    """The web's side: a text becomes a turn of its phone's conversation, one after the other."""

    def __init__(self) -> None:
        self._adapter, self._bookings = TwilioAdapter(), Bookings()
        self._state = ConversationState(SqliteStorage("state.db"))
        self._dialog = BookingDialog(self._adapter, self._bookings)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not is_genuine(URL, form, request.headers.get("X-Twilio-Signature")):
            return web.Response(status=403)
        phone = form["From"]
        activity = Activity(
            type="message", id=form["MessageSid"], text=form["Body"], channel_id="twilio", service_url=URL,
            conversation=ConversationAccount(id=phone), from_property=ChannelAccount(id=phone),
            recipient=ChannelAccount(id=OURS),
        )  # fmt: skip
        async with self._locks[phone]:
            await self._adapter.run_pipeline(TurnContext(self._adapter, activity), self._turn)
        return web.Response(status=204)

    async def _turn(self, context: TurnContext) -> None:
        if context.activity.conversation.id in COORDINATORS:
            await self._approve(context, int(context.activity.text.rpartition(" ")[2]))
            return
        await DialogExtensions.run_dialog(self._dialog, context, self._state.create_property("dialog"))
        await self._state.save_changes(context)

    async def _approve(self, context: TurnContext, number: int) -> None:
        booking = self._bookings.approve(number)
        if booking is None:
            await context.send_activity(words.AGAIN)
            return
        await context.send_activity(words.approved(number))
        await self._adapter.sender.send(booking[0], words.confirmed(number, *booking[1:]))


def main() -> None:
    app = web.Application()
    app.router.add_post("/webhooks/twilio", Bot().take)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()

"""Another system that is told by webhooks: it checks each signature as its maker would, with the standard's library."""

import json
from collections.abc import Mapping
from typing import Any

import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from bot.clock import Clock
from tests.fakes.faulty_server import Answer, Asked, FaultyServer


class HookReceiver(FaultyServer):
    """Takes what is signed with `secret` at its own time, and refuses what is not. `status` is what it answers then."""

    def __init__(self, clock: Clock, secret: str = "") -> None:
        super().__init__()
        self.clock, self.secret, self.status = clock, secret, 204
        self.headers: Mapping[str, str] = {}
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.forged = 0

    def reply(self, asked: Asked) -> Answer:
        try:
            with time_machine.travel(self.clock.now(), tick=False):
                Webhook(self.secret).verify(asked.body, dict(asked.headers))
        except WebhookVerificationError:
            self.forged += 1
            return Answer(401, "{}")
        if self.status < 300:
            self.taken.append(json.loads(asked.body))
            self.ids.append(next(value for name, value in asked.headers.items() if name.lower() == "webhook-id"))
        return Answer(self.status, "", headers=self.headers)

    def error_body(self, status: int, code: int) -> object:
        return {"status": status}

    def kinds(self) -> list[str]:
        return [one["type"] for one in self.taken]

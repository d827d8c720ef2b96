"""A language model as tests see it: an OpenAI-compatible endpoint that says what a test tells it to."""

import json
from collections import deque
from typing import Any

from tests.fakes.faulty_server import Answer, Asked, FaultyServer

MODEL = "a-model"


class FakeLLM(FaultyServer):
    """It says what was planned with `will_say`, in order, and then {} for ever. `questions` are what it was asked."""

    def __init__(self, key: str = "") -> None:
        super().__init__()
        self.key = key
        self._sayings: deque[Answer] = deque()

    @property
    def api_base(self) -> str:
        return f"{self.base_url}/v1"

    @property
    def questions(self) -> list[Any]:
        """The JSON of each request so far."""
        with self.lock:
            return [json.loads(asked.body) for asked in self.asked]

    def will_say(self, content: object, *, drip_head: float = 0.0, drip_body: float = 0.0) -> None:
        """Plan a completion: text as it is, anything else as JSON."""
        words = content if isinstance(content, str) else json.dumps(content)
        choice = {"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}
        completion = {"id": "chatcmpl-1", "object": "chat.completion", "model": MODEL, "choices": [choice]}
        self.will_answer(json.dumps(completion), drip_head=drip_head, drip_body=drip_body)

    def will_answer(self, body: str, status: int = 200, **values: Any) -> None:
        """Plan an answer that need be no completion."""
        with self.lock:
            self._sayings.append(Answer(status, body, **values))

    def reply(self, asked: Asked) -> Answer:
        if (asked.method, asked.path) != ("POST", "/v1/chat/completions"):
            return Answer(404, json.dumps(self.error_body(404, 0)))
        if self.key and asked.headers.get("Authorization") != f"Bearer {self.key}":
            return Answer(401, json.dumps(self.error_body(401, 0)))
        if not self._sayings:
            self.will_say({})
        return self._sayings.popleft()

    def error_body(self, status: int, code: int) -> object:
        return {"error": {"message": f"Refused with {status}", "type": "invalid_request_error", "code": code or None}}

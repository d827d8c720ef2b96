"""One exchange with a language model behind an OpenAI-compatible endpoint.

https://platform.openai.com/docs/api-reference/chat/create; `response_format` is left out, since of its values no two
servers take the same: what is wanted is said in the messages.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from urllib3.exceptions import HTTPError

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
_PIECE = 8192


class NotAnswered(Exception):
    """There is no answer that can be used. Its words are a status or a kind of error, never an address or a text."""


class Completions:
    """One model at one endpoint; `api_base` ends without a slash, `key` may be "". Safe to share between threads."""

    def __init__(self, api_base: str, key: str, model: str) -> None:
        self._url = f"{api_base}/chat/completions"
        self._model = model
        self._session = requests.Session()
        self._session.auth = _Bearer(key)
        self._session.headers["Accept-Encoding"] = "identity"  # so that the bytes we count are those we keep

    def ask(self, messages: Sequence[Mapping[str, str]], seconds: float) -> str:
        """What the model says to these messages. Raises NotAnswered, for a body that drips too when `seconds` are over;
        only the head of an answer may drip longer than that."""
        deadline = time.monotonic() + seconds
        asked = {"model": self._model, "messages": list(messages), "temperature": 0}
        try:
            with self._session.post(
                self._url, json=asked, timeout=seconds, stream=True, allow_redirects=False
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise NotAnswered(f"HTTP {response.status_code}")
                return _content(_body(response, deadline))
        except (OSError, HTTPError, ValueError) as error:
            raise NotAnswered(type(error).__name__) from None  # the chained text would hold the address


class _Bearer(requests.auth.AuthBase):
    """The key, or nothing; either way requests then looks for no password in the machine's own files."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise NotAnswered("too long")
        if time.monotonic() > deadline:
            raise NotAnswered("too slow")
    return bytes(body)


def _content(body: bytes) -> str:
    """The words of the first choice. Raises NotAnswered where there are none, ValueError where it is no JSON."""
    try:
        answer: Any = json.loads(body)
        content = answer["choices"][0]["message"]["content"]
    except (LookupError, TypeError, RecursionError):
        content = None
    if not isinstance(content, str):
        raise NotAnswered("no completion")
    return content

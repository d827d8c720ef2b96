"""Twilio's API for programs of asyncio: aiohttp's kept connections."""

import os

import aiohttp

from benchmarks.conversations.signing import OURS, SID, TOKEN

_URL = f"/2010-04-01/Accounts/{SID}/Messages.json"


class AioSender:
    """Opened inside the running loop, with the first send."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, to: str, text: str) -> None:
        if self._session is None:
            login = aiohttp.BasicAuth(SID, TOKEN)
            self._session = aiohttp.ClientSession(os.environ["PROVIDER_URL"], auth=login)
        async with self._session.post(_URL, data={"To": to, "From": OURS, "Body": text}) as answer:
            await answer.read()

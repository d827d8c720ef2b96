"""The provider's stand-in, a durable PostgreSQL for those who want one, and a bench between them: for a whole run."""

import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from benchmarks.conversations.database_server import durable_postgresql
from benchmarks.conversations.measured import Bench
from benchmarks.conversations.provider import Provider


@asynccontextmanager
async def opened_bench(*, with_postgresql: bool) -> AsyncIterator[Bench]:
    with ExitStack() as stack:
        server = stack.enter_context(durable_postgresql()) if with_postgresql else None
        provider = Provider(lambda _to, _text, _at: None)
        await provider.open()
        stack.callback(provider.close)
        bench = Bench(provider, server)
        stack.callback(bench.close)
        yield bench


def say(words: str) -> None:
    """What is being done, on one line that the next takes over."""
    print(f"\r{words:72}", end="", file=sys.stderr, flush=True)


def said_all() -> None:
    print(f"\r{'':72}\r", end="", file=sys.stderr)

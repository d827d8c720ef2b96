"""What runs a loop of asyncio has one of its own, also where a browser of other tests has one in the same process."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _loops_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    run = asyncio.run

    def apart(main: Coroutine[Any, Any, object]) -> object:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run, main).result()

    monkeypatch.setattr(asyncio, "run", apart)

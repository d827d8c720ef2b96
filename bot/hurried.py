"""A PostgreSQL connection that does not wait for ever for a server that has fallen silent, as psycopg's own does."""

from typing import Any

import psycopg
from psycopg.abc import PQGen

from bot.engines import ANSWER_SECONDS


class HurriedConnection(psycopg.Connection[Any]):
    """Ends itself when one answer takes too long."""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS} seconds") from None

"""A PostgreSQL connection that does not wait for ever for a server that has fallen silent, as psycopg's own does, and
that begins each transaction with the role of its scope, without asking the server one time more."""

from typing import Any

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus

from bot.engines import ANSWER_SECONDS


class HurriedConnection(psycopg.Connection[Any]):
    """Ends itself when one answer takes too long. `role` is what the next transaction begins with, as SQL; it ends with
    the transaction."""

    role: bytes = b""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS} seconds") from None

    def _start_query(self) -> PQGen[None]:
        """As psycopg's own, which begins the transaction before its first statement; but the role goes with it."""
        is_begun = self._autocommit or self.pgconn.transaction_status != TransactionStatus.IDLE
        if is_begun or not self.role or self._pipeline:
            yield from super()._start_query()
            if not is_begun and self._pipeline:
                for statement in filter(None, self.role.split(b"; ")):
                    yield from self._exec_command(statement)
            return
        self._check_connection_ok()
        self.pgconn.send_query(self._get_tx_start_command() + b"; " + self.role)
        for result in (yield from generators.execute(self.pgconn)):
            if result.status == ExecStatus.FATAL_ERROR:
                raise _as_it_is(psycopg.errors.error_from_result(result, encoding=self.pgconn._encoding))


def _as_it_is(error: psycopg.Error) -> psycopg.Error:
    """Whoever may not take the role of any scope was not let in to the database."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return psycopg.errors.InvalidAuthorizationSpecification(f"{error}: run `python -m bot migrate`")
    return error

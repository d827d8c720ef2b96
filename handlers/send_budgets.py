"""What may go out now: texts are paid for when they are claimed, from budgets that all workers share."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.rules.pacing import NO_PACES, Pace, Paces
from models.send_budgets import Payer, lock_budgets, save_budget

WHOLE_NUMBER = ""


class Allowance:
    """The budgets of the texts that are being claimed, locked until the transaction ends."""

    def __init__(self, session: Session, rows: Iterable[Row[Any]], paces: Mapping[str, Paces], now: datetime) -> None:
        self._session, self._paces, self._now = session, paces, now
        payers = {payer for row in rows for payer, _ in _payers(row, paces)}
        self._budgets = lock_budgets(session, payers, now) if payers else {}
        self._spent: set[Payer] = set()

    def pays(self, row: Row[Any]) -> bool:
        """Whether the text may go now; if so, it is paid for."""
        payers = _payers(row, self._paces)
        if not all(self._budgets[payer].is_open(self._now) for payer, _ in payers):
            return False
        for payer, pace in payers:
            self._budgets[payer] = self._budgets[payer].spent(max(row.segments, 1), pace, self._now)
            self._spent.add(payer)
        return True

    def save(self) -> None:
        for payer in sorted(self._spent):
            save_budget(self._session, payer, self._budgets[payer])


def slowed(
    session: Session, channel: str, address: str, until: datetime, paces: Mapping[str, Paces], now: datetime
) -> None:
    """A provider finds us too fast: nothing more goes out on this channel before `until`, or to this one address."""
    payer, own = (channel, address), paces.get(channel, NO_PACES)
    budget = lock_budgets(session, [payer], now)[payer]
    save_budget(session, payer, budget.shut(until, own.person if address else own.number))


def _payers(row: Row[Any], paces: Mapping[str, Paces]) -> list[tuple[Payer, Pace]]:
    if (own := paces.get(row.channel)) is None:
        return []
    both = ((WHOLE_NUMBER, own.number), (row.address, own.person))
    return [((row.channel, address), pace) for address, pace in both if pace is not None]

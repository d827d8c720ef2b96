"""The texts of one transaction, in and out: written together, as the last that it does or before anybody reads them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.at_once import Birth, Sending, born
from models.claims import LostRace
from models.kept import KeepingSession
from models.messages import Direction, add_messages, messages, whole
from models.outbox import add_texts, outbox


def keep_inbound(session: Session, values: Mapping[str, Any]) -> None:
    """Store a message that came in. Whoever writes it down raises LostRace where another conversation has just stored
    what its provider calls by the same name."""
    _keep(session, whole(Direction.IN, values), None)


def keep_outbound(session: Session, values: Mapping[str, Any], sending: Sending | None) -> None:
    """Store a message of ours, and have it sent; None where it is only read."""
    _keep(session, whole(Direction.OUT, values), sending)


def _keep(session: Session, row: dict[str, Any], sending: Sending | None) -> None:
    if not isinstance(session, KeepingSession):
        texts = _Texts(session)
        texts.add(row, sending)
        texts.write()
        return
    if not isinstance(texts_so_far := session.put_off, _Texts):
        session.write_down()
        texts_so_far = session.put_off = _Texts(session)
    texts_so_far.add(row, sending)


class _Texts:
    """Those that are not written yet."""

    tables = frozenset({messages, outbox})

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[dict[str, Any]] = []
        self._sendings: list[tuple[int, Sending]] = []

    def add(self, row: dict[str, Any], sending: Sending | None) -> None:
        if sending is not None:
            self._sendings.append((len(self._rows), sending))
        self._rows.append(row)

    def write(self) -> None:
        numbers = add_messages(self._session, self._rows)
        if len(numbers) < len(self._rows):
            raise LostRace
        births: list[Birth] = []
        lanes: set[str] = set()
        for place, sending in self._sendings:
            lane = sending.values["lane"]
            births.append(born(self._session, sending, numbers[place], is_lane_busy=lane in lanes))
            lanes.add(lane)
        for birth, number in zip(births, add_texts(self._session, [one.row for one in births]), strict=True):
            birth.is_written(number)

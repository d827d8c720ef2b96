"""The messages that a turn answers. One that nothing else waits with is stored together with its turn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.texts_kept import keep_inbound
from models.claims import LostRace
from models.messages import HIDDEN, cover, hide, store_inbound


class Heard:
    """`last_at` is when the last of them came. One that is `unread` is for operators too."""

    def __init__(
        self,
        message_ids: tuple[int, ...],
        last_at: datetime,
        *,
        is_unread: bool = True,
        unstored: Mapping[str, Any] | None = None,
    ) -> None:
        """`unstored`: the values of the one message that it is, which no row holds yet."""
        self._message_ids, self._last_at, self._is_unread, self._unstored = message_ids, last_at, is_unread, unstored

    def read(self) -> "Heard":
        """The same, of which operators need to know nothing."""
        return Heard(self._message_ids, self._last_at, is_unread=False, unstored=self._unstored)

    def store(self, session: Session) -> None:
        """Whatever is done from here on finds the message in the transcript, still without an answer."""
        if self._unstored is not None:
            self._message_ids, self._unstored = (stored(session, self._unstored),), None

    def answered_by(self, session: Session, turn_id: int, *, is_private: bool = False) -> None:
        """Say which turn has answered them, and leave out their words where they are `private`."""
        if self._unstored is not None:
            words = {"body": HIDDEN, "raw": None} if is_private else {}
            keep_inbound(session, {**self._unstored, **words, "turn_id": turn_id, "due_at": None})
            return
        cover(session, self._message_ids, turn_id)
        if is_private:
            hide(session, self._message_ids)

    def noted(self, now: datetime) -> dict[str, Any]:
        """What the conversation keeps of them."""
        values: dict[str, Any] = {"last_inbound_at": self._last_at}
        if self._is_unread:
            values["is_unread"] = True
        if self._last_at == now:
            values["last_message_at"] = now
        return values


def stored(session: Session, values: Mapping[str, Any]) -> int:
    """Raises LostRace where another conversation has just stored what its provider calls by the same name."""
    number = store_inbound(session, values)
    if number is None:
        raise LostRace
    return number

"""A text that leaves at once: where its process sends texts itself and nothing stands against it, it is written down as
in that process's hands already, and handed to its senders as soon as it is committed. Nobody has to find it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.messages import Outgoing
from conversations.rules import window
from handlers.outbox import SENT_WHILE_OPTED_OUT, Claimed, lease_from
from models.ending import at_the_end
from models.outbox import add_in_hand, add_to_outbox
from models.outbox_at_once import if_free


@dataclass(frozen=True, slots=True)
class Room:
    """A sender of this process, kept for one text since `at`, until the transaction that writes it has ended."""

    at: datetime
    send: Callable[[Claimed], None]
    leave: Callable[[], None]
    """Nothing is to be sent after all."""


RoomFor = Callable[[str], Room | None]
"""Room for a text on this channel; None where nobody here sends on it, or nobody is free."""


def no_room(channel: str) -> Room | None:
    """Others send: every text waits to be claimed."""
    del channel
    return None


def leave_or_queue(
    session: Session, room_for: RoomFor, now: datetime, turn_id: int | None, *, is_last: bool, **values: Any
) -> None:
    """Write a text down: in the hands of this process where it may leave at once, else as one that waits for whoever
    claims it. `is_last`: nothing is written behind it in its lane."""
    room = room_for(values["channel"]) if values["due_at"] <= now else None
    if room is None:
        add_to_outbox(session, **values)
        return
    born = _Born(room)
    try:
        at_the_end(session, committed=born.send, undone=room.leave)
    except TypeError:
        room.leave()
        raise
    free = if_free(
        session, values["conversation_id"], turn_id, values["lane"], values["channel"], values["address"], now
    )
    if free is None or (free.opted_out_at is not None and values["kind"] not in SENT_WHILE_OPTED_OUT):
        add_to_outbox(session, **values)
        return
    until = lease_from(room.at)
    number = add_in_hand(session, until, room.at, **values)
    born.claimed = _claimed(number, free, values, until, now, is_last=is_last)


class _Born:
    """What is handed over at the commit, if anything."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.claimed: Claimed | None = None

    def send(self) -> None:
        if self.claimed is None:
            self._room.leave()
        else:
            self._room.send(self.claimed)


def _claimed(
    number: int, free: Row[Any], values: dict[str, Any], until: datetime, now: datetime, *, is_last: bool
) -> Claimed:
    """What a claim would have told of it."""
    message = Outgoing(
        outbox_id=number,
        address=values["address"],
        text=values["body"],
        choices=tuple((key, label) for key, label in values["choices"]),
        is_window_open=window.is_open(free.heard_at, now),
        message_id=values["message_id"],
    )
    return Claimed(
        message=message, channel=values["channel"], attempts=1, leased_until=until, trace=values["trace"],
        perhaps_sent_since=None, known_ids=frozenset(), asked_at=free.asked_at, is_last=is_last,
    )  # fmt: skip

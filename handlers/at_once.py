"""A text that leaves at once: where its process sends texts itself and nothing stands against it, it is written down as
in that process's hands already, and handed to its senders as soon as it is committed. Nobody has to find it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.messages import Outgoing
from conversations.rules import window
from handlers.outbox import SENT_WHILE_OPTED_OUT, Claimed, Sent, lease_from, sent_before
from models.ending import at_the_end
from models.outbox import in_hand, left_to_others
from models.outbox_at_once import if_free


class Room(NamedTuple):
    """A sender of this process, kept for one text since `at`, until the transaction that writes it has ended. `before`:
    what was sent before it in its lane, and is to be written down with it."""

    at: datetime
    before: Sequence[Sent]
    send: Callable[[Claimed], None]
    leave: Callable[[], None]
    """Nothing is to be sent after all."""
    before_is_written: Callable[[], None]


RoomFor = Callable[[str, str], Room | None]
"""Room for a text on this channel, in this lane; None where nobody here sends on it, or nobody is free."""


def no_room(channel: str, lane: str) -> Room | None:
    """Others send: every text waits to be claimed."""
    del channel, lane
    return None


class Sending(NamedTuple):
    """What is to be sent, in the outbox's words, for its turn, if any. `is_last`: nothing is written behind it in its
    lane."""

    values: Mapping[str, Any]
    room_for: RoomFor
    now: datetime
    turn_id: int | None
    is_last: bool


class Birth:
    """A text as it is written down: in the hands of this process where it may leave at once, else as one that waits for
    whoever claims it."""

    def __init__(self, sending: Sending, message_id: int) -> None:
        self._sending = sending
        self.row: dict[str, Any] = {**left_to_others(), **sending.values, "message_id": message_id}
        self._free: Row[Any] | None = None
        self._claimed: Claimed | None = None
        self._is_before_written = False

    def comes_behind(self, session: Session, before: Sequence[Sent]) -> None:
        """Who has sent these has yet to write them down: it is done with this one, which need not wait for it."""
        self._is_before_written = sent_before(session, before)

    def may_leave(self, since: datetime, free: Row[Any]) -> None:
        """In the hands of who has kept room since then; as tried from when its turn began."""
        self._free = free
        self.row |= in_hand(lease_from(since), self._sending.now)

    def is_written(self, number: int) -> None:
        """It has a number, by which it can be handed over."""
        if self._free is not None:
            self._claimed = _claimed(number, self._free, self.row, self._sending)

    def is_committed(self, room: Room) -> None:
        if self._claimed is None:
            room.leave()
        else:
            room.send(self._claimed)
        if self._is_before_written:
            room.before_is_written()


def born(session: Session, sending: Sending, message_id: int, *, is_lane_busy: bool) -> Birth:
    """A text that is about to be written. `is_lane_busy`: by one that is written with it."""
    birth, values, now = Birth(sending, message_id), sending.values, sending.now
    lane, channel, address = values["lane"], values["channel"], values["address"]
    may_be_due = values["due_at"] <= now and not is_lane_busy
    if not may_be_due or (room := sending.room_for(channel, lane)) is None:
        return birth
    try:
        at_the_end(session, committed=partial(birth.is_committed, room), undone=room.leave)
    except TypeError:
        room.leave()
        raise
    if room.before:
        birth.comes_behind(session, room.before)
    free = if_free(session, values["conversation_id"], sending.turn_id, lane, channel, address, now)
    if free is not None and (free.opted_out_at is None or values["kind"] in SENT_WHILE_OPTED_OUT):
        birth.may_leave(room.at, free)
    return birth


def _claimed(number: int, free: Row[Any], row: Mapping[str, Any], sending: Sending) -> Claimed:
    """What a claim would have told of it."""
    message = Outgoing(
        outbox_id=number,
        address=row["address"],
        text=row["body"],
        choices=tuple((key, label) for key, label in row["choices"]),
        is_window_open=window.is_open(free.heard_at, sending.now),
        message_id=row["message_id"],
    )
    return Claimed(
        message=message, channel=row["channel"], lane=row["lane"], attempts=1, leased_until=row["leased_until"],
        trace=row["trace"], perhaps_sent_since=None, known_ids=frozenset(), asked_at=free.asked_at,
        is_last=sending.is_last,
    )  # fmt: skip

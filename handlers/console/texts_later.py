"""An operator writes to a client now what is sent later: put off, withdrawn, and what becomes of it at its time."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import OperatorWrote
from conversations.rules.availability import WallTime, wall_time
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.message_received import LONGEST
from models.audit import audit
from models.conversations import change_conversation, conversation_or_none, lock_conversation
from models.scheduled_texts import Fate, add_text, end_text, lock_text, texts_refused, texts_waiting

FURTHEST = timedelta(days=366)
MOST_WAITING = 30
"""Texts that wait for one client."""
TOLD_FOR = timedelta(days=7)
"""How long a thread shows a text that was not sent after all."""
_TYPED = "%Y-%m-%dT%H:%M"
"""A day and a time as a browser's field gives them."""


class Later(StrEnum):
    """What came of putting a text off, or of withdrawing it."""

    DONE = "done"
    MISSING = "missing"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    OPTED_OUT = "opted_out"
    BLOCKED = "later_blocked"
    CROWDED = "later_crowded"
    NO_TIME = "later_no_time"
    NOT_A_TIME = "later_not_a_time"
    SKIPPED = "later_skipped"
    """The clocks go forward over this time."""
    PAST = "later_past"
    TOO_FAR = "later_too_far"
    GONE = "later_gone"
    """It waits no longer."""


def put_off(
    session: Session, conversation_id: int, text: str, typed: str, who: Who, circumstances: Circumstances
) -> Later:
    """Keep what an operator wrote until the time that they typed, by the business's clock. A form that is sent twice
    is one text: the same words for the same moment wait once."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return Later.EMPTY
    if len(text) > LONGEST:
        return Later.TOO_LONG
    now, zone = circumstances.now, circumstances.profiles.current(session).business.zone
    send_at = moment_typed(typed, now, zone)
    if isinstance(send_at, Later):
        return send_at
    conversation = _lock_clients(session, conversation_id)
    if conversation is None:
        return Later.MISSING
    if conversation.opted_out_at is not None:
        return Later.OPTED_OUT
    if conversation.is_blocked:
        return Later.BLOCKED
    waiting = texts_waiting(session, conversation_id)
    if any((one.body, one.send_at) == (text, send_at) for one in waiting):
        return Later.DONE
    if len(waiting) >= MOST_WAITING:
        return Later.CROWDED
    add_text(
        session, conversation_id=conversation_id, operator_id=who.id, who=who.name, body=text, made_at=now,
        send_at=send_at,
    )  # fmt: skip
    _written_down(session, who.id, who.name, "put off a text", conversation_id, send_at.astimezone(zone), now)
    return Later.DONE


def withdraw(session: Session, conversation_id: int, text_id: int, who: Who, circumstances: Circumstances) -> Later:
    """Never send one that waits in this conversation. Anybody may: whoever wrote it may have gone home."""
    text = lock_text(session, text_id)
    if text is None or text.conversation_id != conversation_id:
        return Later.MISSING
    if text.ended_at is not None:
        return Later.GONE
    end_text(session, text_id, Fate.WITHDRAWN, circumstances.now)
    there = text.send_at.astimezone(circumstances.profiles.current(session).business.zone)
    _written_down(session, who.id, who.name, "withdrew a text", conversation_id, there, circumstances.now)
    return Later.DONE


def text_due(session: Session, text_id: int, circumstances: Circumstances) -> None:
    """Send it, once, in the name of whoever wrote it. The conversation stays with whom it is, and as it is. Where the
    client takes no texts any more, a person is called instead."""
    text, now = lock_text(session, text_id), circumstances.now
    if text is None or text.ended_at is not None:
        return
    conversation = lock_conversation(session, text.conversation_id)
    if conversation.opted_out_at is not None or conversation.is_blocked:
        end_text(session, text_id, Fate.REFUSED, now)
        change_conversation(session, conversation.id, needs_person=True)
        return
    end_text(session, text_id, Fate.SENT, now)
    advance(session, conversation, OperatorWrote(text.body), circumstances)
    change_conversation(session, conversation.id, quiet_at=conversation.quiet_at)
    there = text.send_at.astimezone(circumstances.profiles.current(session).business.zone)
    _written_down(session, text.operator_id, text.who, "wrote", conversation.id, there, now)


def texts_shown(session: Session, conversation_id: int, now: datetime) -> tuple[Row[Any], ...]:
    """What a thread shows of them: what was not sent of late, and what waits, in the order of their times."""
    refused = texts_refused(session, conversation_id, now - TOLD_FOR)
    return (*refused, *texts_waiting(session, conversation_id))


def moment_typed(typed: str, now: datetime, zone: ZoneInfo) -> datetime | Later:
    """The moment (UTC) that is meant, at most a year ahead: the first, where the clocks go back over it. Else why there
    is none."""
    if not typed.strip():
        return Later.NO_TIME
    try:
        found = datetime.strptime(typed.strip(), _TYPED)  # noqa: DTZ007 - the zone is the business's
    except ValueError:
        return Later.NOT_A_TIME
    this_year = now.astimezone(zone).year
    if found.year < this_year:
        return Later.PAST
    if found.year > this_year + 1:  # and none so far that no zone reaches it
        return Later.TOO_FAR
    if wall_time(found.date(), found.time(), zone) is WallTime.GAP:
        return Later.SKIPPED
    moment = found.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment <= now:
        return Later.PAST
    return Later.TOO_FAR if moment > now + FURTHEST else moment


def _lock_clients(session: Session, conversation_id: int) -> Row[Any] | None:
    """A client's conversation, LOCKED until the transaction ends; None where there is none of this number."""
    found = conversation_or_none(session, conversation_id)
    return lock_conversation(session, conversation_id) if found is not None and found.client_id is not None else None


def _written_down(
    session: Session, operator_id: int, name: str, action: str, conversation_id: int, send_at: datetime, now: datetime
) -> None:
    audit(
        session, at=now, operator_id=operator_id, who=name, action=action, subject=f"conversation {conversation_id}",
        words=f"for {send_at:%Y-%m-%d %H:%M %Z}",
    )  # fmt: skip

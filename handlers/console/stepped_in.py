"""An operator steps into a conversation: takes it over, writes, hands it back, and what they keep beside it."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import HandedBack, OperatorWrote, TakenOver
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.message_received import LONGEST
from models.audit import audit, was_written_down
from models.conversations import change_conversation, conversation_or_none, is_taken, lock_conversation
from models.inbox import add_note, label_named, put_label, take_label
from models.operators import operator_by_id

TAKEN_FOR = timedelta(hours=4)
"""How long after an operator's last word we stay silent, where they forget to hand back."""
LONGEST_LABEL = 40


class Outcome(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"
    """It is so already."""
    MISSING = "missing"
    OTHERS = "others"
    """Another operator talks with them."""
    OPTED_OUT = "opted_out"
    EMPTY = "empty"
    TOO_LONG = "too_long"


def take_over(session: Session, conversation_id: int, who: Who, circumstances: Circumstances) -> Outcome:
    """From now on this operator talks with the client, who is told so; we are silent."""
    row = _locked(session, conversation_id)
    if row is None:
        return Outcome.MISSING
    if is_taken(row, circumstances.now):
        return Outcome.UNCHANGED if row.taken_by == who.id else Outcome.OTHERS
    _take(session, conversation_id, who, circumstances.now)
    if row.opted_out_at is None:
        advance(session, lock_conversation(session, conversation_id), TakenOver(who.name), circumstances)
    _written_down(session, who, "took over", conversation_id, circumstances.now)
    return Outcome.DONE


def hand_back(session: Session, conversation_id: int, who: Who, circumstances: Circumstances) -> Outcome:
    """The booking desk goes on, and says so. Anybody may: an operator may have gone home."""
    row = _locked(session, conversation_id)
    if row is None:
        return Outcome.MISSING
    if not is_taken(row, circumstances.now):
        return Outcome.UNCHANGED
    change_conversation(session, conversation_id, taken_by=None, taken_until=None, needs_person=False)
    if row.opted_out_at is None:
        advance(session, lock_conversation(session, conversation_id), HandedBack(), circumstances)
    _written_down(session, who, "handed back", conversation_id, circumstances.now)
    return Outcome.DONE


def write(
    session: Session, conversation_id: int, text: str, who: Who, circumstances: Circumstances, form: str = ""
) -> Outcome:
    """Send the client what an operator wrote. Whoever writes to somebody takes them over. `form` is the number of the
    form that it came by: sent twice with the same text, it is sent to the client once."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return Outcome.EMPTY
    if len(text) > LONGEST:
        return Outcome.TOO_LONG
    row = _locked(session, conversation_id)
    if row is None:
        return Outcome.MISSING
    source = f"form {sha256(f'{form} {text}'.encode()).hexdigest()[:16]}" if form else ""
    if source and was_written_down(session, who.id, "wrote", f"conversation {conversation_id}", source):
        return Outcome.DONE
    if row.opted_out_at is not None:
        return Outcome.OPTED_OUT
    if is_taken(row, circumstances.now) and row.taken_by != who.id:
        return Outcome.OTHERS
    if not is_taken(row, circumstances.now):
        take_over(session, conversation_id, who, circumstances)
    _take(session, conversation_id, who, circumstances.now)
    advance(session, lock_conversation(session, conversation_id), OperatorWrote(text), circumstances)
    change_conversation(session, conversation_id, needs_person=False, is_unread=False)
    _written_down(session, who, "wrote", conversation_id, circumstances.now, source=source)
    return Outcome.DONE


def note(session: Session, conversation_id: int, text: str, who: Who, now: datetime) -> Outcome:
    """Keep what operators tell each other."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return Outcome.EMPTY
    if len(text) > LONGEST:
        return Outcome.TOO_LONG
    if conversation_or_none(session, conversation_id) is None:
        return Outcome.MISSING
    add_note(session, conversation_id=conversation_id, operator_id=who.id, who=who.name, body=text, at=now)
    return Outcome.DONE


def mark(session: Session, conversation_id: int, **values: bool) -> None:
    """Read or unread, in need of a person or not."""
    change_conversation(session, conversation_id, **values)


def assign(session: Session, conversation_id: int, operator_id: int | None, who: Who, now: datetime) -> Outcome:
    """Who sees to it; None for nobody."""
    if conversation_or_none(session, conversation_id) is None:
        return Outcome.MISSING
    other = operator_by_id(session, operator_id) if operator_id is not None else None
    if operator_id is not None and (other is None or not other.is_active):
        return Outcome.MISSING
    change_conversation(session, conversation_id, assigned_to=operator_id)
    words = f"operator {other.id}" if other is not None else ""
    _written_down(session, who, "assigned", conversation_id, now, words)
    return Outcome.DONE


def block(session: Session, conversation_id: int, who: Who, now: datetime, *, is_spam: bool) -> Outcome:
    """What they write is spam from now on: kept, and answered by nobody; or it is none after all."""
    row = _locked(session, conversation_id)
    if row is None:
        return Outcome.MISSING
    if row.is_blocked == is_spam:
        return Outcome.UNCHANGED
    change_conversation(
        session, conversation_id, is_blocked=is_spam, is_unread=False, needs_person=False, quiet_at=None
    )  # fmt: skip
    _written_down(session, who, "blocked" if is_spam else "unblocked", conversation_id, now)
    return Outcome.DONE


def label(session: Session, conversation_id: int, name: str, *, is_put: bool) -> Outcome:
    """Put a label on a conversation, or take it off."""
    name = " ".join(name.split()).casefold()[:LONGEST_LABEL]
    if not name:
        return Outcome.EMPTY
    if conversation_or_none(session, conversation_id) is None:
        return Outcome.MISSING
    number = label_named(session, name)
    (put_label if is_put else take_label)(session, conversation_id, number)
    return Outcome.DONE


def _take(session: Session, conversation_id: int, who: Who, now: datetime) -> None:
    until = now + TAKEN_FOR
    change_conversation(
        session, conversation_id, taken_by=who.id, taken_until=until, quiet_at=until, needs_person=False
    )  # fmt: skip


def _locked(session: Session, conversation_id: int) -> Row[Any] | None:
    """A client's conversation, LOCKED until the transaction ends; None where there is none of this number."""
    found = conversation_or_none(session, conversation_id)
    return lock_conversation(session, conversation_id) if found is not None and found.client_id is not None else None


def _written_down(
    session: Session, who: Who, action: str, conversation_id: int, now: datetime, words: str = "", source: str = ""
) -> None:
    audit(
        session, at=now, operator_id=who.id, who=who.name, action=action, subject=f"conversation {conversation_id}",
        words=words, source=source,
    )  # fmt: skip

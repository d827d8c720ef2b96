"""A message came in: stored once, and answered by exactly one turn, in the same transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.dialogue import Dialogue
from conversations.engine import leaves_open, says_nothing_yet
from conversations.events import Said
from conversations.messages import Inbound
from conversations.reading import context_of
from conversations.rules.opt_out import opt_word
from conversations.stored import load
from conversations.understanding import Context, Understood
from handlers.advance import Heard, advance
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from handlers.loop_silenced import looks_like_a_loop, loop_silenced, silenced
from handlers.meant import option_meant, says_something, words_of
from handlers.message_resent import message_resent
from handlers.suppressed import heed_suppressions
from models.clients import client_for
from models.consents import first_consent
from models.conversations import change_conversation, conversation_for, lock_conversation, opted_out
from models.messages import postpone, store_inbound, unanswered
from models.outbox import outbox_by_provider_id, withheld
from models.waitlist import place_told_of

LONGEST = 4096
"""Characters kept of one text; more is cut, for no channel carries more."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """Messages that say something we do not understand, what an interpreter is to be told of them, and since when."""

    conversation_id: int
    message_ids: tuple[int, ...]
    text: str
    context: Context
    since: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """`is_new` False: this delivery is a repeat and has changed nothing. `due_at`: when its turn comes, if it waits.
    `left_open`: what to ask an interpreter meanwhile."""

    conversation_id: int
    is_new: bool
    due_at: datetime | None = None
    left_open: LeftOpen | None = None


def message_received(session: Session, inbound: Inbound, circumstances: Circumstances) -> Received:
    """Store one message and let its turn happen, unless it may wait a moment: for an interpreter, where we do not
    understand it, or for the next message, where it says nothing yet."""
    conversation = conversation_for(session, inbound.channel, inbound.address, circumstances.now)
    if inbound.is_reaction and not _says_something(session, conversation, inbound, circumstances):
        return Received(conversation.id, is_new=False)
    is_new = store(session, conversation, inbound, circumstances)
    waiting = unanswered(session, conversation.id)
    if not waiting:
        return Received(conversation.id, is_new=False)
    if _introduce(session, conversation, inbound, circumstances):
        conversation = lock_conversation(session, conversation.id)
    heard = _heard(session, conversation, waiting, circumstances)
    waits = is_new and not conversation.is_blocked and not heard.others_follow
    if waits and circumstances.patience and (left_open := _left_open(session, heard, circumstances)):
        return _put_off(session, heard, circumstances, circumstances.patience, left_open)
    if waits and circumstances.burst and says_nothing_yet(heard.dialogue, heard.event, heard.facts):
        return _put_off(session, heard, circumstances, circumstances.burst)
    if is_new and heard.others_follow:  # the turn is that of an earlier one
        change_conversation(session, conversation.id, last_message_at=circumstances.now)
    _finish(session, heard, circumstances)
    return Received(conversation.id, is_new)


def _put_off(
    session: Session, heard: "_Heard", circumstances: Circumstances, wait: timedelta, left_open: LeftOpen | None = None
) -> Received:
    """Let the turn wait; meanwhile the conversation shows that somebody has written."""
    due_at = circumstances.now + wait
    change_conversation(session, heard.conversation.id, last_message_at=circumstances.now)
    postpone(session, heard.conversation.id, due_at)
    return Received(heard.conversation.id, is_new=True, due_at=due_at, left_open=left_open)


def turn_due(session: Session, conversation_id: int, circumstances: Circumstances) -> bool:
    """The wait of a message is over, or its turn was never finished: finish it now. Whether another text is due."""
    finish_turn(session, lock_conversation(session, conversation_id), circumstances)
    return any(row.due_at <= circumstances.now for row in first_text(unanswered(session, conversation_id)))


def turn_interpreted(
    session: Session, left_open: LeftOpen, suggested: Understood | None, circumstances: Circumstances
) -> None:
    """The interpreter has answered (None: nothing that counts): finish the turn, unless another message has come or a
    turn has been taken since. Where there is nothing new to go by, the wait for a next message is kept."""
    conversation = lock_conversation(session, left_open.conversation_id)
    if left_open.message_ids != tuple(row.id for row in unanswered(session, conversation.id)):
        return
    burst_ends = left_open.since + circumstances.burst
    if suggested is None and circumstances.now < burst_ends:
        postpone(session, conversation.id, burst_ends)
    else:
        finish_turn(session, conversation, circumstances, suggested)


def finish_turn(
    session: Session, conversation: Row[Any], circumstances: Circumstances, suggested: Understood | None = None
) -> None:
    """One turn for the first text of this conversation that no turn has covered, under the id of its last message."""
    if waiting := unanswered(session, conversation.id):
        _finish(session, _heard(session, conversation, waiting, circumstances), circumstances, suggested)


@dataclass(frozen=True, slots=True)
class _Heard:
    """The first text that no turn has covered, with what is known as it is heard."""

    conversation: Row[Any]
    rows: list[Row[Any]]
    """The messages that are that text."""
    others_follow: bool
    """Behind it there is another, which no turn has covered either."""
    event: Said
    dialogue: Dialogue
    facts: DatabaseFacts


def _heard(session: Session, conversation: Row[Any], waiting: list[Row[Any]], circumstances: Circumstances) -> _Heard:
    rows, dialogue = first_text(waiting), load(conversation.dialogue)
    facts = DatabaseFacts(session, conversation, circumstances, circumstances.profiles.current(session))
    event = _said(session, rows, dialogue)
    return _Heard(conversation, rows, len(rows) < len(waiting), event, dialogue, facts)


def _finish(session: Session, heard: _Heard, circumstances: Circumstances, suggested: Understood | None = None) -> None:
    conversation, rows = heard.conversation, heard.rows
    if conversation.is_blocked:
        _hear_blocked(session, heard, circumstances)
    elif looks_like_a_loop(session, conversation, circumstances):
        loop_silenced(session, conversation, _covered(rows), circumstances)
    else:
        circumstances = replace(circumstances, trace=rows[-1].trace)
        event = replace(heard.event, suggested=suggested)
        advance(session, conversation, event, circumstances, _covered(rows), heard.facts)
        if conversation.opted_out_at is not None and not opted_out(session, conversation.id):
            _send_withheld(session, conversation.id, rows[0].at, circumstances)


def _covered(rows: list[Row[Any]], *, is_unread: bool = True) -> Heard:
    return Heard(tuple(row.id for row in rows), rows[-1].at, is_unread)


def _hear_blocked(session: Session, heard: _Heard, circumstances: Circumstances) -> None:
    """Who is kept out as spam is heard of one thing, and not answered: whether they want our texts."""
    conversation, event, rows = heard.conversation, heard.event, heard.rows
    if event.carrier_answered or opt_word(event.text, bare_cancel=_bare_cancel(conversation, circumstances)):
        told = replace(circumstances, trace=rows[-1].trace)
        advance(session, conversation, event, told, _covered(rows, is_unread=False))
    else:
        silenced(session, conversation, _covered(rows, is_unread=False), circumstances)


def _bare_cancel(conversation: Row[Any], circumstances: Circumstances) -> bool:
    channel = circumstances.channels.get(conversation.channel)
    return channel is not None and channel.bare_cancel_opts_out


def _send_withheld(session: Session, conversation_id: int, since: datetime, circumstances: Circumstances) -> None:
    """Whatever was given up while their START waited for its turn, in the journal for instance, was wanted."""
    for outbox_id in withheld(session, conversation_id, since):
        message_resent(session, outbox_id, circumstances.trace, circumstances.now)


def first_text(waiting: list[Row[Any]]) -> list[Row[Any]]:
    """The messages that are one text: those that waited for the next, and that one. One that did not wait is a text by
    itself, as those are that came while the database was away."""
    for number, row in enumerate(waiting, 1):
        if row.due_at <= row.at:
            return waiting[:number]
    return waiting


def store(session: Session, conversation: Row[Any], inbound: Inbound, circumstances: Circumstances) -> bool:
    """Keep one message of this conversation; whether it is new."""
    values = stored_values(session, conversation.id, inbound, circumstances.trace, circumstances.now)
    return store_inbound(session, values)


def stored_values(session: Session, conversation_id: int, inbound: Inbound, trace: str, at: datetime) -> dict[str, Any]:
    """What is kept of a message that came at this moment; its turn is due at once."""
    return {
        "conversation_id": conversation_id, "channel": inbound.channel, "provider_id": inbound.provider_id,
        "body": words_of(session, conversation_id, inbound)[:LONGEST], "media": list(inbound.media),
        "quoted_id": inbound.quoted_id, "opt_out": inbound.opt_out, "trace": trace, "at": at, "due_at": at,
        "raw": inbound.raw or None,
    }  # fmt: skip


def _introduce(session: Session, conversation: Row[Any], inbound: Inbound, circumstances: Circumstances) -> bool:
    """A first message: know the person behind the address, unless they are a coordinator. Whether that was news."""
    now = circumstances.now
    if conversation.client_id is not None or _is_coordinator(session, conversation, circumstances):
        return False
    client_id = client_for(session, inbound.phone, inbound.profile_name, now)
    change_conversation(session, conversation.id, client_id=client_id, opted_out_at=None)
    first_consent(session, conversation.id, now)
    heed_suppressions(session, {conversation.id: (conversation.channel, conversation.address)}, circumstances)
    return True


def _left_open(session: Session, heard: _Heard, circumstances: Circumstances) -> LeftOpen | None:
    """What to ask an interpreter; None where the texts are understood, are nobody's business, or a program's."""
    conversation = heard.conversation
    if not leaves_open(heard.dialogue, heard.event, heard.facts):
        return None
    if looks_like_a_loop(session, conversation, circumstances):
        return None
    ids, context = tuple(row.id for row in heard.rows), context_of(heard.dialogue, heard.facts)
    return LeftOpen(conversation.id, ids, heard.event.text, context, circumstances.now)


def _says_something(session: Session, conversation: Row[Any], inbound: Inbound, circumstances: Circumstances) -> bool:
    is_coordinator = _is_coordinator(session, conversation, circumstances)
    return says_something(session, conversation.id, inbound, is_coordinator=is_coordinator)


def _is_coordinator(session: Session, conversation: Row[Any], circumstances: Circumstances) -> bool:
    return circumstances.profiles.current(session).coordinator_in(conversation) is not None


def _said(session: Session, rows: list[Row[Any]], dialogue: Dialogue) -> Said:
    """Several quick messages are one text, a line each."""
    about, place_id, texts = None, None, []
    for row in rows:
        quoted = outbox_by_provider_id(session, row.channel, row.quoted_id) if row.quoted_id else None
        about = quoted.booking_id if quoted is not None else about
        place_id = place_told_of(session, quoted.id) if quoted is not None else place_id
        texts.append(option_meant(quoted, row.body, dialogue) if quoted is not None else row.body)
    return Said(
        text="\n".join(texts),
        about=about,
        media=sum(len(row.media) for row in rows),
        carrier_answered=any(row.opt_out for row in rows),
        place_id=place_id,
    )

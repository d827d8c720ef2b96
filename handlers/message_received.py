"""A message came in: stored once, and answered by exactly one turn, in the same transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engine import leaves_open, says_nothing_yet
from conversations.events import Said
from conversations.messages import Inbound
from conversations.reading import context_of
from conversations.rules.opt_out import opt_word
from conversations.stored import load
from conversations.understanding import Context, Understood
from handlers.advance import advance
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
    if not is_new and not unanswered(session, conversation.id):
        return Received(conversation.id, is_new=False)
    if _introduce(session, conversation, inbound, circumstances):
        conversation = lock_conversation(session, conversation.id)
    waits = is_new and not conversation.is_blocked
    if waits and circumstances.patience and (left_open := _left_open(session, conversation, circumstances)):
        due_at = circumstances.now + circumstances.patience
        postpone(session, conversation.id, due_at)
        return Received(conversation.id, is_new, due_at, left_open)
    if waits and circumstances.burst and _may_wait(session, conversation, circumstances):
        due_at = circumstances.now + circumstances.burst
        postpone(session, conversation.id, due_at)
        return Received(conversation.id, is_new, due_at)
    finish_turn(session, conversation, circumstances)
    return Received(conversation.id, is_new)


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
    waiting = first_text(unanswered(session, conversation.id))
    if waiting and conversation.is_blocked:
        _hear_blocked(session, conversation, waiting, circumstances)
    elif waiting and looks_like_a_loop(session, conversation, circumstances):
        loop_silenced(session, conversation, waiting, circumstances)
    elif waiting:
        circumstances = replace(circumstances, trace=waiting[-1].trace)
        event = replace(_said(session, waiting, conversation), suggested=suggested)
        advance(session, conversation, event, circumstances, tuple(row.id for row in waiting))
        if conversation.opted_out_at is not None and not opted_out(session, conversation.id):
            _send_withheld(session, conversation.id, waiting[0].at, circumstances)
        change_conversation(session, conversation.id, last_inbound_at=waiting[-1].at, is_unread=True)


def _hear_blocked(
    session: Session, conversation: Row[Any], waiting: list[Row[Any]], circumstances: Circumstances
) -> None:
    """Who is kept out as spam is heard of one thing, and not answered: whether they want our texts."""
    event = _said(session, waiting, conversation)
    if event.carrier_answered or opt_word(event.text, bare_cancel=_bare_cancel(conversation, circumstances)):
        told = replace(circumstances, trace=waiting[-1].trace)
        advance(session, conversation, event, told, tuple(row.id for row in waiting))
        change_conversation(session, conversation.id, last_inbound_at=waiting[-1].at)
    else:
        silenced(session, conversation, waiting, circumstances)


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
    is_news = conversation.client_id is None and not _is_coordinator(session, conversation, circumstances)
    values: dict[str, Any] = {"last_message_at": now}
    if is_news:
        values |= {"client_id": client_for(session, inbound.phone, inbound.profile_name, now), "opted_out_at": None}
    change_conversation(session, conversation.id, **values)
    if is_news:
        first_consent(session, conversation.id, now)
        heed_suppressions(session, {conversation.id: (conversation.channel, conversation.address)}, circumstances)
    return is_news


def _may_wait(session: Session, conversation: Row[Any], circumstances: Circumstances) -> bool:
    waiting = unanswered(session, conversation.id)
    if len(first_text(waiting)) < len(waiting):
        return False
    profile = circumstances.profiles.current(session)
    event = _said(session, waiting, conversation)
    facts = DatabaseFacts(session, conversation, circumstances, profile)
    return says_nothing_yet(load(conversation.dialogue), event, facts)


def _left_open(session: Session, conversation: Row[Any], circumstances: Circumstances) -> LeftOpen | None:
    """What to ask an interpreter; None where the texts are understood, are nobody's business, or a program's."""
    waiting = unanswered(session, conversation.id)
    if len(first_text(waiting)) < len(waiting):
        return None
    profile = circumstances.profiles.current(session)
    event, dialogue = _said(session, waiting, conversation), load(conversation.dialogue)
    facts = DatabaseFacts(session, conversation, circumstances, profile)
    if not leaves_open(dialogue, event, facts) or looks_like_a_loop(session, conversation, circumstances):
        return None
    ids = tuple(row.id for row in waiting)
    return LeftOpen(conversation.id, ids, event.text, context_of(dialogue, facts), circumstances.now)


def _says_something(session: Session, conversation: Row[Any], inbound: Inbound, circumstances: Circumstances) -> bool:
    is_coordinator = _is_coordinator(session, conversation, circumstances)
    return says_something(session, conversation.id, inbound, is_coordinator=is_coordinator)


def _is_coordinator(session: Session, conversation: Row[Any], circumstances: Circumstances) -> bool:
    return circumstances.profiles.current(session).coordinator_in(conversation) is not None


def _said(session: Session, rows: list[Row[Any]], conversation: Row[Any]) -> Said:
    """Several quick messages are one text, a line each."""
    about, place_id, texts, dialogue = None, None, [], load(conversation.dialogue)
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

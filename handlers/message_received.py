"""A message came in: stored once, and answered by exactly one turn, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engine import leaves_open, says_nothing_yet
from conversations.messages import Inbound
from conversations.reading import context_of
from conversations.rules.opt_out import opt_word
from conversations.understanding import Context, Understood
from conversations.values import made_often
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.loop_silenced import looks_like_a_loop, loop_silenced, silenced
from handlers.meant import says_something, words_of
from handlers.message_resent import message_resent
from handlers.profile import Profile
from handlers.sender_met import introduced, sender_met
from handlers.text_heard import TextHeard, first_text, text_heard, text_of
from models.conversations import change_conversation, lock_conversation, opted_out
from models.messages import postpone, store_inbound, unanswered
from models.outbox import withheld

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


@made_often
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
    met = conversation, look, profile = sender_met(session, inbound, circumstances)
    is_nothing = inbound.is_reaction and not _says_something(session, conversation, inbound, profile)
    if is_nothing or (look.is_known and not look.waiting):
        return Received(conversation.id, is_new=False)
    is_new, new = not look.is_known, None
    if is_new:
        new = stored_values(session, conversation.id, inbound, circumstances.trace, circumstances.now)
    conversation, look, _ = introduced(session, met, inbound, circumstances)
    heard = text_heard(session, conversation, look, new, circumstances, profile)
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
    session: Session, heard: TextHeard, circumstances: Circumstances, wait: timedelta, left_open: LeftOpen | None = None
) -> Received:
    """Let the turn wait; meanwhile the conversation shows that somebody has written."""
    due_at = circumstances.now + wait
    heard.by_turn.store(session)
    change_conversation(session, heard.conversation.id, last_message_at=circumstances.now)
    postpone(session, heard.conversation.id, due_at)
    return Received(heard.conversation.id, is_new=True, due_at=due_at, left_open=left_open)


def turn_due(session: Session, conversation_id: int, circumstances: Circumstances) -> bool:
    """The wait of a message is over, or its turn was never finished: finish it now. Whether another text is due."""
    left = finish_turn(session, lock_conversation(session, conversation_id), circumstances)
    return any(row.due_at <= circumstances.now for row in first_text(left))


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
) -> Sequence[Any]:
    """One turn for the first text of this conversation that no turn has covered, under the id of its last message. The
    messages behind it."""
    waiting = unanswered(session, conversation.id)
    if not waiting:
        return ()
    profile = circumstances.profiles.current(session)
    heard = text_of(session, conversation, waiting, circumstances, profile)
    _finish(session, heard, circumstances, suggested)
    return waiting[len(heard.rows) :]


def _finish(
    session: Session, heard: TextHeard, circumstances: Circumstances, suggested: Understood | None = None
) -> None:
    conversation, rows = heard.conversation, heard.rows
    if conversation.is_blocked:
        _hear_blocked(session, heard, circumstances)
    elif looks_like_a_loop(session, conversation, circumstances, heard.lately):
        loop_silenced(session, conversation, heard.by_turn, circumstances)
    else:
        if rows[-1].trace != circumstances.trace:
            circumstances = replace(circumstances, trace=rows[-1].trace)
        event = heard.event if suggested is None else replace(heard.event, suggested=suggested)
        advance(session, conversation, event, circumstances, heard.by_turn, heard.facts, heard.dialogue)
        if conversation.opted_out_at is not None and not opted_out(session, conversation.id):
            _send_withheld(session, conversation.id, rows[0].at, circumstances)


def _hear_blocked(session: Session, heard: TextHeard, circumstances: Circumstances) -> None:
    """Who is kept out as spam is heard of one thing, and not answered: whether they want our texts."""
    conversation, event, rows = heard.conversation, heard.event, heard.rows
    if event.carrier_answered or opt_word(event.text, bare_cancel=_bare_cancel(conversation, circumstances)):
        told = replace(circumstances, trace=rows[-1].trace)
        advance(session, conversation, event, told, heard.by_turn.read())
    else:
        silenced(session, conversation, heard.by_turn.read(), circumstances)


def _bare_cancel(conversation: Row[Any], circumstances: Circumstances) -> bool:
    channel = circumstances.channels.get(conversation.channel)
    return channel is not None and channel.bare_cancel_opts_out


def _send_withheld(session: Session, conversation_id: int, since: datetime, circumstances: Circumstances) -> None:
    """Whatever was given up while their START waited for its turn, in the journal for instance, was wanted."""
    for outbox_id in withheld(session, conversation_id, since):
        message_resent(session, outbox_id, circumstances.trace, circumstances.now)


def store(session: Session, conversation: Row[Any], inbound: Inbound, circumstances: Circumstances) -> bool:
    """Keep one message of this conversation; whether it is new."""
    values = stored_values(session, conversation.id, inbound, circumstances.trace, circumstances.now)
    return store_inbound(session, values) is not None


def stored_values(session: Session, conversation_id: int, inbound: Inbound, trace: str, at: datetime) -> dict[str, Any]:
    """What is kept of a message that came at this moment; its turn is due at once."""
    return {
        "conversation_id": conversation_id, "channel": inbound.channel, "provider_id": inbound.provider_id,
        "body": words_of(session, conversation_id, inbound)[:LONGEST], "media": list(inbound.media),
        "quoted_id": inbound.quoted_id, "opt_out": inbound.opt_out, "trace": trace, "at": at, "due_at": at,
        "raw": inbound.raw or None,
    }  # fmt: skip


def _left_open(session: Session, heard: TextHeard, circumstances: Circumstances) -> LeftOpen | None:
    """What to ask an interpreter; None where the texts are understood, are nobody's business, or a program's."""
    conversation = heard.conversation
    if not leaves_open(heard.dialogue, heard.event, heard.facts):
        return None
    if looks_like_a_loop(session, conversation, circumstances, heard.lately):
        return None
    ids, context = tuple(row.id for row in heard.rows), context_of(heard.dialogue, heard.facts)
    return LeftOpen(conversation.id, ids, heard.event.text, context, circumstances.now)


def _says_something(session: Session, conversation: Row[Any], inbound: Inbound, profile: Profile) -> bool:
    is_coordinator = profile.coordinator_in(conversation) is not None
    return says_something(session, conversation.id, inbound, is_coordinator=is_coordinator)

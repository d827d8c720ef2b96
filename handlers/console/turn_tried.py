"""A turn tried again: what the desk would answer now to the same words, from where the conversation stood then. It
happens on the real path, in a transaction of which nothing is ever kept."""

import re
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from conversations.dialogue import Dialogue
from conversations.stored import dump, load
from handlers.circumstances import Circumstances
from handlers.console.thread_shown import Head, Moment, moment_of
from handlers.message_received import finish_turn
from models.conversations import lock_conversation, newest_turn
from models.inbox_listing import turn_after
from models.messages import HIDDEN
from models.turns_tried import inbound_of_turn, last_inbound_before, put_back, unanswer, untell

_ANOTHER_EACH_TIME = re.compile(r"#\d+|(?<=/)[A-Za-z0-9_-]{43}(?=\s|$)")
"""The number of a booking, and what opens its page."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What the desk would do now, beside what it did then."""

    said: tuple[str, ...]
    state_before: str
    state_after: str
    known_after: dict[str, Any]
    says_the_same: bool
    """But for the numbers and links of what would be made, which are others each time."""
    ends_the_same: bool
    """In the same state."""


def may_be_tried(head: Head, moment: Moment) -> bool:
    """Whether a client's own words led to the turn, and those words are still there."""
    return head.client_id is not None and bool(moment.heard) and HIDDEN not in moment.heard


def turn_tried(session: Session, head: Head, turn_id: int, circumstances: Circumstances) -> Tried | None:
    """None where there is no such turn, or none that may be tried. Rolls the transaction back, whatever happens; raises
    as message_received()."""
    try:
        return _tried(session, head, turn_id, circumstances)
    finally:
        session.rollback()


def _tried(session: Session, head: Head, turn_id: int, circumstances: Circumstances) -> Tried | None:
    conversation = lock_conversation(session, head.id)
    moment = moment_of(session, head.id, turn_id)
    if moment is None or not may_be_tried(head, moment):
        return None
    texts = inbound_of_turn(session, head.id, turn_id)
    wrote_before = last_inbound_before(session, head.id, texts[0])
    dialogue = load(moment.before.dialogue_after) if moment.before is not None else Dialogue()
    opted_out_at = conversation.opted_out_at
    known = {
        "dialogue": dump(dialogue), "state": dialogue.state,
        "opted_out_at": None if opted_out_at is not None and opted_out_at >= moment.turn.at else opted_out_at,
        "language": conversation.language if wrote_before is not None else "",
    }  # fmt: skip
    last = newest_turn(session, head.id)
    unanswer(session, texts, circumstances.now)
    put_back(session, head.id, circumstances.now, wrote_before, **known)
    if wrote_before is None:
        untell(session, head.id, moment.turn.at)
    finish_turn(session, lock_conversation(session, head.id), replace(circumstances, race_lost=lambda: None))
    made = turn_after(session, head.id, last)
    then = moment_of(session, head.id, made.id) if made is not None else None
    assert then is not None
    return _beside(moment, then)


def _beside(was: Moment, now: Moment) -> Tried:
    return Tried(
        now.said, now.turn.state_before, now.turn.state_after, now.known_after,
        [_comparable(one) for one in was.said] == [_comparable(one) for one in now.said],
        was.turn.state_after == now.turn.state_after,
    )  # fmt: skip


def _comparable(text: str) -> str:
    return _ANOTHER_EACH_TIME.sub("…", text)

"""The first text of a conversation that no turn has covered: the messages that are one text, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.dialogue import Dialogue
from conversations.events import Said
from conversations.rules.opt_out import opt_word
from conversations.stored import load
from conversations.values import made_often
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from handlers.heard import Heard, stored
from handlers.meant import option_meant
from handlers.profile import Profile
from models.first_look import FirstLook
from models.outbox import outbox_by_provider_id
from models.waitlist import place_told_of


@made_often
@dataclass(frozen=True, slots=True)
class TextHeard:
    """The first text that no turn has covered, with what is known as it is heard."""

    conversation: Row[Any]
    rows: Sequence[Any]
    """The messages that are that text."""
    by_turn: Heard
    """The same, for the turn that answers them."""
    others_follow: bool
    """Behind it there is another, which no turn has covered either."""
    event: Said
    dialogue: Dialogue
    facts: DatabaseFacts
    lately: Sequence[tuple[datetime, str]] | None = None
    """What they texted a moment ago, newest first; None where that was not asked."""


def text_heard(
    session: Session, conversation: Row[Any], look: FirstLook, new: dict[str, Any] | None,
    circumstances: Circumstances, profile: Profile,
) -> TextHeard:  # fmt: skip
    """`new`: the values of the message that has come now."""
    if new is None:
        return text_of(session, conversation, look.waiting, circumstances, profile, look)
    lately = [(new["at"], new["body"]), *look.lately]
    if look.waiting or circumstances.patience:
        number = stored(session, new)
        waiting = [*look.waiting, SimpleNamespace(**new, id=number)]
        return text_of(session, conversation, waiting, circumstances, profile, look, lately)
    # Nothing waits before it, so that its turn comes now: it is stored with that.
    only = SimpleNamespace(**new, id=None)
    by_turn = Heard((), only.at, unstored=new)
    return text_of(session, conversation, [only], circumstances, profile, look, lately, by_turn)


def text_of(
    session: Session,
    conversation: Row[Any],
    waiting: Sequence[Any],
    circumstances: Circumstances,
    profile: Profile,
    look: FirstLook | None = None,
    lately: Sequence[tuple[datetime, str]] | None = None,
    by_turn: Heard | None = None,
) -> TextHeard:
    """Of the messages that are `waiting`, oldest first. `by_turn`: the same, where there is but one text of them."""
    rows, dialogue = first_text(waiting), load(conversation.dialogue)
    facts = DatabaseFacts(session, conversation, circumstances, profile, look)
    heard = by_turn or Heard(tuple(row.id for row in rows), rows[-1].at)
    channel = circumstances.channels.get(conversation.channel)
    event = _said(session, rows, dialogue, bare_cancel=channel is not None and channel.bare_cancel_opts_out)
    return TextHeard(conversation, rows, heard, len(rows) < len(waiting), event, dialogue, facts, lately)


def first_text(waiting: Sequence[Any]) -> Sequence[Any]:
    """The messages that are one text: those that waited for the next, and that one. One that did not wait is a text by
    itself, as those are that came while the database was away."""
    for number, row in enumerate(waiting, 1):
        if row.due_at <= row.at:
            return waiting[:number]
    return waiting


def _said(session: Session, rows: Sequence[Any], dialogue: Dialogue, *, bare_cancel: bool) -> Said:
    """Several quick messages are one text, a line each; but STOP, START and HELP say what they say alone."""
    about, place_id, texts = None, None, []
    alone = [row for row in rows if len(rows) > 1 and opt_word(row.body, bare_cancel=bare_cancel)]
    for row in alone[-1:] or rows:
        quoted = outbox_by_provider_id(session, row.channel, row.quoted_id) if row.quoted_id else None
        about = quoted.booking_id if quoted is not None else about
        place_id = place_told_of(session, quoted.id) if quoted is not None else place_id
        texts.append(option_meant(quoted, row.body, dialogue) if quoted is not None else row.body)
    return Said(
        text="\n".join(texts),
        about=about,
        media=sum([len(row.media) for row in rows]),
        carrier_answered=bool([row for row in rows if row.opt_out]),
        place_id=place_id,
    )

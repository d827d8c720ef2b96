"""What became of one command that was given from the console."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from models.command_log import command_log
from models.conversations import turns
from models.messages import messages


def asked(session: Session, channel: str, provider_id: str) -> Row[Any] | None:
    """The words of this message, and the turn that answered them; None where nobody has answered yet."""
    statement: Select[Any] = (
        select(messages.c.body, turns.c.conversation_id, turns.c.at, turns.c.dialogue_after)
        .join(turns, turns.c.id == messages.c.turn_id)
        .where(messages.c.channel == channel, messages.c.provider_id == provider_id)
    )
    return session.execute(statement).one_or_none()


def changes_at(session: Session, conversation_id: int, at: datetime) -> frozenset[tuple[int, datetime | None]]:
    """What was commanded, or taken back, in this conversation at this moment. Several commands of one call share their
    moment: one has changed something where there is more after it than before."""
    own = command_log.c
    mine = own.conversation_id == conversation_id, or_(own.at == at, own.undone_at == at)
    return frozenset((row.id, row.undone_at) for row in session.execute(select(own.id, own.undone_at).where(*mine)))

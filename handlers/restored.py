"""A backup was put back: what was due by now may have gone out since it was taken, and nothing goes out twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import COMMAND_LINE, audit
from models.claims import AT_ONCE
from models.held_back import end_sign_ins, hold_prompts, hold_refunds, hold_texts, unsent_by
from models.waitlist_looks import look_for_text

BATCH = 500


@dataclass(frozen=True, slots=True)
class Held:
    """How many of each wait for a person."""

    texts: int
    refunds: int
    prompts: int


def restored(session: Session, taken_at: str, now: datetime) -> Held:
    """Hold what is due by now; what falls due later is sent as ever. `taken_at` is the backup's moment, where that is
    known."""
    texts = unsent_by(session, now)
    for first in range(0, len(texts), BATCH):
        hold_texts(session, texts[first : first + BATCH], now)
    for number in texts:
        look_for_text(session, number, AT_ONCE)
    end_sign_ins(session)
    held = Held(len(texts), hold_refunds(session, now), hold_prompts(session))
    words = f"held: {held.texts} texts, {held.refunds} refunds, {held.prompts} prompts"
    audit(
        session, at=now, operator_id=None, who=COMMAND_LINE, action="restored a backup",
        words=f"of {taken_at}; {words}" if taken_at else words,
    )  # fmt: skip
    return held

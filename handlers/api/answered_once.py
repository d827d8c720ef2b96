"""A call with an Idempotency-Key is done once: what it was answered is kept in the same transaction as what it did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.api import answer_kept, claim_answer, forget_answers, is_any_older, keep_answer

KEPT = timedelta(hours=24)
"""How long an answer is kept, as a client is told in the docs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered. `body` is JSON, "" for none."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_repeated: bool = False


class KeyReused(Exception):
    """The key was used before, for something else."""


def answered_once(
    session: Session, token_id: int, key_hash: str, fingerprint: str, now: datetime, work: Callable[[], Answer],
    *, keeps: bool = True,
) -> Answer:  # fmt: skip
    """What `work` answers, the first time. Of two at once, the second waits for the first. Where `work` raises, nothing
    is kept, and the key is free again. Where it is not to `keeps`, what was answered is not, only that it was. Raises
    KeyReused."""
    is_new = claim_answer(
        session, token_id=token_id, key_hash=key_hash, fingerprint=fingerprint, status=0, headers={}, body="", at=now
    )
    if not is_new:
        row = answer_kept(session, token_id, key_hash)
        if row is None or row.fingerprint != fingerprint:
            raise KeyReused
        return Answer(row.status, row.body, row.headers, is_repeated=True)
    answer = work()
    body = answer.body if keeps else ""
    keep_answer(session, token_id, key_hash, status=answer.status, headers=dict(answer.headers), body=body)
    return answer


def is_any_to_forget(session: Session, now: datetime) -> bool:
    return is_any_older(session, now - KEPT)


def answers_forgotten(session: Session, now: datetime) -> None:
    """What nobody asks for again, and codes that nobody can use."""
    forget_answers(session, now - KEPT)

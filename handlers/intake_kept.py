"""Answers to an intake: sealed as they come, kept beside the conversation until there is a booking to keep them."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import Service
from conversations.effects import KeepAnswer
from handlers.circumstances import Circumstances
from models.conversations import change_conversation, intake_draft


class NoKey(Exception):
    """Answers came, and there is no key to seal them by."""


def keep_answer(session: Session, effect: KeepAnswer, conversation: Row[Any], circumstances: Circumstances) -> None:
    """Raises NoKey."""
    draft = intake_draft(session, conversation.id)
    change_conversation(
        session, conversation.id, intake_draft={**draft, effect.question: sealed(effect.answer, circumstances)}
    )  # fmt: skip


def sealed(answer: str | None, circumstances: Circumstances) -> str | None:
    """An answer as it is stored; None, which stands for a question that was skipped, as it is. Raises NoKey."""
    if answer is None:
        return None
    if circumstances.seal is None:
        raise NoKey
    return circumstances.seal(answer, circumstances.now)


def answers_so_far(session: Session, service: Service, conversation_id: int) -> dict[str, str | None]:
    """What was answered of this service's questions for a booking that is being made."""
    if not service.intake:
        return {}
    draft = intake_draft(session, conversation_id)
    return {question.name: draft[question.name] for question in service.intake if question.name in draft}


def forget_draft(session: Session, service: Service, conversation_id: int) -> None:
    """The booking is made, and has them."""
    if service.intake:
        change_conversation(session, conversation_id, intake_draft={})

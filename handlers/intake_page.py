"""The page on which a client answers the questions of an intake: what it asks, and what they have sent. What was
answered is never shown again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from conversations.intake import LONGEST_ANSWER, Question, QuestionKind
from conversations.languages import known
from conversations.languages.render import name_text
from conversations.rules.transitions import LIVE
from handlers.circumstances import Circumstances
from handlers.intake_kept import sealed
from handlers.views import questions_of
from models.bookings import booking_by_token, change_booking
from models.conversations import conversation_by_id

_YES_NO = ("yes", "no")


class Sent(StrEnum):
    """What has come of it."""

    KEPT = "kept"
    MISSING = "missing"
    """An answer that is wanted was not given, so nothing was kept."""
    CLOSED = "closed"
    """The session is over, or called off."""


@dataclass(frozen=True, slots=True)
class IntakePage:
    """`answered` are the names of the questions that have their answer. `is_open`: answers are still taken."""

    questions: tuple[Question, ...]
    answered: frozenset[str]
    service: str
    business: str
    language: str
    default_language: str
    is_open: bool

    def choices(self, question: Question) -> list[tuple[str, str]]:
        """What stands for each choice, and how it is called."""
        labels = question.labels(self.language, self.default_language)
        return [(str(place), label) for place, label in enumerate(labels)]

    @property
    def left(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.name not in self.answered)


def intake_of(session: Session, token: str, circumstances: Circumstances) -> IntakePage | None:
    """None where the token opens none."""
    row = booking_by_token(session, token)
    profile = circumstances.profiles.current(session)
    questions = tuple(questions_of(row, profile)) if row is not None else ()
    if row is None or not questions:
        return None
    language = conversation_by_id(session, row.conversation_id).language if row.conversation_id else ""
    business = profile.business
    code = known(language or business.language)
    return IntakePage(
        questions, frozenset(name for name, answer in row.intake_answers.items() if answer is not None),
        name_text(profile.names_of_services[row.service_id], code), business.name, code,
        business.language, row.status in LIVE and row.end_at > circumstances.now,
    )  # fmt: skip


def answers_sent(session: Session, token: str, given: Mapping[str, str], circumstances: Circumstances) -> Sent:
    """Keep what answers a question that has no answer yet: of a choice its place, of the others the words. Raises
    NoKey, and LostRace where the booking has changed meanwhile."""
    page, row = intake_of(session, token, circumstances), booking_by_token(session, token)
    if page is None or row is None or not page.is_open:
        return Sent.CLOSED
    answers = {question.name: _read(question, given.get(question.name, ""), page) for question in page.left}
    if any(question.is_required and answers[question.name] is None for question in page.left):
        return Sent.MISSING
    kept = {name: sealed(answer, circumstances) for name, answer in answers.items()}
    change_booking(
        session, row.id, row.version, circumstances.now, intake_answers={**row.intake_answers, **kept}
    )  # fmt: skip
    return Sent.KEPT


def _read(question: Question, given: str, page: IntakePage) -> str | None:
    given = given.strip()
    match question.kind:
        case QuestionKind.TEXT:
            return given[:LONGEST_ANSWER] or None
        case QuestionKind.YES_NO:
            return given if given in _YES_NO else None
        case QuestionKind.CHOICE:
            labels = question.labels(page.default_language)
            is_place = given.isascii() and given.isdigit() and len(given) < 3 and int(given) < len(labels)
            return labels[int(given)] if is_place else None

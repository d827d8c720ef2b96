"""What a command from the console came to: it was done, it was refused, or it only tells or asks something."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from conversations.commands.parse import parse
from conversations.dialogue import Awaiting
from conversations.languages import known
from conversations.rules.routes import CONSOLE
from conversations.stored import load
from handlers.profile import Profile
from models.command_answers import asked, has_changed
from models.messages import answers_to

ONLY_TELL = ("CALL", "MORE", "SHOW", "WHY")
"""Commands that change nothing, beside those that list."""


class CameTo(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed, though something was to be."""
    TELLS = "tells"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command was answered, and what it came to."""

    came_to: CameTo
    texts: list[str]


def answered(session: Session, provider_id: str, profile: Profile) -> Answered | None:
    """None where there is no answer to this command."""
    texts, turn = answers_to(session, CONSOLE, provider_id), asked(session, CONSOLE, provider_id)
    if not texts or turn is None:
        return None
    if has_changed(session, turn):
        return Answered(CameTo.DONE, texts)
    calls = parse(turn.body, known(profile.business.language))
    changes = [call for call in calls if call.command.show is None and call.command.word not in ONLY_TELL]
    is_asked = load(turn.dialogue_after).awaiting in (Awaiting.SURE, Awaiting.REQUEST)
    return Answered(CameTo.REFUSED if changes and not is_asked else CameTo.TELLS, texts)

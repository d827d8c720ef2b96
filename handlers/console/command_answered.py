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
from models.command_answers import asked, changes_at
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
    asks: bool = False
    """Whether it waits for an answer to what it asked."""


def answered(session: Session, provider_id: str, profile: Profile, *, is_done: bool | None = None) -> Answered | None:
    """None where there is no answer to this command. `is_done`: whether it has changed something, where whoever has
    just given it knows; else whether anything changed in its conversation at its moment."""
    texts, turn = answers_to(session, CONSOLE, provider_id), asked(session, CONSOLE, provider_id)
    if not texts or turn is None:
        return None
    if is_done is None:
        is_done = bool(changes_at(session, turn.conversation_id, turn.at))
    if is_done:
        return Answered(CameTo.DONE, texts)
    calls = parse(turn.body, known(profile.business.language))
    changes = [call for call in calls if call.command.show is None and call.command.word not in ONLY_TELL]
    is_asked = load(turn.dialogue_after).awaiting in (Awaiting.SURE, Awaiting.REQUEST)
    return Answered(CameTo.REFUSED if changes and not is_asked else CameTo.TELLS, texts, asks=is_asked)

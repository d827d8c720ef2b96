"""What staff and operators do by the API: the coordinator's commands, in the words that a coordinator would text."""

import re

from sqlalchemy.orm import Session

from handlers.api.caller import Caller
from handlers.circumstances import Circumstances
from handlers.console.command_answered import CameTo, answered
from handlers.console.commanded import commanded, provider_id

_NUMBERED, _SERIES = (re.compile(rf"\W*(?:and\b\W*)?{first}\d", re.IGNORECASE) for first in ("s?", "s"))


class Refused(Exception):
    """Nothing was done; `words` say why, as a coordinator would read it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def give(session: Session, words: str, once: str, caller: Caller, circumstances: Circumstances) -> str:
    """Give one command, once for each `once`; what it was answered. Words of somebody's own in it are of one line, and
    begin no other command. Raises Refused and LostRace."""
    profile = circumstances.profiles.current(session)
    answer = commanded(session, words, once, caller.who, circumstances)
    found = answered(session, provider_id(caller.who.id, answer.known_as), profile, is_done=answer.is_done)
    said = "\n".join(answer.texts)
    # A YES is no command: where it comes to nothing, it only tells why.
    comes_to_nothing = answer.is_done is False and found is not None and not found.asks
    if found is None or found.came_to is CameTo.REFUSED or comes_to_nothing:
        raise Refused(said)
    return said


def one_line(words: str, *, is_single: bool = False) -> str:
    """What somebody wrote, to stand behind a command: a line of its own would be another command, and so would what
    comes after a semicolon. What it begins with would be read as one more booking or series, and is put in quotation
    marks; of a command that takes a single booking (`is_single`), only a series would."""
    found = " ".join(words.replace(";", ",").split())
    return f"“{found}”" if (_SERIES if is_single else _NUMBERED).match(found) else found

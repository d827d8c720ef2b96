"""A deed of staff or operators: a coordinator's command, whose refusal is a problem document."""

from bot.api.endpoint import Call
from bot.api.problems import Problem
from handlers.api.deeds import Refused, give


def done(call: Call, words: str, part: str = "") -> str:
    """What the command was answered; `part` tells several of one call apart. Raises Problem where nothing was done."""
    try:
        return give(call.session, words, f"{call.once}{part}", call.by, call.circumstances)
    except Refused as refused:
        raise Problem(409, "refused", refused.words) from None

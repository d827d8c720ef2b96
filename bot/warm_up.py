"""Build what is built once before the first text comes, beside the start and not before it."""

import gc
from collections.abc import Iterable
from contextlib import suppress
from threading import Timer

from sqlalchemy.orm import Session

from bot.database import DatabaseAway
from bot.desk import Desk
from conversations import understanding
from conversations.languages import known, spoken
from conversations.languages.render import render
from conversations.replies import say
from models.business import has_business
from models.clients import languages_spoken_lately

AFTER_SECONDS = 1.0
"""Once the first request can be answered: the two would only slow each other down."""
_built: set[str] = set()
"""Languages, also those that were built in the process that this one was forked from."""


def warm_up_beside(desk: Desk) -> None:
    """The grammar of a language takes a quarter of a second or more: the first client should not wait for it, nor the
    start."""
    if _built:
        return
    timer = Timer(AFTER_SECONDS, _warm_up_for, (desk,))
    timer.daemon = True
    timer.start()


def _warm_up_for(desk: Desk) -> None:
    warm_up(languages_in_use(desk))


def languages_in_use(desk: Desk) -> list[str]:
    """The business's, English, which is behind each, and those of the latest clients. The others take their memory with
    the first text in them."""
    found = {"en": True}
    with suppress(DatabaseAway):
        found |= dict.fromkeys(map(known, desk.database.read(lambda session: _spoken_here(session, desk))), True)
    return list(found)


def _spoken_here(session: Session, desk: Desk) -> list[str]:
    own = [desk.profiles.current(session).business.language] if has_business(session) else []
    return own + languages_spoken_lately(session)


def warm_up(codes: Iterable[str] | None = None) -> None:
    """These languages; else all."""
    for code in spoken() if codes is None else codes:
        understanding.warm_up(code)
        render(say("pending", count=1, lines=()), code)  # reads what CLDR says of the language
        _built.add(code)
    keep_for_good()


def keep_for_good() -> None:
    """What lives as long as the process is looked through no more for what could be thrown away: some 200,000 objects,
    for which every thread would stand still for a tenth of a second, whenever a turn has read much. Nor is it written
    to, so that processes that are forked from here share it."""
    gc.collect()
    gc.freeze()

"""Messages came in while the database was away: stored a batch at a time, each a text by itself, whose turn is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.layout import Capabilities
from conversations.messages import Inbound
from conversations.rules.opt_out import OptWord, opt_word
from handlers.circumstances import Circumstances
from handlers.meant import says_something
from handlers.message_received import stored_values
from handlers.suppressed import heed_suppressions
from models.clients import clients_for
from models.consents import first_consents
from models.conversations import Address, conversations_for, introduce
from models.messages import store_all_inbound


@dataclass(frozen=True, slots=True)
class Came:
    """A message, `at` when it came, and the id that runs through the logs."""

    inbound: Inbound
    at: datetime
    trace: str

    @property
    def address(self) -> Address:
        return self.inbound.channel, self.inbound.address


def messages_kept(session: Session, came: Sequence[Came], circumstances: Circumstances) -> dict[int, str]:
    """Store them in the order in which they came, each once. Returns the conversations where one says whether our texts
    may go to that person, so that their turn must not wait, with its trace."""
    if not came:
        return {}
    rooms = conversations_for(session, {one.address: one.at for one in came})
    coordinators = {one.phone for one in circumstances.profiles.current(session).texting}
    came = [one for one in came if _is_text(session, rooms[one.address], one, coordinators)]
    new = _stored(session, rooms, came)
    _introduce(session, rooms, new, coordinators, circumstances)
    opting = {}
    for one in came:
        channel = circumstances.channels.get(one.inbound.channel, Capabilities())
        word = opt_word(one.inbound.text, bare_cancel=channel.bare_cancel_opts_out)
        if word in (OptWord.OUT, OptWord.IN):
            opting[rooms[one.address].id] = one.trace
    return opting


def _is_text(session: Session, room: Row[Any], one: Came, coordinators: Iterable[str]) -> bool:
    """Not a reaction that answers nothing."""
    if not one.inbound.is_reaction:
        return True
    return says_something(session, room.id, one.inbound, is_coordinator=room.address in coordinators)


def _stored(session: Session, rooms: dict[Address, Row[Any]], came: Sequence[Came]) -> list[Came]:
    """Store them; those that are new."""
    values = [stored_values(session, rooms[one.address].id, one.inbound, one.trace, one.at) for one in came]
    return [came[place] for place in store_all_inbound(session, values)]


def _introduce(
    session: Session,
    rooms: dict[Address, Row[Any]],
    new: Sequence[Came],
    coordinators: Iterable[str],
    circumstances: Circumstances,
) -> None:
    """Know the people behind addresses that never wrote before, but coordinators; and when each wrote last."""
    last = {rooms[one.address].id: one.at for one in new}
    first: dict[Address, Came] = {}
    for one in new:
        first.setdefault(one.address, one)
    strangers = [one for one in first.values() if rooms[one.address].client_id is None]
    unknown = [one for one in strangers if one.inbound.address not in coordinators]
    numbers = clients_for(session, [(one.inbound.phone, one.inbound.profile_name, one.at) for one in unknown])
    theirs = {rooms[one.address].id: number for one, number in zip(unknown, numbers, strict=True)}
    introduce(session, theirs, last)
    first_consents(session, {rooms[one.address].id: one.at for one in unknown})
    heed_suppressions(session, {rooms[one.address].id: one.address for one in unknown}, circumstances)

"""What stands behind BOOK and its number: whom it is for, what, with whom and when."""

from dataclasses import dataclass

from conversations.business import Service, Staff
from conversations.commands.words import (
    FOR,
    WITH,
    Moment,
    Named,
    is_led_by,
    mentions,
    place_of,
    read,
    read_moment,
    without,
    without_mention,
)
from conversations.facts import Facts
from conversations.languages.render import name_text
from conversations.replies import Reply, say
from conversations.understanding import Certainty, Understood

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class WalkIn:
    """One service, or those of one visit. `staff` is None where anybody will do; the moment may be unclear."""

    name: str
    services: tuple[Service, ...]
    staff: Staff | None
    moment: Moment


def read_walk_in(text: str, facts: Facts, example: str) -> WalkIn | Reply:
    """Or what the coordinator reads where the words name no service, several that fit alike, two wishes, or a day that
    may be a name."""
    named = _who_gives(text, facts)
    said = read(named.rest, facts, named.staff).words.get("services", "")
    parts = _name_before(named.rest, said, named.staff, facts)
    if parts is None:
        return say("command_book_when", example=example)
    name, behind = parts
    understood = read(behind, facts, named.staff)
    wished = _wished(understood, facts, example)
    if isinstance(wished, Reply):
        return wished
    moment = read_moment(behind, facts, named.staff)
    said = understood.words.get("services", "")
    name = name or without(moment.words, said, *said.split())
    return WalkIn(name[:LONGEST_NAME], wished, named.staff, moment)


def _who_gives(text: str, facts: Facts) -> Named:
    """Who is named behind "with", else behind the service. A name before it, or behind "for", is the client's."""
    service = _place(text, read(text, facts).words.get("services", ""))
    found = list(mentions(text, tuple(facts.staff())))
    led = [each for each in found if is_led_by(WITH, text, each, facts.language)]
    behind = [each for each in found if service is not None and each.start >= service[1]]
    meant = led or [each for each in behind if not is_led_by(FOR, text, each, facts.language)]
    return Named(meant[0].staff, without_mention(text, meant[0], facts.language)) if meant else Named(None, text)


def _name_before(text: str, said: str, staff: Staff | None, facts: Facts) -> tuple[str, str] | None:
    """What stands before the service is the name where day and time stand behind it, be it like a day ("Tom", "April")
    or an hour ("Eve"); and the text behind it. Without a name, the whole text. None where only the hour stands behind
    it, and a day, or a name like one, before it."""
    place = _place(text, said)
    if place is None or place[0] == 0:
        return "", text
    before, behind = text[: place[0]], text[place[0] :]
    moment = read_moment(behind, facts, staff)
    if not moment.says_day and moment.at is None:
        return "", text
    if not moment.says_day and read(before.lower(), facts, staff).date.certainty is not Certainty.NOTHING:
        return None
    return before.strip(" ,.;:"), behind


def _place(text: str, said: str) -> tuple[int, int] | None:
    """Where the services stand, or the first of them."""
    return place_of(text, said) or place_of(text, said.partition(" ")[0])


def _wished(understood: Understood, facts: Facts, example: str) -> tuple[Service, ...] | Reply:
    known = {service.id: service for service in facts.services()}
    fitting = understood.visit or (understood.service_ids,)
    unsure = next((ids for ids in fitting if len(ids) != 1), None)
    if unsure is not None:
        fit = (service.called for service in known.values() if not unsure or service.id in unsure)
        names = ", ".join(name_text(each, facts.language) for each in fit)
        return say("command_book_service", services=names, example=example)
    wished = tuple(known[ids[0]] for ids in fitting)
    if understood.further:
        first = name_text(wished[0].called, facts.language)
        return say("command_book_apart", services=f"{first}, {understood.further}", example=example)
    return wished

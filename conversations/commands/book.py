"""BOOK with a number: a booking for who came in or called, confirmed at once."""

import re
from datetime import datetime

import phonenumbers

from conversations.business import Service, Staff
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import call_them, with_line
from conversations.commands.times import ALREADY_HERE, Wanted, not_to_be_had
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
from conversations.effects import BookFor
from conversations.facts import Facts
from conversations.flows import visits
from conversations.replies import Reply, say
from conversations.understanding import Understood

_DATE = r"\d{4}-\d{1,2}-\d{1,2}\b|\d{1,2}\.\d{1,2}\.\d{2,4}\b"
_NUMBER = re.compile(rf"(?!{_DATE})\+?\(?\d[\d \-().]{{4,}}\d")
"""What looks like a telephone number, perhaps with more digits behind it; a date does not."""
_END = re.compile(r"\d(?![\w:/])")
LONGEST_NAME = 60


def run(rest: str, facts: Facts) -> Outcome:
    phone, behind = _number(rest, facts.business.region)
    if not phone:
        return Outcome(say("command_book_number", example=COMMAND.example))
    named = _who_gives(behind, facts)
    understood = read(named.rest, facts, named.staff)
    wished = _wished(understood, facts)
    if isinstance(wished, Outcome):
        return wished
    service = visits.offered([one.id for one in wished], facts)
    if service is None:
        names = ", ".join(one.name for one in wished)
        return Outcome(say("command_book_apart", services=names, example=COMMAND.example))
    refusal = not_to_be_had(named.staff, wished, facts) if named.staff is not None else None
    if refusal is not None:
        return refusal
    givers = _givers(service, facts)
    if not givers:
        return Outcome(say("command_no_staff"))
    moment, name = _when_and_who(named.rest, understood.words.get("services", ""), named.staff, facts)
    if moment.unclear or moment.at is None:
        return Outcome(say("command_book_when", example=COMMAND.example))
    start = moment.start(facts.now, facts)
    if start is None:
        return Outcome(say("command_book_gap", at=moment.at))
    ids = tuple(one.id for one in wished)
    return _book(phone, name, ids, service, [named.staff] if named.staff is not None else givers, start, facts)


def _who_gives(text: str, facts: Facts) -> Named:
    """Who is named behind "with", else behind the service. A name before it, or behind "for", is the client's."""
    service = place_of(text, read(text, facts).words.get("services", ""))
    found = list(mentions(text, tuple(facts.staff())))
    led = [each for each in found if is_led_by(WITH, text, each, facts.language)]
    behind = [each for each in found if service is not None and each.start >= service[1]]
    meant = led or [each for each in behind if not is_led_by(FOR, text, each, facts.language)]
    return Named(meant[0].staff, without_mention(text, meant[0], facts.language)) if meant else Named(None, text)


def _wished(understood: Understood, facts: Facts) -> list[Service] | Outcome:
    """The one service, or those of one visit; or what is asked where the words may mean several, or hold two wishes."""
    known = {service.id: service for service in facts.services()}
    fitting = understood.visit or (understood.service_ids,)
    unsure = next((ids for ids in fitting if len(ids) != 1), None)
    if unsure is not None:
        names = ", ".join(service.name for service in known.values() if not unsure or service.id in unsure)
        return Outcome(say("command_book_service", services=names, example=COMMAND.example))
    if understood.further:
        names = f"{known[fitting[0][0]].name}, {understood.further}"
        return Outcome(say("command_book_apart", services=names, example=COMMAND.example))
    return [known[ids[0]] for ids in fitting]


def _givers(service: Service, facts: Facts) -> list[Staff]:
    """Those who give it whose calendars are this coordinator's; of others, only where none of theirs does."""
    mine = [staff for staff in facts.my_own_staff(service.id) if staff.id in service.staff_ids]
    return mine or [staff for staff in facts.my_staff(service.id) if staff.id in service.staff_ids]


def _when_and_who(text: str, said: str, staff: Staff | None, facts: Facts) -> tuple[Moment, str]:
    """The day and time, and the client's name. Where day and time stand behind the service, what stands before it is
    the name, be it like a day ("Tom", "April")."""
    place = place_of(text, said)
    if place is not None and place[0] > 0:
        moment = read_moment(text[place[1] :], facts, staff)
        if moment.says_day:
            return moment, text[: place[0]].strip(" ,.;:")[:LONGEST_NAME]
    moment = read_moment(text, facts, staff)
    return moment, without(moment.words, *said.split())[:LONGEST_NAME]


def _book(
    phone: str, name: str, service_ids: tuple[int, ...], service: Service, staff: list[Staff], start: datetime,
    facts: Facts,
) -> Outcome:  # fmt: skip
    """With the first who works then and is free, else with the first who is free."""
    if start <= facts.now - ALREADY_HERE:
        return Outcome(say("command_book_past", when=start))
    wanted = [Wanted(service, member, start) for member in staff]
    free = [each for each in wanted if not each.is_taken(facts)]
    if not free:
        near = next((near for each in wanted if (near := each.near(facts))), "")
        return Outcome(say("command_book_taken", when=start, near=near))
    chosen = next((each for each in free if not each.warning), free[0])
    caller = facts.caller(phone)
    called = name or caller.name
    client: Reply | str = say("client_and_phone", name=called, phone=phone) if called else phone
    reply = say("command_booked", client=client, service=service.name, staff=chosen.staff.name, when=start)
    effect = BookFor(phone, name, service_ids, chosen.staff.id, start)
    if caller.opted_out:
        outcome = with_line(Outcome(reply, (effect,)), call_them(called or phone, phone))
    else:
        outcome = Outcome(say("told", what=reply, told=say("client_told")), (effect,))
    return with_line(outcome, chosen.warning)


def _number(text: str, region: str) -> tuple[str, str]:
    """The number that a text begins with, as E.164, and what stands behind it: the shortest that can exist, for digits
    of a day or an hour may follow. A national one is read by the business's country. "" where there is none."""
    looks = _NUMBER.match(text)
    for found in _END.finditer(text, 0, looks.end()) if looks is not None else ():
        try:
            number = phonenumbers.parse(text[: found.end()], region or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return e164, text[found.end() :].strip()
    return "", text


COMMAND = Command("BOOK", "BOOK +97455501234 Sara haircut tomorrow 15:00", act=run, only_before=_NUMBER)

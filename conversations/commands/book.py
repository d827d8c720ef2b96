"""BOOK with a number: a booking for who came in or called, confirmed at once."""

import re
from datetime import datetime

import phonenumbers

from conversations.business import Service, Staff
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import call_them, with_line
from conversations.commands.times import ALREADY_HERE, Wanted, not_to_be_had
from conversations.commands.words import Moment, named_staff, read, read_moment, without
from conversations.effects import BookFor
from conversations.facts import Facts
from conversations.replies import Reply, say

_DATE = r"\d{4}-\d{1,2}-\d{1,2}\b|\d{1,2}\.\d{1,2}\.\d{2,4}\b"
_NUMBER = re.compile(rf"(?!{_DATE})\+?\(?\d[\d \-().]{{4,}}\d")
"""What looks like a telephone number, perhaps with more digits behind it; a date does not."""
_END = re.compile(r"\d(?![\w:/])")
LONGEST_NAME = 60


def run(rest: str, facts: Facts) -> Outcome:
    phone, behind = _number(rest, facts.business.region)
    if not phone:
        return Outcome(say("command_book_number", example=COMMAND.example))
    people = tuple(facts.staff())
    named = named_staff(behind, people)
    understood = read(named.rest, facts, named.staff)
    offered = [service for service in facts.services() if service.id in understood.service_ids]
    if len(offered) != 1:
        names = ", ".join(service.name for service in (offered or facts.services()))
        return Outcome(say("command_book_service", services=names, example=COMMAND.example))
    service = offered[0]
    refusal = not_to_be_had(named.staff, (service,), facts) if named.staff is not None else None
    if refusal is not None:
        return refusal
    givers = [staff for staff in facts.my_staff(service.id) if staff.id in service.staff_ids]
    if not givers:
        return Outcome(say("command_no_staff"))
    moment, name = _when_and_who(named.rest, understood.words.get("services", ""), service, named.staff, facts)
    if moment.unclear or moment.at is None:
        return Outcome(say("command_book_when", example=COMMAND.example))
    start = moment.start(facts.now, facts)
    if start is None:
        return Outcome(say("command_book_gap", at=moment.at))
    return _book(phone, name, service, [named.staff] if named.staff is not None else givers, start, facts)


def _when_and_who(text: str, said: str, service: Service, staff: Staff | None, facts: Facts) -> tuple[Moment, str]:
    """The day and time, and the client's name. Where day and time stand behind the service, what stands before it is
    the name, be it like a day ("Tom", "April")."""
    place = text.casefold().find(said.casefold()) if said else -1
    if place > 0:
        moment = read_moment(text[place + len(said) :], facts, staff)
        if moment.says_day:
            return moment, text[:place].strip(" ,.;:")[:LONGEST_NAME]
    moment = read_moment(text, facts, staff)
    return moment, without(moment.words, said, service.name)[:LONGEST_NAME]


def _book(phone: str, name: str, service: Service, staff: list[Staff], start: datetime, facts: Facts) -> Outcome:
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
    effect = BookFor(phone, name, (service.id,), chosen.staff.id, start)
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

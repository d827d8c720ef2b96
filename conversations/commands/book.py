"""BOOK with a number: a booking for who came in or called, confirmed at once."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import phonenumbers

from conversations.business import Service, Staff
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import as_told, on_lines
from conversations.commands.times import ALREADY_HERE, Wanted, not_to_be_had, of_booking, staff_of
from conversations.commands.walk_in import WalkIn, read_walk_in
from conversations.dialogue import Dialogue
from conversations.effects import BookFor
from conversations.events import BookedByHand
from conversations.facts import Facts
from conversations.flows import visits
from conversations.flows.notices import client_line
from conversations.languages import language
from conversations.languages.render import name_text
from conversations.replies import Reply, say
from conversations.rules.cells import CELL_MINUTES
from conversations.turn import Turn

_DATE = r"\d{4}-\d{1,2}-\d{1,2}\b|\d{1,2}\.\d{1,2}\.\d{2,4}\b"
_NUMBER = re.compile(rf"(?!{_DATE})\+?\(?\d[\d \-().]{{4,}}\d")
"""What looks like a telephone number, perhaps with more digits behind it; a date does not."""
_END = re.compile(r"\d(?![\w:/])")


def run(rest: str, facts: Facts) -> Outcome:
    phone, behind = number_in(rest, facts.business.region)
    if not phone:
        return Outcome(say("command_book_number", example=COMMAND.example))
    asked = read_walk_in(_as_clock(behind, facts), facts, COMMAND.example)
    if isinstance(asked, Reply):
        return Outcome(asked)
    service = visits.offered([one.id for one in asked.services], facts, phone)
    if service is None:
        names = ", ".join(name_text(one.called, facts.language) for one in asked.services)
        return Outcome(say("command_book_apart", services=names, example=COMMAND.example))
    refusal = not_to_be_had(asked.staff, asked.services, facts) if asked.staff is not None else None
    if refusal is not None:
        return refusal
    givers = [asked.staff] if asked.staff is not None else _givers(service, facts)
    if not givers:
        return Outcome(say("command_no_staff"))
    if asked.moment.past:
        return Outcome(say("command_span_past", span=asked.moment.past))
    if asked.moment.unclear or asked.moment.at is None:
        return Outcome(say("command_book_when", example=COMMAND.example))
    start = asked.moment.start(facts.now, facts)
    if start is None:
        return Outcome(say("command_book_gap", at=asked.moment.at))
    return _book(phone, asked, service, givers, start, facts)


def _as_clock(text: str, facts: Facts) -> str:
    """A "now" at the end as the next start that there can be, day and time."""
    found = _now(facts.language).search(text)
    if found is None:
        return text
    behind = timedelta(minutes=facts.now.minute % CELL_MINUTES, seconds=facts.now.second)
    start = facts.now.replace(microsecond=0) - behind + timedelta(minutes=CELL_MINUTES if behind else 0)
    return f"{text[: found.start()]} {start:%Y-%m-%d %H:%M}"


@cache
def _now(code: str) -> re.Pattern[str]:
    """English words always, and those of a coordinator's own language."""
    phrases = {phrase for spoken in ("en", code) for phrase in language(spoken)["words"]["right_now"]}
    either = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})[\s.!]*\Z", re.IGNORECASE)


def _givers(service: Service, facts: Facts) -> list[Staff]:
    """Those who give it whose calendars are this coordinator's; of others, only where none of theirs does."""
    mine = [staff for staff in facts.my_own_staff(service.id) if staff.id in service.staff_ids]
    return mine or [staff for staff in facts.my_staff(service.id) if staff.id in service.staff_ids]


def _book(phone: str, asked: WalkIn, service: Service, staff: list[Staff], start: datetime, facts: Facts) -> Outcome:
    """With whoever's turn it is of those who work then and are free, else of those who are free."""
    if start <= facts.now - ALREADY_HERE:
        return Outcome(say("command_book_past", when=start))
    wanted = [Wanted(service, member, start) for member in staff]
    free = [each for each in wanted if not each.is_taken(facts)]
    if not free:
        near = next((near for each in wanted if (near := each.near(facts))), "")
        return Outcome(say("command_book_taken", when=start, reason=wanted[0].why(facts), near=near))
    chosen = _in_turn([each for each in free if not each.warning] or free, facts)
    ids = tuple(one.id for one in asked.services)
    return Outcome(None, (BookFor(phone, asked.name, ids, chosen.staff.id, start),))


def booked(dialogue: Dialogue, event: BookedByHand, facts: Facts) -> Turn:
    """Its number and what was booked; whether the client reads of it, and what is out of the ordinary."""
    found, staff = event.made, staff_of(event.made, facts)
    reply = say(
        "command_booked", id=found.id, client=client_line(found), service=found.service, staff=found.staff,
        when=found.start,
    )  # fmt: skip
    reply = as_told(found if found.conversation_id else replace(found, opted_out=True), reply)
    warning = of_booking(found, found.start, staff, facts).warning if staff is not None else ""
    return Turn(dialogue, (on_lines(reply, warning),))


def _in_turn(wanted: list[Wanted], facts: Facts) -> Wanted:
    staff_id = facts.whose_turn([each.staff.id for each in wanted])
    return next(each for each in wanted if each.staff.id == staff_id)


def number_in(text: str, region: str) -> tuple[str, str]:
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

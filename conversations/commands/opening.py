"""OPEN and RETRY: an engagement is opened by hand, or what a booking should have opened is tried again."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from conversations.commands.base import Command, Outcome
from conversations.commands.book import number_in
from conversations.commands.words import without
from conversations.engagements import kind_named, kinds
from conversations.engagements.effects import OpenByHand, RetryOpening
from conversations.engagements.kinds import Detail, Kind
from conversations.engagements.named import detail_meant, kind_meant, kind_names
from conversations.engagements.values import day_of, read_day, read_value
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.rules.emails import is_address
from conversations.understanding import Certainty

_PARTS = re.compile(r"\s*[,،\n]\s*")
_EMAIL = re.compile(r"[^\s,]+@[^\s,]+")
_PHONE = re.compile(r"(?<![\w.])\+\(?\d[\d ().-]{5,}\d")
_NUMBERS = re.compile(r"#?(\d{1,9})\b")
_MOST_PARTS, _SHOWN = 20, 80
_EXAMPLE = "OPEN wedding Ana & Ben, 12 June 2027, +97455501234"


def open_by_hand(rest: str, facts: Facts) -> Outcome:
    spelled, behind = kind_meant(rest)
    kind = kind_named(spelled)
    if kind is None:
        names = ", ".join(one.name(facts.language, facts.business.language) for one in kinds().values())
        return Outcome(say("open_which_kind", kinds=names, example=_EXAMPLE))
    told: dict[Detail, str] = {}
    phone = ""
    for part in _with_whole_days(_parts(behind), facts):
        number, left = number_in(part, facts.business.region)
        if number and not left and not phone:
            phone = number
            continue
        read = _read(part, kind, facts)
        if isinstance(read, Reply):
            return Outcome(read)
        if read.keys() & told.keys():
            return Outcome(say("open_unread", words=part[:_SHOWN], example=_EXAMPLE))
        told.update(read)
    if Detail.NAME not in told:
        return Outcome(say("open_whose", example=_EXAMPLE))
    reply = _opened(kind, told, phone, facts)
    return Outcome(reply, (OpenByHand(spelled, tuple(told.items()), phone),))


def _parts(text: str) -> Iterator[str]:
    """An address and an international number are parts wherever they stand."""
    for pattern in (_EMAIL, _PHONE):
        found = pattern.search(text)
        if found is not None:
            yield found[0]
            text = f"{text[: found.start()]},{text[found.end() :]}"
    yield from (part.strip() for part in _PARTS.split(text)[:_MOST_PARTS] if part.strip(" ,.;"))


def _with_whole_days(parts: Iterable[str], facts: Facts) -> list[str]:
    """A day that has a comma in it is one part ("June 12, 2027", "Saturday, 12 June 2027")."""
    joined: list[str] = []
    for part in parts:
        if joined and _is_day(joined[-1], facts) and _is_day(f"{joined[-1]} {part}", facts):
            joined[-1] += f" {part}"
        else:
            joined.append(part)
    return joined


def _is_day(text: str, facts: Facts) -> bool:
    said = read_day(text, facts)
    return said.certainty is not Certainty.NOTHING and not without(text, said.words)


def _read(part: str, kind: Kind, facts: Facts) -> dict[Detail, str] | Reply:
    """One part: an address, a detail behind its name, a day, a name before a day, or the name."""
    if is_address(part):
        return {Detail.EMAIL: part}
    detail, value = detail_meant(part, kind, facts.language)
    if detail is not None and value:
        read = read_value(detail, value, facts)
        return read if isinstance(read, Reply) else {detail: read}
    said = read_day(part, facts)
    left = without(part, said.words)
    if said.certainty is not Certainty.NOTHING and (not left or any(map(str.isdigit, part))):
        day = day_of(said, facts)
        if isinstance(day, Reply):
            return day
        dated = {Detail.EVENT_DATE: day.isoformat()}
        if not left:
            return dated
        named = _name(left, facts)
        return named if isinstance(named, Reply) else dated | named
    return _name(part, facts)


def _name(part: str, facts: Facts) -> dict[Detail, str] | Reply:
    read = read_value(Detail.NAME, part, facts)
    return read if isinstance(read, Reply) else {Detail.NAME: read}


def _opened(kind: Kind, told: dict[Detail, str], phone: str, facts: Facts) -> Reply:
    called = kind.name(facts.language, facts.business.language)
    details = (phone, told.get(Detail.EMAIL, ""))
    return say(
        "engagement_opening", kind=called, name=told[Detail.NAME], details=", ".join(filter(None, details)),
        date=say("dated", day=date.fromisoformat(told[Detail.EVENT_DATE])) if Detail.EVENT_DATE in told else "",
    )  # fmt: skip


def retry(rest: str, facts: Facts) -> Outcome:
    failed = facts.openings_failed()
    if not failed:
        return Outcome(say("retry_nothing"))
    wanted = list(dict.fromkeys(map(int, _NUMBERS.findall(rest)))) or (list(failed) if len(failed) == 1 else [])
    if not wanted:
        return Outcome(say("command_needs_id", example=RETRY.example))
    unknown = next((booking_id for booking_id in wanted if booking_id not in failed), None)
    if unknown is not None:
        return Outcome(say("retry_unknown", id=unknown))
    ids = ", ".join(f"#{booking_id}" for booking_id in wanted)
    return Outcome(say("retry_begun", ids=ids), tuple(RetryOpening(booking_id) for booking_id in wanted))


_ANY_KIND = "|".join(map(re.escape, kind_names()))
OPEN = Command(
    "OPEN", _EXAMPLE, act=open_by_hand, only_before=re.compile(rf"\Z|(?:{_ANY_KIND})(?!\w)|[^?]+,", re.IGNORECASE)
)
RETRY = Command("RETRY", "RETRY 12", act=retry, only_before=re.compile(r"\Z|#?\d"))

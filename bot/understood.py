"""What a text was understood to say, in lines for people: each with the words that it was read from."""

from calendar import day_name
from collections.abc import Sequence

from conversations.business import Service
from conversations.languages.render import name_text
from conversations.understanding import Certainty, Understood


def for_people(understood: Understood, services: Sequence[Service]) -> list[tuple[str, str]]:
    """What is said, and how: a date that cannot be is told with what is wrong with it."""
    lines = []
    names = {service.id: name_text(service.called, "en") for service in services}
    if understood.intent is not None:
        lines.append(("wish", f"{understood.intent.value}{_from(understood, 'intent')}"))
    if understood.answer is not None:
        lines.append(("answer", understood.answer.value))
    if understood.visit:
        together = " + ".join(" or ".join(names[i] for i in fitting) for fitting in understood.visit)
        lines.append(("services", f"{together}, in one visit{_from(understood, 'services')}"))
    elif understood.service_ids:
        fitting = " or ".join(names[i] for i in understood.service_ids)
        lines.append(("service", f"{fitting}{_from(understood, 'services')}"))
    day, at = understood.date, understood.time
    if day.certainty is not Certainty.NOTHING:
        read = " or ".join(f"{one:%A %d %B %Y}" for one in day.dates) or day.reason
        if day.earliest is not None or day.latest is not None:
            ends = (f"from {day.earliest:%A %d %B %Y}" if day.earliest else "",
                    f"until {day.latest:%A %d %B %Y}" if day.latest else "")  # fmt: skip
            read = " ".join(filter(None, ends))
        lines.append(("date", f"{read} ({day.certainty}, from “{day.words}”)"))
    if day.excluded:
        lines.append(("not", ", ".join(f"{one:%A %d %B %Y}" for one in day.excluded)))
    if at.certainty is not Certainty.NOTHING:
        bounds = [f"from {at.earliest:%H:%M}" if at.earliest else "", f"until {at.latest:%H:%M}" if at.latest else ""]
        read = " or ".join(f"{one:%H:%M}" for one in at.times) or " ".join(filter(None, bounds)) or at.reason
        lines.append(("time", f"{read} ({at.certainty}, from “{at.words}”)"))
    if understood.seats is not None:
        lines.append(("seats", f"{understood.seats}{_from(understood, 'seats')}"))
    if understood.recurrence is not None:
        often = understood.recurrence
        days = f" on {', '.join(day_name[weekday] for weekday in often.weekdays)}" if often.weekdays else ""
        lines.append(("every", f"{often.every} {often.unit.value}{days} (from “{often.words}”)"))
    if (length := understood.length) is not None:
        many = f"{length.count} times" if length.count else f"until {length.until:%A %d %B %Y}" if length.until else ""
        lasting = f"for {length.lasting[0]} {length.lasting[1].value}" if length.lasting else ""
        lines.append(("how long", many or lasting))
    told = {
        "for": understood.attendee, "note": understood.note, "email": understood.email, "name": understood.name,
        "and then": understood.further, "as before": "the same time" if understood.same_time else "",
    }  # fmt: skip
    lines += [(name, value) for name, value in told.items() if value]
    if understood.language:
        lines.append(("language", understood.language))
    return lines or [("nothing", "no date, time or wish was found")]


def _from(understood: Understood, part: str) -> str:
    return f" (from “{understood.words[part]}”)" if part in understood.words else ""

"""Events of somebody's calendar: an appointment where it tells whose and what, else time in which nobody is booked."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import phonenumbers
from sqlalchemy.orm import Session

from handlers.circumstances import Circumstances
from handlers.importing.rows import Became, ImportKind, Outcome, SourceRow
from handlers.importing.seen import Fresh, remember, sift
from handlers.importing.setup import ImportSetup, KnownService
from handlers.importing.visits import import_visits
from models.blocks import add_block

KIND = ImportKind.ICS
_WORD = re.compile(r"\w+")


def import_events(
    session: Session, rows: Sequence[SourceRow], setup: ImportSetup, circumstances: Circumstances
) -> list[Outcome]:
    """What is free or called off is skipped, and what is only busy and has passed."""
    visits: list[SourceRow] = []
    others: list[SourceRow] = []
    for row in rows:
        as_visit = None if row.fault else _visit(row, setup)
        if as_visit is not None:
            visits.append(as_visit)
        else:
            others.append(row)
    return import_visits(session, KIND, visits, setup, circumstances) + _busy(session, others, setup, circumstances)


def _visit(row: SourceRow, setup: ImportSetup) -> SourceRow | None:
    """The row as one of a booking, where it tells of one."""
    said = row.values
    service = _service(said["summary"], setup)
    number = _phone(f"{said['phone']}\n{said['description']}\n{said['summary']}", setup.region)
    if service is None or said["free"] or not (said["email"] or number):
        return None
    name = said["name"] or _without(said["summary"], service)
    return SourceRow(
        row.line,
        {
            "id": said["id"], "start": said["start"], "end": said["end"], "service": service.name, "name": name,
            "phone": number, "email": said["email"], "notes": said["description"], "meeting_link": said["link"],
        },
    )  # fmt: skip


def _service(summary: str, setup: ImportSetup) -> KnownService | None:
    """What the title names, the longest name first; else what the command line says."""
    title = _words(summary)
    named = [name for name in setup.services if _words(name) in title]
    found = setup.services[max(named, key=len)] if named else setup.own_service
    return found if found is not None and not found.is_class else None


@lru_cache(maxsize=1024)
def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _without(summary: str, service: KnownService) -> str:
    """ "Massage – Sara Ahmed" → "Sara Ahmed"."""
    rest = re.sub(re.escape(service.name), "", summary, flags=re.IGNORECASE)
    rest = re.sub(r"[+\d][\d ()./-]{5,}\d", "", rest)
    return rest.strip(" -–—:|/,()")


def _phone(text: str, region: str) -> str:
    found = next(iter(phonenumbers.PhoneNumberMatcher(text, region or None)), None)
    return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164) if found else ""


def _busy(
    session: Session, rows: Sequence[SourceRow], setup: ImportSetup, circumstances: Circumstances
) -> list[Outcome]:
    now = circumstances.now
    seen = sift(session, KIND, rows, lambda cells: cells.text("id"))
    taken: list[tuple[Fresh, int]] = []
    assert setup.own_staff is not None
    for one in seen.fresh:
        said = one.row.values
        start, end = (datetime.fromisoformat(said[name]).astimezone(UTC) for name in ("start", "end"))
        reason = "it keeps nobody busy" if said["free"] else "it has passed" if end <= now else ""
        if reason:
            seen.outcomes.append(one.became(Became.SKIPPED, None, reason))
            continue
        number = add_block(session, setup.own_staff.id, start, end, said["summary"], "import", now)
        taken.append((one, number))
        seen.outcomes.append(one.became(Became.IMPORTED, number, "blocked"))
    remember(session, KIND, "blocks", taken, seen.met)
    return seen.outcomes

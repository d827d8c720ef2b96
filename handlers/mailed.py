"""What has happened to a booking, told by email to its client, its staff and its coordinator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.entries import Entry, written
from conversations.events import Event
from conversations.languages import known
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.rules.emails import Mailing, News, is_address, mailing_of, sentences
from conversations.rules.routes import EMAIL, SIMULATOR
from handlers.calendar_entries import entry_for_client, entry_for_staff
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from handlers.views import booking_now
from models.bookings import booking_by_id
from models.calendar_events import events_of
from models.clients import client_by_id
from models.conversations import change_conversation, conversation_by_id, conversation_id_for
from models.messages import add_outbound
from models.outbox import add_to_outbox, last_told

LONGEST_SUBJECT = 200
_GONE = (f"mail_{News.CANCELLED}", f"mail_{News.DECLINED}")


@dataclass(frozen=True, slots=True)
class _Letter:
    """One email about these bookings; `told` are its sentences, `client_id` whose it is, where it is a client's."""

    address: str
    language: str
    news: News
    bookings: Sequence[BookingView]
    told: Sequence[Reply]
    entries: Sequence[Entry]
    series_id: int | None
    client_id: int | None = None


def mail_news(
    session: Session,
    event: Event,
    replies: Sequence[Reply],
    language: str,
    conversation: Row[Any],
    circumstances: Circumstances,
    profile: Profile,
) -> None:
    """Queue the emails about an event of this client's conversation, who has read these `replies` in this language.
    None where no mail server is set up, and none of what came by the simulator: a rehearsal writes to nobody."""
    if EMAIL not in circumstances.channels or conversation.channel == SIMULATOR:
        return
    mailing = mailing_of(event)
    if mailing is None or not mailing.bookings:
        return
    rows = events_of(session, [found.id for found in mailing.bookings])
    letters = [*_to_team(mailing, rows, profile), *_to_former_team(session, mailing, rows, profile)]
    if told := sentences(replies):
        letters = [*_to_client(session, mailing, told, language, rows, profile), *letters]
    for letter in letters:
        _queue(session, letter, circumstances)


def _to_client(
    session: Session,
    mailing: Mailing,
    told: Sequence[Reply],
    language: str,
    rows: Mapping[int, Row[Any]],
    profile: Profile,
) -> list[_Letter]:
    """The sentences of the text."""
    client = client_by_id(session, mailing.bookings[0].client_id)
    if mailing.client is None or client is None or not is_address(client.email):
        return []
    entries = [entry_for_client(rows[found.id], profile, found.page) for found in mailing.in_client_calendar]
    foot = say("mail_foot", business=profile.business.name, phone=profile.business.phone)
    return [
        _Letter(
            client.email, language, mailing.client, mailing.bookings, (*told, foot), entries, mailing.series_id,
            client.id,
        )
    ]  # fmt: skip


def _to_team(mailing: Mailing, rows: Mapping[int, Row[Any]], profile: Profile) -> list[_Letter]:
    """Who comes for what and when: neither notes nor a number."""
    if mailing.team is None:
        return []
    theirs: dict[str, tuple[str, list[BookingView]]] = {}
    for found in mailing.bookings:
        for address, language in _team(found, profile).items():
            theirs.setdefault(address, (language, []))[1].append(found)
    foot = say("mail_foot", business=profile.business.name, phone="")
    return [
        _Letter(
            address, language, mailing.team, bookings, (_details(bookings), foot),
            [entry_for_staff(rows[found.id], profile) for found in bookings], mailing.series_id,
        )
        for address, (language, bookings) in sorted(theirs.items())
    ]  # fmt: skip


def _to_former_team(
    session: Session, mailing: Mailing, rows: Mapping[int, Row[Any]], profile: Profile
) -> list[_Letter]:
    """To who had it in their calendar and has it no longer, since it has gone to others."""
    foot = say("mail_foot", business=profile.business.name, phone="")
    letters = []
    for found in mailing.bookings if mailing.team is not None else ():
        team = _team(found, profile)
        for conversation_id, (address, kind) in last_told(session, EMAIL, found.id).items():
            is_team = conversation_by_id(session, conversation_id).client_id is None
            if is_team and address not in team and kind not in _GONE:
                entry = replace(entry_for_staff(rows[found.id], profile), status=BookingStatus.CANCELLED)
                letters.append(
                    _Letter(
                        address, profile.business.language, News.CANCELLED, (found,), (_details((found,)), foot),
                        (entry,), None,
                    )
                )  # fmt: skip
    return letters


def _team(found: BookingView, profile: Profile) -> dict[str, str]:
    """The addresses of who gives it and of who answers for it, with their languages."""
    own = profile.business.language
    addresses = {profile.email_of_staff.get(found.staff_id, ""): own}
    coordinator = profile.coordinator_for(found.service_ids[0], found.staff_id)
    if coordinator is not None:
        addresses[coordinator.email] = coordinator.language or own
    return {address: language for address, language in addresses.items() if address}


def _details(bookings: Sequence[BookingView]) -> Reply:
    first = bookings[0]
    lines = tuple(say("day_cleared_line", id=each.id, service=each.service, when=each.start) for each in bookings)
    client = first.client if first.client_named else ""
    return say("mail_details", client=client, attendee=first.attendee, staff=first.staff, lines=lines)


def _queue(session: Session, letter: _Letter, circumstances: Circumstances) -> None:
    """An email has a conversation of its own, and so a lane: it neither waits for texts nor keeps them waiting."""
    now, first, code = circumstances.now, letter.bookings[0], known(letter.language)
    kind = f"mail_{letter.news}"
    number = f"S{letter.series_id}" if letter.series_id is not None else f"#{first.id}"
    subject = render(say(kind, number=number, service=first.service, when=first.start), code)
    body = "\n\n".join(render(reply, code) for reply in letter.told)
    booking = booking_by_id(session, first.id) if len(letter.bookings) == 1 else None
    conversation_id = _conversation(session, letter, circumstances)
    message_id = add_outbound(
        session, conversation_id=conversation_id, turn_id=None, channel=EMAIL, provider_id=None,
        body=f"{subject}\n\n{body}", media=[], quoted_id="", opt_out="", trace=circumstances.trace, at=now, due_at=None,
    )  # fmt: skip
    add_to_outbox(
        session, message_id=message_id, conversation_id=conversation_id,
        booking_id=booking.id if booking is not None else None, kind=kind, channel=EMAIL, address=letter.address,
        lane=f"{EMAIL}:{letter.address}", body=body, choices=[], segments=0, subject=subject[:LONGEST_SUBJECT],
        entries=[written(entry) for entry in letter.entries],
        told=booking_now(booking).told if booking is not None else "", due_at=now, trace=circumstances.trace,
        created_at=now,
    )  # fmt: skip


def mail_coordinator(
    session: Session, address: str, subject: Reply, told: Sequence[Reply], language: str, circumstances: Circumstances,
    profile: Profile,
) -> None:  # fmt: skip
    """Queue an email about no booking in particular. None where no mail server is set up."""
    if EMAIL not in circumstances.channels:
        return
    now, code = circumstances.now, known(language)
    told = (*told, say("mail_foot", business=profile.business.name, phone=""))
    head, body = render(subject, code), "\n\n".join(render(reply, code) for reply in told)
    conversation_id = conversation_id_for(session, EMAIL, address, now)
    message_id = add_outbound(
        session, conversation_id=conversation_id, turn_id=None, channel=EMAIL, provider_id=None,
        body=f"{head}\n\n{body}", media=[], quoted_id="", opt_out="", trace=circumstances.trace, at=now, due_at=None,
    )  # fmt: skip
    add_to_outbox(
        session, message_id=message_id, conversation_id=conversation_id, booking_id=None, kind=subject.key,
        channel=EMAIL, address=address, lane=f"{EMAIL}:{address}", body=body, choices=[], segments=0,
        subject=head[:LONGEST_SUBJECT], entries=[], told="", due_at=now, trace=circumstances.trace, created_at=now,
    )  # fmt: skip


def _conversation(session: Session, letter: _Letter, circumstances: Circumstances) -> int:
    number = conversation_id_for(session, EMAIL, letter.address, circumstances.now)
    if letter.client_id is not None and conversation_by_id(session, number).client_id is None:
        change_conversation(session, number, client_id=letter.client_id)
    return number

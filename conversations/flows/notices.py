"""What a client reads when something has happened to their booking, and what their conversation knows from then on."""

from datetime import date, timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import TellCoordinator
from conversations.events import (
    Approved,
    Booked,
    Cancelled,
    Declined,
    LinkChanged,
    Moved,
    ProposalAccepted,
    ProposalRefused,
    Said,
    SeatsAdded,
    TakesLonger,
    TimeProposed,
    WishChanged,
)
from conversations.facts import Facts
from conversations.flows import booking as funnel
from conversations.flows import one_each, options, visits
from conversations.flows.pay_words import how_to_hold, waits
from conversations.flows.their_time import their_time
from conversations.replies import Reply, Value, say
from conversations.rules.availability import free_slots
from conversations.rules.choosing import apart
from conversations.turn import Turn
from conversations.values import replace


def booked(dialogue: Dialogue, event: Booked, facts: Facts) -> Turn:
    """Thanks, word to the coordinator, and then the second wish of the same text."""
    found = event.booking
    settled = is_settled(found)
    further = dialogue.next_wish or one_each.wish_for_next(dialogue, facts)
    then = (Said(further),) if further else ()
    dialogue = replace(dialogue.without_slots(), booking_id=found.id, settled=settled)
    reply, tell = thanks_for_booking(found, facts)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id, may_wait=True),), then)


def thanks_for_booking(found: BookingView, facts: Facts) -> tuple[Reply, Reply]:
    """What the client reads of a booking that they have just made, and what the coordinator does."""
    name: Reply | str = say("to_name", name=found.client) if found.client_named else ""
    if found.status is BookingStatus.PENDING:
        reply = say("requested", name=name, id=found.id, service=found.service, when=found.start)
        if found.payment is not None:
            reply = say("lines", lines=(reply, how_to_hold(found, found.payment, facts)))
        return reply, prompt("request_prompt", found)
    if found.payment is not None:
        return waits(found, say("booked_lead", name=name), facts), prompt("to_pay_notice", found)
    return confirmation("booked", found, name=name), prompt("booked_notice", found)


def seats_added(dialogue: Dialogue, event: SeatsAdded) -> Turn:
    """More seats beside those they have: word to both."""
    found = event.booking
    settled = is_settled(found)
    dialogue = replace(dialogue.without_slots(), booking_id=found.id, settled=settled)
    reply, tell = more_seats(found, event.seats)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id),))


def more_seats(found: BookingView, seats: int) -> tuple[Reply, Reply]:
    """What the client reads of seats that came to their booking, and what the coordinator does."""
    more = say("seats", count=seats)
    tell = say(
        "seats_added_notice", id=found.id, client=client_line(found), more=more, service=found.service, when=found.start
    )
    return say("seats_added", id=found.id, more=more, service=found.service, when=found.start), tell


def wish_changed(dialogue: Dialogue, event: WishChanged) -> Turn:
    found = event.booking
    dialogue = replace(dialogue.without_slots(), booking_id=found.id, settled=False)
    tell = TellCoordinator(prompt("wish_prompt", found), found.id, may_wait=True)
    return Turn(dialogue, (say("wish_changed", id=found.id, when=found.start),), (tell,))


def approved(dialogue: Dialogue, event: Approved, facts: Facts) -> Turn:
    """Confirmed; or what is to be paid before it is."""
    found = event.booking
    if found.payment is not None:
        dialogue = settle(dialogue, found, settled=False)
        if dialogue.booking_id is None:
            dialogue = replace(dialogue, booking_id=found.id)
        return Turn(dialogue, (waits(found, say("approved_lead"), facts, event.note),))
    return Turn(settle(dialogue, event.booking, settled=True), (confirmation("approved", event.booking, event.note),))


def declined(dialogue: Dialogue, event: Declined, facts: Facts) -> Turn:
    """The reason, and three other times; picking one starts a new booking of the same service."""
    found = event.booking
    reply = say("declined", id=found.id, service=found.service, when=found.start, reason=event.reason)
    return offer_others(
        settle(dialogue, found, settled=False),
        found,
        (reply,),
        facts,
        but_not=found.start.date() if event.of_whole_day else None,
    )


def cancelled(dialogue: Dialogue, event: Cancelled) -> Turn:
    """Word to whoever did not do it, and of the money that goes back."""
    turn = _cancelled(settle(dialogue, event.booking, settled=False), event)
    if event.returned is None or not event.returned.amount:
        return turn
    found, price = event.booking, event.returned
    reply = say("refund_coming", id=found.id, price=price, service=found.service)
    tell = TellCoordinator(say("refund_notice", id=found.id, client=found.client, price=price), found.id)
    return replace(turn, replies=(*turn.replies, reply), effects=(*turn.effects, tell))


def _cancelled(dialogue: Dialogue, event: Cancelled) -> Turn:
    found = event.booking
    if not event.by_client:
        reply = say("cancelled", id=found.id, service=found.service, when=found.start, reason=event.reason)
        return Turn(dialogue, (reply,))
    tell = say(
        "cancelled_notice", id=found.id, client=found.client, service=found.service, when=found.start,
        staff=found.staff, reason=event.reason,
    )  # fmt: skip
    reply = say("cancelled_yourself", id=found.id, service=found.service, when=found.start)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id),))


def moved(dialogue: Dialogue, event: Moved) -> Turn:
    found = event.booking
    reply = confirmation("moved", found, before=event.before)
    return Turn(settle(dialogue, found, settled=True), (reply,))


def link_changed(dialogue: Dialogue, event: LinkChanged) -> Turn:
    found = event.booking
    key = "link_changed" if found.meeting is not None else "link_gone"
    reply = say(key, id=found.id, service=found.service, when=found.start, meeting=meeting_lines(found))
    return Turn(dialogue, (reply,))


def takes_longer(dialogue: Dialogue, event: TakesLonger) -> Turn:
    found = event.booking
    return Turn(dialogue, (say("takes_longer", id=found.id, service=found.service, when=found.start),))


def time_proposed(dialogue: Dialogue, event: TimeProposed) -> Turn:
    found = event.booking
    reply = say(
        "time_proposed", id=found.id, service=found.service, staff=found.staff,
        when=event.proposal.start, asked=found.start, words=event.proposal.words,
    )  # fmt: skip
    return Turn(replace(dialogue, booking_id=found.id, settled=False).asking(Awaiting.PROPOSAL), (reply,))


def proposal_accepted(dialogue: Dialogue, event: ProposalAccepted, facts: Facts) -> Turn:
    found = event.booking
    tell = say("proposal_accepted_notice", id=found.id, client=found.client, when=found.start)
    if found.payment is not None:
        tell = say("proposal_accepted_to_pay", id=found.id, client=found.client, when=found.start)
        dialogue = replace(settle(dialogue, found, settled=False), booking_id=found.id)
        return Turn(dialogue, (waits(found, "", facts),), (TellCoordinator(tell, found.id),))
    reply = confirmation("proposal_accepted", found)
    return Turn(settle(dialogue, found, settled=True), (reply,), (TellCoordinator(tell, found.id),))


def proposal_refused(dialogue: Dialogue, event: ProposalRefused) -> Turn:
    found = event.booking
    tell = say(
        "proposal_refused_notice", id=found.id, client=found.client, when=found.start, proposed=event.proposal.start
    )
    reply = say("proposal_refused", id=found.id, when=found.start)
    if dialogue.service_id is None:
        dialogue = replace(dialogue, booking_id=found.id, settled=False)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id),))


def prompt(key: str, found: BookingView) -> Reply:
    """The coordinator's view of a request, in the words of the language file."""
    return say(
        key, id=found.id, client=client_line(found), service=found.service, minutes=found.minutes,
        when=found.start, staff=found.staff, note=found.note,
        attendee=found.attendee,
    )  # fmt: skip


def client_line(found: BookingView) -> Reply | str:
    """Name and number; one of them where only one is known."""
    if found.client_named and found.phone:
        return say("client_and_phone", name=found.client, phone=found.phone)
    return found.client


def confirmation(key: str, found: BookingView, note: str = "", **more: Value) -> Reply:
    """When it is and where, the words of the key."""
    return say(
        key, id=found.id, service=found.service, staff=found.staff, when=found.start, place=found.place, note=note,
        page=found.page, elsewhere=their_time(found.phone, found.start), meeting=meeting_lines(found),
        intake=say("intake_link", page=found.intake_page) if found.intake_page else "", **more,
    )  # fmt: skip


def meeting_lines(found: BookingView) -> Reply | str:
    """Where a video session is held, and what lets in; "" where there is no link."""
    meeting = found.meeting
    if meeting is None:
        return ""
    label: Reply | str = meeting.provider or say("video_call")
    return say("meeting", label=label, link=meeting.link, passcode=meeting.passcode)


def is_settled(found: BookingView) -> bool:
    """Whether nothing more is needed for it: neither a word nor money."""
    return found.status not in (BookingStatus.PENDING, BookingStatus.APPROVED)


def settle(dialogue: Dialogue, found: BookingView, *, settled: bool) -> Dialogue:
    """The booking is decided. What the client is filling in for another booking is left as it is."""
    if dialogue.changing and dialogue.booking_id == found.id:
        dialogue = dialogue.without_slots()
    if dialogue.awaiting is Awaiting.PROPOSAL or _is_answering(dialogue, found):
        dialogue = dialogue.asking(Awaiting.NOTHING)
    if dialogue.booking_id in (None, found.id):
        dialogue = replace(dialogue, booking_id=found.id if settled else None, settled=settled)
    return dialogue


def _is_answering(dialogue: Dialogue, found: BookingView) -> bool:
    """Whether they may still answer what the coordinator wrote about it."""
    return dialogue.awaiting is Awaiting.WORDS and dialogue.asked_about == found.id


def offer_others(
    dialogue: Dialogue, found: BookingView, lead: tuple[Reply, ...], facts: Facts, but_not: date | None = None
) -> Turn:
    """Three other times for what a client had or wished, unless they are in the middle of another booking; none on the
    day `but_not`."""
    service = visits.offered(found.service_ids, facts)
    if dialogue.service_id is not None or service is None:
        return Turn(dialogue, lead)
    first, last = (found.start - funnel.LOOK_BACK).date(), (found.start + funnel.LOOK_AHEAD).date()
    calendars = facts.calendars(service, first, last)
    slots = free_slots(calendars, service.minutes, first, last, facts.now)
    near = apart(
        [slot for slot in slots if slot.start.date() != but_not], found.start, timedelta(minutes=service.minutes)
    )
    if not near:
        return Turn(dialogue, (*lead, say("declined_no_alternatives")))
    choices = options.moments(near, facts.language)
    dialogue = visits.choose(dialogue.without_slots(), found.service_ids, facts)
    dialogue = replace(dialogue, attendee=found.attendee, note=found.note).asking(Awaiting.TIME, choices)
    return Turn(dialogue, (*lead, say("declined_alternatives", choices)))

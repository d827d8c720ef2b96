"""One step of a conversation: what is known, what happened, what may be known → what to say and do. Pure."""

from typing import assert_never

from conversations import commands, steps
from conversations.commands import book, daily
from conversations.dialogue import Awaiting, Dialogue, Quiet
from conversations.effects import CallPerson, Effect, KeepEmail, Rename, Speak
from conversations.events import (
    AnotherTimeAsked,
    Approved,
    Booked,
    BookedByHand,
    BookedFor,
    CancelAsked,
    Cancelled,
    CardHeld,
    CardLetGo,
    ClassCancelled,
    ClassMoved,
    DayBegins,
    DayCleared,
    DayEnds,
    Declined,
    Event,
    GivenBack,
    HandedBack,
    LaterCancelAsked,
    LeaveAsked,
    LinkChanged,
    MissedDue,
    MoveAccepted,
    MoveAsked,
    Moved,
    MovedByClient,
    MoveLapsed,
    MoveRefused,
    OfferAnswered,
    OfferGone,
    OfferMade,
    OffersUnanswered,
    OfferTaken,
    OperatorWrote,
    PackSold,
    Paid,
    PaymentDue,
    PaymentFailed,
    PaymentLapsed,
    PaymentShown,
    PromptAsked,
    ProofSent,
    ProposalAccepted,
    ProposalRefused,
    ReferenceUsed,
    ReminderDue,
    RequestExpired,
    Said,
    SeatsAdded,
    SeatsAsked,
    SeriesAsked,
    SeriesBooked,
    SeriesDecided,
    SeriesMoved,
    SeriesTakesLonger,
    TakenBack,
    TakenOver,
    TakesLonger,
    ThanksDue,
    TimeAsked,
    TimeProposed,
    VisitAsked,
    WaitAsked,
    WaitlistJoined,
    WentQuiet,
    WishChanged,
)
from conversations.facts import Facts
from conversations.flows import (
    asked_for,
    before_booking,
    brief_beside,
    briefing,
    by_hand,
    cancelling,
    class_news,
    lapsed,
    notices,
    offers,
    opting,
    pauses,
    paying,
    reminding,
    rescheduling,
    series_asked,
    series_cancelled,
    series_moved,
    series_news,
    talk,
    visits,
    waiting,
    waits_asked,
    with_person,
    words,
)
from conversations.reading import name_behind_yes, named_language, read, understood_here
from conversations.replies import say
from conversations.rules.crisis import is_crisis
from conversations.rules.opt_out import opt_word
from conversations.turn import Turn
from conversations.understanding import Answer, Intent, Understood
from conversations.understanding.suggestion import LONGEST_TEXT, with_suggestion
from conversations.values import replace

FEWEST_LETTERS = 4
"""Of a text that may mean something nobody has taught us."""


def step(dialogue: Dialogue, event: Event, facts: Facts) -> Turn:
    """Raises UndeclaredStep where a flow leads where it never said it would: a fault of ours, never of who texts."""
    match event:
        case Said():
            turn = _said(dialogue, event, facts)
        case TakenOver():
            turn = with_person.taken_over(dialogue, event, facts)
        case HandedBack():
            turn = with_person.handed_back(dialogue, event, facts)
        case OperatorWrote():
            turn = with_person.wrote(dialogue, event)
        case WentQuiet():
            turn = pauses.went_quiet(dialogue, facts)
        case Booked():
            turn = notices.booked(dialogue, event, facts)
        case SeriesBooked():
            turn = series_news.booked(dialogue, event, facts)
        case SeriesDecided():
            turn = series_news.decided(dialogue, event, facts)
        case SeriesMoved():
            turn = series_moved.moved(dialogue, event)
        case SeriesTakesLonger():
            turn = series_news.takes_longer(dialogue, event)
        case SeatsAdded():
            turn = notices.seats_added(dialogue, event)
        case WishChanged():
            turn = notices.wish_changed(dialogue, event)
        case ProposalAccepted():
            turn = notices.proposal_accepted(dialogue, event, facts)
        case ProposalRefused():
            turn = notices.proposal_refused(dialogue, event)
        case Approved():
            turn = notices.approved(dialogue, event, facts)
        case Declined():
            turn = notices.declined(dialogue, event, facts)
        case Cancelled():
            turn = notices.cancelled(dialogue, event)
        case Moved():
            turn = notices.moved(dialogue, event)
        case LinkChanged():
            turn = notices.link_changed(dialogue, event)
        case BookedFor():
            turn = by_hand.booked_for(dialogue, event, facts)
        case BookedByHand():
            turn = book.booked(dialogue, event, facts)
        case DayCleared():
            turn = by_hand.day_cleared(dialogue, event, facts)
        case TakenBack():
            turn = by_hand.taken_back(dialogue, event, facts)
        case MoveAsked():
            turn = rescheduling.asked(dialogue, event, facts)
        case MovedByClient():
            turn = rescheduling.moved(dialogue, event)
        case MoveAccepted():
            turn = rescheduling.accepted(dialogue, event)
        case MoveRefused():
            turn = rescheduling.refused(dialogue, event)
        case MoveLapsed():
            turn = rescheduling.lapsed(dialogue, event)
        case ReminderDue():
            turn = reminding.due(dialogue, event, facts)
        case ThanksDue():
            turn = reminding.thanks(dialogue, event, facts)
        case MissedDue():
            turn = reminding.missed(dialogue, event, facts)
        case ClassCancelled():
            turn = class_news.cancelled(dialogue, event, facts)
        case ClassMoved():
            turn = class_news.moved(dialogue, event)
        case WaitlistJoined():
            turn = waiting.joined(dialogue, event, facts)
        case OfferMade():
            turn = offers.made(dialogue, event, facts)
        case OfferTaken():
            turn = offers.taken(dialogue, event, facts)
        case OfferGone():
            turn = offers.gone(dialogue, event, facts)
        case OffersUnanswered():
            turn = offers.unanswered(dialogue, event)
        case CancelAsked():
            turn = cancelling.asked_on_page(dialogue, event, facts)
        case TimeAsked():
            turn = rescheduling.asked_on_page(dialogue, event, facts)
        case VisitAsked():
            turn = asked_for.visit_asked(dialogue, event, facts)
        case SeatsAsked():
            turn = asked_for.seats_asked(dialogue, event, facts)
        case SeriesAsked():
            turn = series_asked.series_asked(dialogue, event, facts)
        case LaterCancelAsked():
            turn = series_cancelled.asked_by_program(dialogue, event, facts)
        case WaitAsked():
            turn = waits_asked.wait_asked(dialogue, event, facts)
        case LeaveAsked():
            turn = waits_asked.leave_asked(dialogue, event, facts)
        case OfferAnswered():
            turn = waits_asked.offer_answered(dialogue, event, facts)
        case ProofSent():
            turn = paying.proof_sent(dialogue, event, facts)
        case PromptAsked():
            turn = paying.prompt_asked(dialogue, event, facts)
        case TimeProposed():
            turn = notices.time_proposed(dialogue, event)
        case AnotherTimeAsked():
            turn = words.passed(dialogue, event)
        case DayBegins():
            turn = daily.begins(dialogue, facts)
        case DayEnds():
            turn = daily.ends(dialogue, facts)
        case TakesLonger():
            turn = notices.takes_longer(dialogue, event)
        case RequestExpired():
            turn = lapsed.expired(dialogue, event, facts)
        case Paid():
            turn = paying.paid(dialogue, event, facts)
        case PaymentFailed():
            turn = paying.failed(dialogue, event)
        case CardHeld():
            turn = paying.held(dialogue, event, facts)
        case CardLetGo():
            turn = paying.let_go(dialogue, event)
        case PaymentDue():
            turn = paying.due(dialogue, event, facts)
        case PaymentLapsed():
            turn = paying.lapsed(dialogue, event, facts)
        case PaymentShown():
            turn = paying.shown(dialogue, event, facts)
        case PackSold():
            turn = paying.pack_sold(dialogue, event, facts)
        case GivenBack():
            turn = paying.given_back(dialogue, event)
        case ReferenceUsed():
            turn = paying.reference_used(dialogue, event)
        case _:
            assert_never(event)
    # A booking that was being filled in when an offer was answered is gone on with, as after any text.
    goes_on = dialogue.service_id is not None and isinstance(event, (OfferTaken, OfferGone))
    steps.check(dialogue, turn.dialogue, by_text=goes_on or isinstance(event, (Said, WentQuiet)))
    return turn


def says_nothing_yet(dialogue: Dialogue, event: Said, facts: Facts) -> bool:
    """Whether a text fills nothing ("Hi", "I want"), so that it is worth a moment's wait for the next one."""
    if dialogue.awaiting in (Awaiting.INTAKE, Awaiting.BRIEF) or event.media or event.carrier_answered:
        return False
    if not event.text.strip() or is_crisis(event.text):
        return False
    if opt_word(event.text, bare_cancel=facts.channel.bare_cancel_opts_out) or commands.is_command(event.text, facts):
        return False
    return understood_here(dialogue, event, facts).fills_nothing and not facts.person.is_coordinator


def leaves_open(dialogue: Dialogue, event: Said, facts: Facts) -> bool:
    """Whether a client's text of some words says nothing that we understand, not even a greeting: what it may mean is
    worth asking of somebody who reads better."""
    text = event.text.strip()
    person = facts.person
    if (
        person.is_coordinator
        or person.opted_out
        or person.is_with_operator
        or not says_nothing_yet(dialogue, event, facts)
    ):
        return False
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS or len(text) > LONGEST_TEXT or named_language(text):
        return False
    understood, _ = read(dialogue, event, facts)
    return understood.intent is None and understood.fills_nothing


def _said(dialogue: Dialogue, event: Said, facts: Facts) -> Turn:
    if dialogue.service_id is not None and visits.offered(dialogue.service_ids, facts) is None:
        dialogue = dialogue.without_slots()  # it was taken off the list since
    if turn := opting.answer(dialogue, event, facts) or commands.answer(dialogue, event, facts):
        return turn
    if is_crisis(event.text):
        return Turn(dialogue, (say("crisis", business=facts.business.name),), (CallPerson(event.text),))
    if facts.person.is_with_operator:
        return with_person.listen(dialogue, event, understood_here(dialogue, event, facts), facts)
    if dialogue.awaiting is Awaiting.INTAKE and (turn := before_booking.answer_intake(dialogue, event, facts)):
        return briefing.gate(turn, facts)
    if turn := briefing.answer(dialogue, event, facts):
        return turn
    known = facts.language
    understood, facts = read(dialogue, event, facts)
    effects: tuple[Effect, ...] = () if facts.language == known else (Speak(facts.language),)
    dialogue, event, understood = brief_beside.hear(dialogue, event, understood, facts)
    understood = with_suggestion(understood, event.suggested)
    asked = dialogue.awaiting in (Awaiting.CONFIRMATION, Awaiting.SERIES) and not understood.name
    if asked and (name := name_behind_yes(event, facts)):
        understood = Understood(answer=Answer.YES, name=name)
    if understood.name:
        dialogue, effects = replace(dialogue, name=understood.name), (*effects, Rename(understood.name))
    if understood.email:
        effects = (*effects, KeepEmail(understood.email))
    answers_offer = dialogue.offer_id is not None and understood.answer is not None
    if dialogue.quiet is Quiet.PUT_BY and not answers_offer:
        if understood.is_slotless and understood.intent in (None, Intent.GREETING, Intent.BOOK):
            return pauses.offer_again(dialogue, facts).doing(*effects)
        dialogue = pauses.start_afresh(dialogue, understood)
    if dialogue.quiet is not Quiet.NO:
        dialogue = replace(dialogue, quiet=Quiet.NO)
    turn = before_booking.gate(talk.answer(dialogue, understood, event, facts), facts)
    turn = briefing.gate(turn, facts)
    return _greeting_first(turn, facts).doing(*effects)


def _greeting_first(turn: Turn, facts: Facts) -> Turn:
    """Who writes here, and how to stop it: before the first thing a client ever reads from us."""
    person = facts.person
    if not turn.replies or not person.is_new or person.is_coordinator or facts.knows_us():
        return turn
    return turn.led_by(say("hello", business=facts.business.name))

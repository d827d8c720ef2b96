"""A client calls off one visit of a series, or that one and all later ones; the past stays as it was."""

from conversations.booking import BookingStatus, BookingView
from conversations.business import Money
from conversations.dialogue import Awaiting, Dialogue, Subject
from conversations.effects import DecideSeries, Effect, TellCoordinator
from conversations.events import LaterCancelAsked
from conversations.facts import Facts
from conversations.flows.options import numbered
from conversations.flows.series_words import dates, pattern_of
from conversations.flows.standing import Stance, is_open, stance
from conversations.languages.render import render
from conversations.replies import Reply, Value, say
from conversations.turn import Turn
from conversations.understanding import Answer, Understood

ONE, LATER = "one", "later"


def later_ones(found: BookingView, facts: Facts) -> list[BookingView]:
    """This visit of a series and those after it that may still be changed; only itself where it is none."""
    series = facts.series(found.series_id) if found.series_id is not None else None
    if series is None:
        return [found]
    return [each for each in series.bookings if each.start >= found.start and is_open(each, facts)]


def ask_part(dialogue: Dialogue, wish: str, found: BookingView, words: str, facts: Facts) -> Turn | None:
    """This one, or this and all later ones? None where no other follows. The words of the wish are kept for then."""
    later = later_ones(found, facts)
    if len(later) < 2:
        return None
    labels = [
        (f"{wish}_{ONE} {found.id} {words}", say("part_one", when=found.start)),
        (
            f"{wish}_{LATER} {found.id} {words}",
            say("part_later", when=found.start, visits=say("series_all_visits", count=len(later))),
        ),
    ]
    choices = numbered(Subject.BOOKING, [(value, render(label, facts.language)) for value, label in labels])
    reply = say("ask_part", choices, service=found.service)
    return Turn(dialogue.asking(Awaiting.WHICH_BOOKING, choices), (reply,))


def ask(dialogue: Dialogue, found: BookingView, facts: Facts) -> Turn:
    """The question, with what it costs; the coordinator is told of those that are too near for a YES."""
    series = facts.series(found.series_id) if found.series_id is not None else None
    free = _free(found, facts)
    if series is None or not free:
        replies, effects = _passed_on(found, facts)
        return Turn(dialogue.asking(Awaiting.NOTHING), replies, effects)
    price = _fee(free, facts)
    values: dict[str, Value] = {
        "id": series.id, "service": found.service, "visits": say("series_all_visits", count=len(free)),
        "dates": dates([each.start for each in free], pattern_of(series)),
    }  # fmt: skip
    if price.amount:
        reply = say("ask_cancel_series_fee", price=price, **values)
        return Turn(dialogue.asking(Awaiting.CANCEL_LATER_FOR_FEE, about=found.id), (reply,))
    return Turn(dialogue.asking(Awaiting.CANCEL_LATER, about=found.id), (say("ask_cancel_series", **values),))


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """What the client's YES or NO leads to; None where the text is neither."""
    found = facts.booking(dialogue.asked_about) if dialogue.asked_about is not None else None
    if understood.answer is None or not understood.is_slotless or found is None or found.series_id is None:
        return None
    settled = dialogue.asking(Awaiting.NOTHING)
    if understood.answer is Answer.NO:
        return Turn(settled, (say("series_kept", id=found.series_id),))
    free = _free(found, facts)
    price = _fee(free, facts)
    if not free or (price.amount and dialogue.awaiting is not Awaiting.CANCEL_LATER_FOR_FEE):
        return ask(dialogue, found, facts)
    return _called_off(settled, found, facts)


def asked_by_program(dialogue: Dialogue, event: LaterCancelAsked, facts: Facts) -> Turn:
    """As if the YES had been texted; what it costs has been looked at before."""
    found = facts.booking(event.booking_id)
    if found is None or found.series_id is None:
        return Turn(dialogue)
    if dialogue.asked_about is not None:
        dialogue = dialogue.asking(Awaiting.NOTHING)
    if _free(found, facts):
        return _called_off(dialogue, found, facts)
    replies, effects = _passed_on(found, facts)
    return Turn(dialogue, replies, effects)


def fee(found: BookingView, facts: Facts) -> Money:
    """What it costs to call off this visit and all later ones."""
    return _fee(_free(found, facts), facts)


def again(dialogue: Dialogue, facts: Facts) -> Turn:
    found = facts.booking(dialogue.asked_about) if dialogue.asked_about is not None else None
    return ask(dialogue, found, facts) if found is not None else Turn(dialogue.asking(Awaiting.NOTHING))


def one_for_each_series(found: list[BookingView]) -> list[BookingView]:
    """Of several visits of one series, the soonest."""
    kept: dict[str, BookingView] = {}
    for each in found:
        kept.setdefault(f"S{each.series_id}" if each.series_id is not None else f"#{each.id}", each)
    return list(kept.values())


def _called_off(dialogue: Dialogue, found: BookingView, facts: Facts) -> Turn:
    free = _free(found, facts)
    price = _fee(free, facts)
    assert found.series_id is not None
    reason = render(say("cancelled_for_fee", price=price), facts.business.language) if price.amount else ""
    bookings = tuple((each.id, each.version) for each in free)
    done = DecideSeries(found.series_id, bookings, BookingStatus.CANCELLED, reason, by_client=True)
    replies, effects = _passed_on(found, facts)
    return Turn(dialogue, replies, (done, *effects))


def _free(found: BookingView, facts: Facts) -> list[BookingView]:
    """Those the client may call off by their own word, for a fee or for nothing."""
    return [each for each in later_ones(found, facts) if stance(each, facts) is not Stance.ASK]


def _fee(free: list[BookingView], facts: Facts) -> Money:
    late = [each for each in free if stance(each, facts) is Stance.FEE]
    currency = free[0].price.currency if free else ""
    return Money(sum(facts.terms(each).cancel_fee for each in late), currency)


def _passed_on(found: BookingView, facts: Facts) -> tuple[tuple[Reply, ...], tuple[Effect, ...]]:
    """Of those that are too near, the coordinator is told."""
    near = [each for each in later_ones(found, facts) if stance(each, facts) is Stance.ASK]
    replies = tuple(say("cancel_passed_on", id=each.id, when=each.start, business=facts.business.name) for each in near)
    tells = tuple(
        TellCoordinator(
            say("late_cancel_notice", id=each.id, client=each.client, service=each.service, when=each.start), each.id
        )
        for each in near
    )
    return replies, tells

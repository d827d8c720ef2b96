"""What a client is asked between their YES and the booking: whether they agree to what the service wants agreed to,
and a short intake."""

from collections.abc import Sequence

from conversations.business import Agreement
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import (
    AcceptAgreement,
    AcceptOffer,
    Book,
    BookSeats,
    BookSeries,
    DeclineOffer,
    Effect,
    Hold,
    HoldSeats,
    KeepAnswer,
    LetGo,
)
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import booking, intaking, visits
from conversations.languages import language
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Understood
from conversations.understanding.normalise import fold
from conversations.values import replace

LONGEST_TEXT = 480
"""A longer agreement is read on a page, where there is one."""
Wish = Book | BookSeats | BookSeries | AcceptOffer


def gate(turn: Turn, facts: Facts) -> Turn:
    """The turn; where it would book, and something is not agreed to or asked yet, the question of that instead."""
    wish = next((effect for effect in turn.effects if isinstance(effect, Wish)), None) if turn.effects else None
    if wish is None:
        return turn
    now = {(effect.service_id, effect.version) for effect in turn.effects if isinstance(effect, AcceptAgreement)}
    for agreement in _agreements(turn.dialogue, wish, facts):
        if (agreement.service_id, agreement.version) not in now and not facts.has_accepted(agreement):
            place_id = wish.place_id if isinstance(wish, AcceptOffer) else None
            before = tuple(effect for effect in turn.effects if effect is not wish)
            asked = _ask(turn.dialogue, agreement, place_id, facts)
            return replace(asked, replies=(*turn.replies, *asked.replies), effects=(*before, *_held(wish)))
    service = visits.offered(turn.dialogue.service_ids, facts)
    if isinstance(wish, AcceptOffer) or service is None:
        return turn
    question = intaking.next_question(turn.dialogue, service, facts)
    if question is None:
        return turn
    before = tuple(effect for effect in turn.effects if effect is not wish)
    asked = intaking.ask(turn.dialogue, question, facts, *turn.replies)
    return replace(asked, effects=(*before, *_held(wish)))


def answer_intake(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """What the answer to a question of the intake leads to: the next one, or the booking. None where it is no answer:
    another wish, or none of its questions is open. What answers is said to nobody, and kept out of the transcript."""
    question = intaking.asked(dialogue, facts)
    if question is None or intaking.leaves(event, facts):
        return None
    is_skipped = intaking.skips(event, facts)
    if is_skipped and question.is_required:
        return replace(intaking.ask(dialogue, question, facts, say("intake_needed")), is_private=True)
    said = None if is_skipped else intaking.read(question, event, facts)
    if said is None and not is_skipped:
        return replace(intaking.ask(dialogue, question, facts, intaking.why_not(question)), is_private=True)
    dialogue = replace(dialogue, intake=(*dialogue.intake, question.name), intake_asked="")
    turn = gate(_booked(dialogue, None, facts), facts)
    return replace(turn.doing(KeepAnswer(question.name, said)), is_private=True)


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """What the answer to that question leads to: AGREE books what the YES was for. None for any other text."""
    asked = _asked(dialogue)
    if asked is None:
        return None
    service_id, version, place_id = asked
    if understood.answer is Answer.NO and understood.is_slotless:
        if place_id is not None:
            return Turn(dialogue.asking(Awaiting.NOTHING), (say("offer_passed"),), (DeclineOffer(place_id),))
        return Turn(dialogue.without_slots(), (say("agreement_refused"),), (LetGo(),))
    agrees = fold(event.text).strip(" .!") in _agreeing(facts.language)
    if not agrees and not (understood.answer is Answer.YES and understood.is_slotless):
        return None
    return _booked(dialogue, place_id, facts).doing(AcceptAgreement(service_id, version))


def again(dialogue: Dialogue, facts: Facts) -> Turn | None:
    """The same question once more; None where it is asked no more."""
    if (question := intaking.asked(dialogue, facts)) is not None:
        return intaking.ask(dialogue, question, facts)
    asked = _asked(dialogue)
    if asked is None:
        return None
    service_id, version, place_id = asked
    found = (agreement for service in facts.services() for agreement in service.agreements)
    wanted = next((each for each in found if (each.service_id, each.version) == (service_id, version)), None)
    return _ask(dialogue, wanted, place_id, facts) if wanted is not None else None


def _asked(dialogue: Dialogue) -> tuple[int, str, int | None] | None:
    """Of which service and version it was asked, and the place in a waiting list whose offer it was about."""
    asked = next((option for option in dialogue.options if option.subject is Subject.AGREEMENT), None)
    if asked is None:
        return None
    service_id, version, *offered = asked.value.split("\t")
    return int(service_id), version, int(offered[0]) if offered else None


def _booked(dialogue: Dialogue, place_id: int | None, facts: Facts) -> Turn:
    """As if the YES were said now: what was to be had then may be gone."""
    if place_id is not None:
        return Turn(dialogue.asking(Awaiting.NOTHING), (), (AcceptOffer(place_id),))
    asked = Awaiting.SERIES if dialogue.rhythm is not None else Awaiting.CONFIRMATION
    return booking.answer(dialogue.asking(asked), Understood(answer=Answer.YES), facts)


def _agreements(dialogue: Dialogue, wish: Wish, facts: Facts) -> Sequence[Agreement]:
    service_ids = dialogue.service_ids
    if isinstance(wish, AcceptOffer):
        place = facts.place(wish.place_id)
        service_ids = (place.service_id,) if place is not None else ()
    service = visits.offered(service_ids, facts)
    return service.agreements if service is not None else ()


def _ask(dialogue: Dialogue, agreement: Agreement, place_id: int | None, facts: Facts) -> Turn:
    text = agreement.text(facts.language, facts.business.language)
    pages = facts.business.agreement_pages
    value = f"{agreement.service_id}\t{agreement.version}" + (f"\t{place_id}" if place_id is not None else "")
    option = Option("AGREE", Subject.AGREEMENT, value, agreement.version)
    if len(text) > LONGEST_TEXT and pages:
        reply = say("ask_agreement_page", page=f"{pages}{agreement.service_id}?lang={facts.language}")
    else:
        reply = say("ask_agreement", text=text)
    return Turn(dialogue.asking(Awaiting.AGREEMENT, (option,)), (reply,))


def _held(wish: Wish) -> tuple[Effect, ...]:
    """What is to be booked is held anew while they read."""
    match wish:
        case Book():
            return (Hold(wish.service_ids, wish.staff_id, wish.start),)
        case BookSeats():
            return (HoldSeats(wish.class_id, wish.seats),)
        case _:
            return ()


def _agreeing(code: str) -> frozenset[str]:
    """The words that agree: English ones always, and those of the client's language."""
    return frozenset(fold(word) for spoken in ("en", code) for word in language(spoken)["words"]["agrees"])

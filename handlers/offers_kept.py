"""An offer to a place in a waiting line: made, kept as long as there is time to answer, and let pass."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import Place, WaitlistStatus
from conversations.delivery import Delivery
from conversations.events import OfferMade, OffersUnanswered
from conversations.rules.waitlist import MOST_MISSES, answer_by
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from handlers.waitlist_views import place_view
from models.claims import Holder, LostRace, claim_seats, let_go, owned_until, seats_held
from models.outbox import LOST, UNSENT, delivery_of, queued_at
from models.waitlist import OPEN, change_entry, entry_by_id
from models.waitlist_looks import starts_of, starts_text

ARRIVED_AT_LEAST = (Delivery.DELIVERED, Delivery.READ)


class Fate(StrEnum):
    """What has become of a place and of the offer to it."""

    STANDS = "stands"
    ARRIVED = "arrived"
    """The text that tells of it has arrived: the time to answer begins anew."""
    UNREACHED = "unreached"
    """The text did not get there: nobody was silent."""
    MISSED = "missed"
    """The time to answer is over."""
    ENDED = "ended"
    """This person takes no texts from us."""


def fate(session: Session, entry: Row[Any], start: datetime, circumstances: Circumstances, profile: Profile) -> Fate:
    if entry.opted_out_at is not None:
        return Fate.ENDED
    if entry.status is not WaitlistStatus.OFFERED:
        return Fate.STANDS
    text = delivery_of(session, entry.offer_outbox_id) if entry.offer_outbox_id is not None else None
    if text is not None and text.status in LOST:
        return Fate.UNREACHED
    arrived = text is not None and text.status in ARRIVED_AT_LEAST and entry.told_at is None and entry.offer_seats > 0
    if entry.offer_expires_at > circumstances.now:
        return Fate.ARRIVED if arrived else Fate.STANDS
    if text is not None and text.status in UNSENT:
        return Fate.UNREACHED
    if text is not None and arrived and _until(text.reported_at, start, profile) > circumstances.now:
        return Fate.UNREACHED  # they had time yet, but what was held for them may be gone
    return Fate.MISSED if entry.offer_seats else Fate.STANDS


def offer_seats(
    session: Session, row: Row[Any], entry: Row[Any], circumstances: Circumstances, profile: Profile
) -> OfferMade:
    """Hold the seats of a class that is locked for one who waits; in the last hour nothing is held.

    Raises LostRace where there are too few."""
    now = circumstances.now
    until = stands_until(row.start_at, now, profile)
    if until is not None:
        claim_seats(session, row, entry.seats, Holder.OFFER, entry.id, now, until)
    elif row.capacity - seats_held(session, [row.id], now).get(row.id, 0) < entry.seats:
        raise LostRace
    held = entry.seats if until is not None else 0
    return make_offer(session, entry, until or row.start_at, now, profile, offer_seats=held)


def make_offer(
    session: Session, entry: Row[Any], until: datetime, now: datetime, profile: Profile, **values: Any
) -> OfferMade:
    """Write down what is offered, `values`; it is held already. What they are to be told of it."""
    change_entry(
        session, entry.id, OPEN, status=WaitlistStatus.OFFERED, offered_at=now, offer_expires_at=until, told_at=None,
        offer_outbox_id=None, **values,
    )  # fmt: skip
    return OfferMade(fresh_place(session, entry.id, profile))


def with_text(session: Session, entry: Row[Any]) -> Row[Any]:
    """The entry with the text that tells of its offer."""
    if entry.status is not WaitlistStatus.OFFERED or entry.offer_outbox_id is not None:
        return entry
    told = queued_at(session, entry.conversation_id, entry.offered_at)
    change_entry(session, entry.id, (WaitlistStatus.OFFERED,), offer_outbox_id=told)
    found = entry_by_id(session, entry.id)
    assert found is not None
    return found


def begin_anew(session: Session, entry: Row[Any], start: datetime, profile: Profile) -> None:
    """The text has arrived: the time to answer counts from then."""
    assert entry.offer_outbox_id is not None
    text = delivery_of(session, entry.offer_outbox_id)
    assert text is not None
    until = max(entry.offer_expires_at, _until(text.reported_at, start, profile))
    change_entry(session, entry.id, (WaitlistStatus.OFFERED,), told_at=text.reported_at, offer_expires_at=until)
    owned_until(session, Holder.OFFER, entry.id, until)


def let_pass(session: Session, entry: Row[Any]) -> None:
    """What was offered is for the next; the place is kept."""
    change_entry(session, entry.id, (WaitlistStatus.OFFERED,), status=WaitlistStatus.WAITING, **_passed(entry))
    let_go(session, Holder.OFFER, entry.id)


def miss(session: Session, entry: Row[Any], now: datetime, profile: Profile) -> OffersUnanswered | None:
    """Nobody answered. What was offered is for the next; the place is kept, but not for long: what is said where it is
    lost."""
    misses = entry.misses + 1
    if misses < MOST_MISSES:
        let_pass(session, entry)
        change_entry(session, entry.id, OPEN, misses=misses)
        return None
    change_entry(session, entry.id, OPEN, misses=misses)
    end(session, entry, WaitlistStatus.EXPIRED, now)
    return OffersUnanswered(fresh_place(session, entry.id, profile))


def end(session: Session, entry: Row[Any], status: WaitlistStatus, now: datetime) -> None:
    """They wait no longer, and nothing is held for them."""
    expired = {"expired_at": now} if status is WaitlistStatus.EXPIRED else {}
    change_entry(session, entry.id, OPEN, status=status, look_at=None, **expired)
    let_go(session, Holder.OFFER, entry.id)


def fresh_place(session: Session, entry_id: int, profile: Profile) -> Place:
    """The place as it now stands in this transaction."""
    row = entry_by_id(session, entry_id)
    assert row is not None
    return place_view(session, row, profile)


def stands_until(start: datetime, now: datetime, profile: Profile) -> datetime | None:
    """Until when an offer stands that is made now; None where the first YES wins."""
    business = profile.business
    return answer_by(now.astimezone(business.zone), start, business.quiet_hours)


def _until(told_at: datetime, start: datetime, profile: Profile) -> datetime:
    return stands_until(start, told_at, profile) or told_at


def _passed(entry: Row[Any]) -> dict[str, Any]:
    if entry.class_session_id:
        return {"passed": entry.passed + entry.seats}
    return {"passed_starts": starts_text([*starts_of(entry.passed_starts), entry.offer_start_at])}

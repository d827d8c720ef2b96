"""The outbox as the dispatcher works it: claimed under a lease, then recorded as sent, put off, or given up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conversations.delivery import Delivery, SendFailure
from conversations.messages import Outgoing
from conversations.rules.pacing import Paces
from handlers.outbox_read import outgoing
from handlers.send_budgets import Allowance
from models.claims import AT_ONCE
from models.consents import ConsentSource, consent_withdrawn
from models.conversations import change_conversation, opted_out
from models.outbox import change_outbox, known_provider_ids, outbox_by_id
from models.outbox_claims import EVERYTHING, Carries, claimable
from models.outbox_held import record_sent, renew, take
from models.waitlist_looks import look_for_person, look_for_text

LEASE = timedelta(seconds=7)
"""How long a row stays with a worker that gives no sign of life. One that lives renews its leases well before, however
long a send takes; so the rows of one that died are soon taken over."""
SENT_WHILE_OPTED_OUT = ("opted_out", "opted_out_call")
"""The one confirmation that an opt-out gets."""
KNOWN_FOR = timedelta(days=2)
"""How far back the provider's ids of other texts are looked for, where a text may have been sent already."""


class Claimed(NamedTuple):
    """One row in a worker's hands. `attempts` is its fence. `perhaps_sent_since`: an earlier try may have got through
    at or after that moment, so the provider is asked before it is tried again."""

    message: Outgoing
    channel: str
    lane: str
    attempts: int
    leased_until: datetime
    trace: str
    perhaps_sent_since: datetime | None
    known_ids: frozenset[str]
    asked_at: datetime | None
    """When the message came that this one answers; None where it answers none."""
    is_last: bool
    """Nothing waited behind it in its lane when it was claimed."""


class Sent(NamedTuple):
    """A message that the provider has taken at `at`, with its id for it."""

    claimed: Claimed
    provider_id: str
    at: datetime


def claim_due(
    session: Session,
    now: datetime,
    limit: int,
    held: Collection[int] = (),
    paces: Mapping[str, Paces] = MappingProxyType({}),
    carries: Carries = EVERYTHING,
    unreadable: list[int] | None = None,
) -> list[Claimed]:
    """Take the next messages to send: the first of each lane, at most `limit`, none of those `held`, which the worker
    has in hand, and no more than the channels' `paces` allow; what is over them waits. Those to who has opted out end
    here, and keep nobody behind them waiting; so do those whose rows cannot be read, whose numbers go to `unreadable`.
    Fewer than `limit`: there are no more for now."""
    claimed: list[Claimed] = []
    while (room := limit - len(claimed)) and (rows := claimable(session, now, room, held, carries)):
        messages = {row.id: outgoing(row, now) for row in rows}
        wanted = []
        for row in rows:
            if row.opted_out_at is not None and row.kind not in SENT_WHILE_OPTED_OUT:
                # The conversation is not touched: its person may be texting START at this moment.
                _give_up(session, row.id, row.attempts, SendFailure.OPTED_OUT, "", "the person has opted out", now)
            elif messages[row.id] is None:
                _give_up_unreadable(session, row, now)
                if unreadable is not None:
                    unreadable.append(row.id)
            else:
                wanted.append(row)
        allowance = Allowance(session, wanted, paces, now)
        paid = [row for row in wanted if allowance.pays(row)]
        allowance.save()
        claimed += _take(session, paid, messages, now)
        if len(rows) < room and len(wanted) == len(rows):  # else those behind what ended here may go
            break
    return claimed


def lease_from(now: datetime) -> datetime:
    """Until when a row that is taken `now` is its worker's."""
    return now + LEASE


def leases_renewed(session: Session, held: Collection[Claimed], now: datetime) -> list[Claimed]:
    """A worker's sign of life for the rows in its hands; those that are still its own, with their new lease. A row that
    somebody else has locked keeps none of the others from it."""
    until, fences = lease_from(now), {one.message.outbox_id: one.attempts for one in held}
    renewed = renew(session, fences, until)
    return [one._replace(leased_until=until) for one in held if one.message.outbox_id in renewed]


def _take(
    session: Session, rows: Sequence[Row[Any]], messages: Mapping[int, Outgoing | None], now: datetime
) -> list[Claimed]:
    interrupted = [row for row in rows if _is_interrupted(row)]
    fresh, until = [row for row in rows if row not in interrupted], lease_from(now)
    take(session, fresh, leased_until=until, tried_at=now, uncertain=False)
    take(session, interrupted, leased_until=until, uncertain=True)
    return [_claimed(session, row, message, now) for row in rows if (message := messages[row.id]) is not None]


def _is_interrupted(row: Row[Any]) -> bool:
    """A row found in SENDING was left by a worker that died: it may have been sent."""
    return row.status is Delivery.SENDING or row.uncertain


def _claimed(session: Session, row: Row[Any], message: Outgoing, now: datetime) -> Claimed:
    is_interrupted, since = _is_interrupted(row), now - KNOWN_FOR
    return Claimed(
        message=message,
        channel=row.channel,
        lane=row.lane,
        attempts=row.attempts + 1,
        leased_until=lease_from(now),
        trace=row.trace,
        perhaps_sent_since=row.tried_at if is_interrupted else None,
        known_ids=known_provider_ids(session, row.channel, row.address, since) if is_interrupted else frozenset(),
        asked_at=row.asked_at,
        is_last=row.is_last,
    )


def messages_sent(session: Session, sent: Iterable[Sent]) -> None:
    """The provider has them. A report that came faster than its answer is not overwritten."""
    record_sent(
        session,
        [(one.claimed.message.outbox_id, one.claimed.attempts, one.provider_id, one.at) for one in sent],
    )


def sent_before(session: Session, sent: Iterable[Sent]) -> bool:
    """The same, beside a text that comes behind them in their lane. False where a provider has given an id twice, which
    must not keep that text from being written: for a database where what is refused takes nothing with it."""
    try:
        messages_sent(session, sent)
    except IntegrityError:
        return False
    return True


def message_put_off(
    session: Session,
    claimed: Claimed,
    failure: SendFailure,
    code: str,
    words: str,
    due_at: datetime,
    *,
    uncertain: bool,
) -> bool:
    """Not taken this time: try again at `due_at`. False where it is not ours any more."""
    return change_outbox(
        session, claimed.message.outbox_id, claimed.attempts, status=Delivery.QUEUED, due_at=due_at, leased_until=None,
        uncertain=uncertain, failure=failure, failure_code=code[:40], failure_words=words[:200],
    )  # fmt: skip


def message_given_up(
    session: Session, claimed: Claimed, failure: SendFailure, code: str, words: str, now: datetime
) -> bool:
    """Never to be sent: on the dead-letter list, with the reason. False where it is not ours any more."""
    is_ours = _give_up(session, claimed.message.outbox_id, claimed.attempts, failure, code, words, now)
    if is_ours:
        message_lost(session, claimed.message.outbox_id, failure, now)
    return is_ours


def _give_up(
    session: Session, outbox_id: int, attempts: int, failure: SendFailure, code: str, words: str, now: datetime
) -> bool:
    is_ours = change_outbox(
        session, outbox_id, attempts, status=Delivery.DEAD, leased_until=None, failure=failure,
        failure_code=code[:40], failure_words=words[:200], reported_at=now,
    )  # fmt: skip
    if is_ours:
        look_for_text(session, outbox_id, AT_ONCE)
    return is_ours


def _give_up_unreadable(session: Session, row: Row[Any], now: datetime) -> None:
    """What cannot be read of it goes: whoever looks at the dead-letter list can read the rest."""
    change_outbox(session, row.id, row.attempts, choices=[], entries=[])
    _give_up(session, row.id, row.attempts, SendFailure.CONTENT, "unreadable", "its row cannot be read", now)


def message_lost(session: Session, outbox_id: int, failure: SendFailure, now: datetime) -> None:
    """A message will not arrive: note an opt-out we did not know of, else let a person look."""
    row = outbox_by_id(session, outbox_id)
    if row is None:
        return
    if failure is SendFailure.OPTED_OUT:
        if not opted_out(session, row.conversation_id):
            consent_withdrawn(session, row.conversation_id, ConsentSource.PROVIDER_REPORT, "", now)
            look_for_person(session, row.conversation_id, AT_ONCE)
    else:
        change_conversation(session, row.conversation_id, needs_person=True)

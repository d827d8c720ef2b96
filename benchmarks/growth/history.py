"""What so many bookings have left behind, as rows: each was made by the dialogue of the benchmark, some time ago or
for some time ahead, and its 14 messages, 8 outbox rows and 7 turns were kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from benchmarks.conversations.apps import words
from benchmarks.conversations.dialogue import FIRST_HOUR, HOURS, SERVICES, coordinator_of
from conversations.booking import BookingStatus, BookingType
from conversations.delivery import Delivery
from conversations.dialogue import State
from models.messages import Direction

VISITS = 2
"""Of each client."""
MESSAGES = 14
AHEAD_DAYS, FIRST_AHEAD = 30, 20
"""Whoever books in a run books nearer days."""
A_DAY = len(SERVICES) * HOURS
RARE, RARELY = "zanzibar", 9_001
"""A word that stands in one of so many bookings' words."""
CHANNEL = "sms"
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Booking `number` (from 1): of which client, with whom, when, made when, and how it stands."""

    number: int
    client: int
    service: int
    start: datetime
    status: BookingStatus

    @property
    def made_at(self) -> datetime:
        return self.start - timedelta(days=3 if self.status is not BookingStatus.CONFIRMED else 60)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(hours=1)

    @property
    def phone(self) -> str:
        return phone_of(self.client)

    @property
    def owns_time(self) -> bool:
        return self.status is not BookingStatus.CANCELLED


def phone_of(client: int) -> str:
    """None of those who text in a run."""
    return f"+9743{3_000_000 + client:07}"


def clients_of(bookings: int) -> int:
    return -(-bookings // VISITS)


def visits(bookings: int, today: date) -> Iterator[Visit]:
    """So many, oldest first: a fifth lies ahead, as far as half of those days has room; of the rest every tenth was
    cancelled."""
    ahead = min(bookings // 5, AHEAD_DAYS * A_DAY // 2)
    behind, people = bookings - ahead, clients_of(bookings)
    for number in range(1, bookings + 1):
        is_ahead = number > behind
        slot = 2 * (number - behind - 1) if is_ahead else behind - number
        day = today + timedelta(days=FIRST_AHEAD + slot // A_DAY) if is_ahead else today - timedelta(1 + slot // A_DAY)
        hour = FIRST_HOUR + slot % A_DAY // len(SERVICES)
        done = BookingStatus.COMPLETED if number % 10 else BookingStatus.CANCELLED
        status = BookingStatus.CONFIRMED if is_ahead else done
        service = (slot + slot // A_DAY) % len(SERVICES)
        yield Visit(number, (number - 1) % people, service, datetime.combine(day, time(hour), UTC), status)


def booked(visit: Visit, service_id: int, staff_id: int, conversation_id: int) -> dict[str, Any]:
    """Its row of `bookings`, of client `visit.client + 1`."""
    is_cancelled = visit.status is BookingStatus.CANCELLED
    return {
        "booking_type": BookingType.ONE_ON_ONE, "status": visit.status, "version": 3, "service_id": service_id,
        "staff_id": staff_id, "client_id": visit.client + 1, "conversation_id": conversation_id,
        "preferred_datetime": visit.start, "start_at": visit.start, "end_at": visit.end,
        "confirmed_datetime": visit.start, "timezone": "UTC", "requires_approval": True, "price": 3500,
        "currency": "USD", "session_rate": 3500, "decision_at": visit.made_at, "decided_by": "coordinator:1",
        "cancelled_by": f"client:{visit.client + 1}" if is_cancelled else "",
        "cancelled_at": visit.made_at if is_cancelled else None, "intake_answers": {},
        "page_token": f"{visit.number:043}", "created_at": visit.made_at, "updated_at": visit.made_at,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One of the messages of a dialogue; `turn` counts those of one dialogue. `kind` "": it came in."""

    to_client: bool
    turn: int
    kind: str
    body: str


def said(visit: Visit) -> Sequence[Said]:
    """The 14, in their order."""
    service, day, hour = SERVICES[visit.service], visit.start.date(), visit.start.hour
    what = service, day, hour
    rare = f" {RARE}" if visit.number % RARELY == 1 else ""
    return (
        Said(True, 0, "", "book"),
        Said(True, 0, "ask_service", words.WHICH_SERVICE),
        Said(True, 1, "", service.lower() + rare),
        Said(True, 1, "ask_date", words.which_day(service)),
        Said(True, 2, "", f"{day.day} {day:%B}"),
        Said(True, 2, "ask_time", words.which_time(day, ())),
        Said(True, 3, "", f"{hour % 12 or 12}{'am' if hour < 12 else 'pm'}"),
        Said(True, 3, "confirm_unnamed", words.shall_i(*what)),
        Said(True, 4, "", "yes"),
        Said(False, 4, "request_prompt", words.request(visit.number, visit.phone, *what)),
        Said(True, 4, "requested", words.thanks(visit.number, *what)),
        Said(False, 5, "", f"APPROVE {visit.number}"),
        Said(False, 5, "command_approved", words.approved(visit.number)),
        Said(True, 6, "approved", words.confirmed(visit.number, *what)),
    )


STATES = (
    (State.INITIAL, State.INITIAL), (State.INITIAL, State.SERVICE_SELECTED),
    (State.SERVICE_SELECTED, State.DATE_SELECTED), (State.DATE_SELECTED, State.TIME_SELECTED),
    (State.TIME_SELECTED, State.CONFIRMED), (State.INITIAL, State.INITIAL), (State.CONFIRMED, State.COMPLETED),
)  # fmt: skip
"""Before and after each turn."""


def told(visit: Visit, conversation_id: int, coordinators: Sequence[int]) -> Rows:
    """Its rows of `turns`, `messages` and `outbox`, numbered as if nothing had been said before the first booking."""
    rows: Rows = {"turns": [], "messages": [], "outbox": []}
    first_turn, first_message = (visit.number - 1) * len(STATES) + 1, (visit.number - 1) * MESSAGES + 1
    first_sent, at, trace = (visit.number - 1) * 8 + 1, visit.made_at, f"{visit.number:016x}"
    theirs = coordinators[visit.service]
    for place, (before, after) in enumerate(STATES):
        rows["turns"].append(
            {
                "id": first_turn + place, "conversation_id": theirs if place == 5 else conversation_id,
                "cause": "Approved" if place == 6 else "Said", "state_before": before, "state_after": after,
                "dialogue_after": {"version": 1}, "fault": "", "trace": trace, "at": at,
            }
        )  # fmt: skip
    for place, each in enumerate(said(visit)):
        number, whose = first_message + place, conversation_id if each.to_client else theirs
        sid = f"SMold{number:027x}" if not each.kind else None
        rows["messages"].append(
            {
                "id": number, "conversation_id": whose, "turn_id": first_turn + each.turn,
                "direction": Direction.OUT if each.kind else Direction.IN, "channel": CHANNEL, "provider_id": sid,
                "body": each.body, "media": [], "quoted_id": "", "opt_out": "", "trace": trace, "at": at,
                "due_at": None, "raw": '{"NumMedia": "0", "NumSegments": "1"}' if sid else None,
            }
        )  # fmt: skip
        if each.kind:
            rows["outbox"].append(_sent(visit, each, first_sent + len(rows["outbox"]), number, whose))
    return rows


def _sent(visit: Visit, said: Said, number: int, message: int, conversation_id: int) -> dict[str, Any]:
    address, at = visit.phone if said.to_client else coordinator_of(visit.service), visit.made_at
    return {
        "id": number, "message_id": message, "conversation_id": conversation_id, "booking_id": visit.number,
        "kind": said.kind, "channel": CHANNEL, "address": address, "lane": f"{CHANNEL}:{address}", "body": said.body,
        "choices": [], "status": Delivery.DELIVERED, "attempts": 1, "due_at": at, "tried_at": at, "uncertain": False,
        "provider_id": f"SMsent{number:026x}", "segments": 1, "trace": f"{visit.number:016x}", "created_at": at,
        "sent_at": at, "reported_at": at, "failure_code": "", "failure_words": "",
    }  # fmt: skip

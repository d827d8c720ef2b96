"""What the calls of who_may.py name, and what is sent along: for Sara with Lina, and for Tom with Maya."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.stories import Phone
from models.base import metadata
from models.bookings import bookings
from tests.bot.api.world import LINA, MAYA, SARA, TOM, ZED, World


@dataclass(frozen=True)
class Side:
    """One client with one staff member, and the numbers of what is theirs."""

    world: World
    client: Phone
    staff_id: int

    @property
    def klass(self) -> str:
        return "Yoga" if self.staff_id == LINA else "Pilates"

    def of(self, name: str) -> int | str:
        """What a name in a row stands for; a status is that of a booking."""
        if name in THINGS:
            return THINGS[name](self)
        return self.world.bookings(self.client, name)[0]

    def row(self, table: str, **fits: Any) -> int:
        """The number of their row that has these values."""
        return int(self.world.rows(metadata.tables[table], **fits)[0].id)

    @property
    def client_id(self) -> int:
        return self.world.client(self.client)


def sides(world: World) -> tuple[Side, Side]:
    """Sara's and Lina's, Tom's and Maya's."""
    return Side(world, SARA, LINA), Side(world, TOM, MAYA)


def _past(side: Side) -> int:
    """A booking that has begun, of which nothing was said."""
    found = side.world.rows(bookings, client_id=side.client_id, status="confirmed")
    return next(row.id for row in found if row.start_at < side.world.clock.now())


def _payment(side: Side, status: str) -> int:
    return side.row("payment_requests", booking_id=_therapies(side)[status])


def _therapies(side: Side) -> dict[str, int]:
    """Of the paid service: one waits for its money, the other has it."""
    found = side.world.rows(bookings, client_id=side.client_id, service_id=side.world.service("Therapy"))
    return {"asked" if row.status.value == "approved" else "paid": row.id for row in found}


def _wedding_booking(side: Side) -> int:
    return side.row("bookings", client_id=side.client_id, service_id=side.world.service("Wedding Consultation"))


THINGS: Mapping[str, Callable[[Side], int | str]] = {
    "any": lambda _side: "any",
    "day": lambda _side: "2026-04-02",
    "past": _past,
    "token": lambda side: side.row("api_tokens", name="viewer"),
    "asked": lambda side: _payment(side, "asked"),
    "paid": lambda side: _payment(side, "paid"),
    "nothing": lambda _side: 424242,
    "word": lambda _side: "vip",
    "client": lambda side: side.client_id,
    "talk": lambda side: side.row("conversations", client_id=side.client_id),
    "series": lambda side: side.row("booking_series", client_id=side.client_id),
    "engagement": lambda side: side.row("engagements", booking_id=side.of("wedding")),
    "milestone": lambda side: side.row("milestones", engagement_id=side.of("engagement")),
    "service": lambda side: side.world.service("Haircut"),
    "staff": lambda side: side.staff_id,
    "wedding": _wedding_booking,
    "block": lambda side: side.row("blocks", staff_id=side.staff_id),
    "class": lambda side: side.row("class_sessions", staff_id=side.staff_id, capacity=8),
    "full": lambda side: side.row("class_sessions", staff_id=side.staff_id, capacity=1),
    "place": lambda side: side.row("waitlist_entries", class_session_id=side.of("full")),
}  # fmt: skip

Sent = Callable[[Side], dict[str, Any]]
STRANGER = "+97455504444"
TIME = "2026-03-24T12:00:00Z"


def _wish(side: Side) -> dict[str, Any]:
    return {"service_id": side.world.service("Massage"), "staff_id": side.staff_id, "start_at": TIME}


def _wedding(side: Side) -> dict[str, Any]:
    return {
        "vendor_id": side.staff_id, "service_type": "Wedding Consultation", "couple_name": "Ada & Bo",
        "event_date": "2026-09-01", "start_at": TIME,
    }  # fmt: skip


def _weekly(side: Side) -> dict[str, Any]:
    wish = {"service_ids": [side.world.service("Massage")], "staff_id": side.staff_id, "start_at": TIME}
    return {**wish, "frequency": "weekly", "count": 3}


def _line(side: Side) -> dict[str, Any]:
    return {"class_session_id": side.of("full"), "seats": 1}


SENT: Mapping[str, Sent] = {
    "POST /api/sign-in/code": lambda side: {"phone": side.client.address},
    "POST /api/sign-in": lambda side: {"phone": side.client.address, "code": "000000"},
    "POST /api/tokens": lambda _side: {"name": "wall", "role": "viewer"},
    "POST /api/sessions by client": _wish,
    "POST /api/sessions": lambda side: {**_wish(side), "client_phone": STRANGER},
    "POST /api/sessions/request by client": _wish,
    "POST /api/sessions/request": lambda side: {**_wish(side), "client_phone": STRANGER},
    "POST /api/sessions/instant": lambda side: {
        "client_phone": STRANGER, "service_id": side.world.service("Haircut"), "staff_id": side.staff_id,
    },
    "PUT /api/sessions/{booking_id}/time": lambda _side: {"start_at": TIME},
    "PUT /api/sessions/{booking_id}/link": lambda _side: {"link": "https://meet.example/room"},
    "POST /api/sessions/{booking_id}/submit-payment": lambda _side: {"reference": "TRX10293"},
    "POST /api/sessions/{booking_id}/note": lambda _side: {"note": "prefers tea"},
    "POST /api/bookings/request by client": _wedding,
    "POST /api/bookings/request": lambda side: {**_wedding(side), "contact_phone": STRANGER},
    "POST /api/mpesa/initiate": lambda side: {"booking_id": _therapies(side)["asked"]},
    "POST /api/services": lambda side: {"name": "Facial", "staff_ids": [side.staff_id]},
    "PATCH /api/services/{service_id}": lambda _side: {"place": "upstairs"},
    "POST /api/staff": lambda _side: {"name": "Nina"},
    "PATCH /api/staff/{staff_id}": lambda _side: {"name": "Another"},
    "PUT /api/staff/{staff_id}/dates/{day}": lambda _side: {"hours": []},
    "PUT /api/policies/{staff}/{service}": lambda _side: {"requires_approval": "yes"},
    "GET /api/availability": lambda side: {
        "service_id": side.world.service("Massage"), "staff_id": side.staff_id, "since": "2026-03-12T00:00:00Z",
        "until": "2026-03-20T00:00:00Z",
    },
    "GET /api/availability/why": lambda side: {
        "service_id": side.world.service("Massage"), "staff_id": side.staff_id, "start_at": "2026-03-12T08:00:00Z",
    },
    "POST /api/blocks": lambda side: {
        "staff_id": side.staff_id, "start_at": "2026-04-01T08:00:00Z", "end_at": "2026-04-01T10:00:00Z",
    },
    "POST /api/class-sessions": lambda side: {
        "service_id": side.world.service(side.klass), "staff_id": side.staff_id, "start_at": TIME, "capacity": 4,
    },
    "PUT /api/class-sessions/{class_id}/time": lambda _side: {"start_at": TIME},
    "PUT /api/class-sessions/{class_id}/seats": lambda _side: {"capacity": 9},
    "POST /api/series by client": _weekly,
    "POST /api/series": lambda side: {**_weekly(side), "client_phone": STRANGER},
    "POST /api/series/preview": _weekly,
    "PUT /api/clients/{client_id}": lambda _side: {"name": "Somebody Else"},
    "POST /api/clients/{client_id}/merge": lambda side: {"client_id": side.world.client(ZED)},
    "POST /api/conversations/{conversation_id}/messages": lambda _side: {"text": "hello"},
    "POST /api/conversations/{conversation_id}/notes": lambda _side: {"text": "tea"},
    "PUT /api/conversations/{conversation_id}/spam": lambda _side: {"is_spam": True},
    "PUT /api/conversations/{conversation_id}/marks": lambda _side: {"unread": True},
    "POST /api/engagements": lambda _side: {"name": "Zoe & Max", "kind": "wedding"},
    "POST /api/engagements/{engagement_id}/milestones": lambda _side: {"title": "Flowers"},
    "POST /api/engagements/{engagement_id}/spent": lambda _side: {"line": "venue", "amount": 100},
    "POST /api/commands": lambda _side: {"words": "PENDING"},
    "POST /api/webhooks": lambda _side: {"url": "https://example.com/hook"},
    "GET /api/messages": lambda _side: {"q": "haircut"},
    "POST /api/waitlist by client": lambda side: {"service_id": side.world.service("Massage"), "day": "2026-03-24"},
    "POST /api/waitlist": lambda side: {**_line(side), "client_phone": STRANGER},
}  # fmt: skip
"""The body of a call, or its query where it has no body; "by client" where theirs is another."""

"""What is seen of the running program from outside: every metric of /metrics, declared in this one place.

Counts only: no label may hold what people wrote or who they are, and each has a closed set of values."""

import time
from enum import StrEnum

from bot.meters import Counter, Gauge, Histogram, Metric
from conversations.delivery import Delivery, SendFailure
from conversations.rules.outgoing import DeliveryState

CHANNEL = "the channels that are set up"


class Cause(StrEnum):
    """Why a turn began: a message came; its wait was over; the language model had answered; nobody had answered a
    request in time; a client had said no more; a waiting list was looked at."""

    MESSAGE = "message"
    WAIT_OVER = "wait_over"
    INTERPRETED = "interpreted"
    DEADLINE = "deadline"
    SILENCE = "silence"
    WAITING_LIST = "waiting_list"


class TurnOutcome(StrEnum):
    """Taken; put off for the next message or the language model; a delivery that had come before; a fault of ours, for
    which the client gets an apology; no database."""

    TAKEN = "taken"
    WAITS = "waits"
    REPEATED = "repeated"
    FAILED = "failed"
    DATABASE_AWAY = "database_away"


class SendOutcome(StrEnum):
    """The provider took it; it turned out to have taken it before; to be tried again; on the dead-letter list; left to
    another worker, which may have it by now; a fault of ours, or no database."""

    SENT = "sent"
    FOUND = "found"
    PUT_OFF = "put_off"
    GIVEN_UP = "given_up"
    LEFT = "left"
    BROKE = "broke"


class Delivered(StrEnum):
    """How a message came: for the first time; again, or as a reaction that says nothing; into the journal, while the
    database is away."""

    NEW = "new"
    REPEATED = "repeated"
    JOURNALED = "journaled"


class Answered(StrEnum):
    """How a call of the API was answered, by the first figure of its status."""

    DONE = "2xx"
    UNCHANGED = "3xx"
    REFUSED = "4xx"
    BROKE = "5xx"


class Provider(StrEnum):
    """Who calls our webhooks."""

    TWILIO = "twilio"
    WHATSAPP_CLOUD = "whatsapp_cloud"
    ULTRAMSG = "ultramsg"
    STRIPE = "stripe"
    MPESA = "mpesa"


class Opening(StrEnum):
    """What came of a try to make what a booking opens: made at the first try, or at a later one; put off, or given up
    until a person asks for it."""

    FIRST_TRY = "first_try"
    AGAIN = "again"
    PUT_OFF = "put_off"
    FAILED = "failed"


class QuestionOutcome(StrEnum):
    """What the language model answered: something that counts; nothing that does; nothing that can be used; nothing in
    time; or too much was being asked of it already."""

    PROPOSED = "proposed"
    NOTHING = "nothing"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    BUSY = "busy"


TURN_SECONDS = Histogram(
    "textbook_turn_seconds",
    "Time one turn of a conversation took: from its cause until it was stored with its answers.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    {"cause": Cause, "outcome": TurnOutcome},
)
WEBHOOK_TO_SEND_SECONDS = Histogram(
    "textbook_webhook_to_send_seconds",
    "Time from the arrival of a message until the provider had taken the answer, waits and retries included.",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
    {"channel": CHANNEL},
)
MESSAGES_RECEIVED = Counter(
    "textbook_messages_received_total",
    "Deliveries of messages by the providers.",
    {"channel": CHANNEL, "delivered": Delivered},
)
DELIVERY_REPORTS = Counter(
    "textbook_delivery_reports_total",
    "Reports of the providers on what became of messages of ours.",
    {"channel": CHANNEL, "status": Delivery},
)
WEBHOOKS_REFUSED = Counter(
    "textbook_webhooks_refused_total",
    "Calls with a wrong signature or secret, which were answered with 403.",
    {"provider": Provider},
)
API_CALLS = Counter("textbook_api_calls_total", "Calls of the API.", {"answered": Answered})
WEBHOOKS_UNREADABLE = Counter(
    "textbook_webhooks_unreadable_total",
    "Genuine calls of a provider that could not be read: what they told is lost.",
)
SENDS = Counter(
    "textbook_sends_total",
    "Tries to send a message, by what came of each.",
    {"channel": CHANNEL, "outcome": SendOutcome},
)
SEND_FAILURES = Counter(
    "textbook_send_failures_total",
    "Tries that did not succeed, by the kind of failure.",
    {"channel": CHANNEL, "failure": SendFailure},
)
SEND_RETRIES = Counter(
    "textbook_send_retries_total",
    "Tries that were not the first for their message.",
    {"channel": CHANNEL},
)
RACES_LOST = Counter(
    "textbook_races_lost_total",
    "Times that a turn found a time or a booking just taken by somebody else, and was stepped again.",
)
DATABASE_RETRIES = Counter(
    "textbook_database_retries_total",
    "Transactions started afresh after a deadlock, a lock or a lost connection.",
)
WEBHOOKS_TOLD = Counter(
    "textbook_webhooks_told_total",
    "Tries to tell another system by an outgoing webhook, by how the delivery stood after each.",
    {"outcome": DeliveryState},
)
ENGAGEMENTS_OPENED = Counter(
    "textbook_engagements_opened_total",
    "Tries to make the engagement that a booking opens, by what came of each.",
    {"outcome": Opening},
)
ENGAGEMENT_SECONDS = Histogram(
    "textbook_engagement_seconds",
    "Time it took to make an engagement: from its beginning until it was stored.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
INTERPRETER_QUESTIONS = Counter(
    "textbook_interpreter_questions_total",
    "Texts that the language model was to be asked about, by what came of it.",
    {"outcome": QuestionOutcome},
)
DATABASE_UP = Gauge("textbook_database_up", "1 where the database answered this page, 0 where its figures are missing.")
OUTBOX_MESSAGES = Gauge(
    "textbook_outbox_messages",
    "Messages that are to be sent, the due and those put off.",
    {"channel": CHANNEL, "status": "queued or sending"},
)
OUTBOX_OLDEST_DUE_SECONDS = Gauge(
    "textbook_outbox_oldest_due_seconds",
    "How long the unsent message has been due that is overdue longest and waits for no other; 0 where none is.",
)
DEAD_LETTERS = Gauge(
    "textbook_dead_letters",
    "Messages that did not arrive, given up by us or reported so by the provider, and were not sent again.",
    {"channel": CHANNEL, "failure": SendFailure},
)
MESSAGES_UNANSWERED = Gauge("textbook_messages_unanswered", "Messages whose turn is due and has not been taken.")
MESSAGES_OLDEST_UNANSWERED_SECONDS = Gauge(
    "textbook_messages_oldest_unanswered_seconds",
    "How long the turn has been due that is overdue longest; 0 where none is.",
)

JOURNAL_ENTRIES = Gauge("textbook_journal_entries", "What waits in this machine's journal until the database is back.")
JOURNAL_OLDEST_SECONDS = Gauge(
    "textbook_journal_oldest_seconds", "How long the oldest entry of the journal has waited; 0 where it is empty."
)
JOURNAL_QUARANTINED = Gauge(
    "textbook_journal_quarantined", "Files of the journal that were set aside, for somebody to look at."
)

METRICS: tuple[Metric, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))


def turn_ended(begun: float, cause: Cause, outcome: TurnOutcome) -> None:
    """`begun`: when it did, by time.monotonic()."""
    TURN_SECONDS.add(time.monotonic() - begun, cause=cause, outcome=outcome)

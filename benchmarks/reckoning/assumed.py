"""What is taken for granted of a business and its providers. Change a figure here, and `python -m benchmarks.reckoning`
reckons anew; what was measured is read from docs/performance.json."""

from dataclasses import dataclass

BUSINESSES = (10, 1_000, 100_000)
BOOKINGS_A_DAY = 20
"""Of one business: three people with seven visits each."""
TEXTS_IN, TEXTS_OUT = 6, 10
"""Of one booking: the dialogue of the benchmark, and two reminders."""
SEGMENTS_OUT = 18
"""What its texts out cost as SMS: 14 for the eight of the dialogue, as the product counts them, 4 for the reminders."""
THINKING = 20.0
"""Seconds between a client's texts."""
OF_EACH_HOUR = (2, 1, 1, 1, 2, 5, 15, 40, 80, 105, 110, 95, 70, 65, 70, 75, 80, 85, 70, 50, 35, 22, 14, 7)
"""How many of 1,100 conversations of a day begin in each of its hours. All businesses live in one time zone: their
peaks fall together."""
BUSY_DAY, BUSY_MINUTE = 1.5, 2.0
"""A Monday beside the average day; the busiest minutes of the busiest hour beside that hour."""
IN_USE = 0.6
"""Of what there is, at the busiest minute: the rest is for what nobody foresaw."""
LATENCY = 0.3
"""Seconds that a provider takes for one text."""
SENDERS, POOL = 32, 20
"""Texts that a worker has at the provider at once, and connections that a process may open (bot/)."""
LOOKING = 0.3
"""Of the businesses, how many have a page of the console before their eyes at the busiest minute."""
LOOKS_A_SECOND = 0.5
"""Of such a page: it looks again every two seconds."""
MONTHS_KEPT = 24
"""Transcripts, as the product has it."""
CONNECTIONS = 100
"""That a PostgreSQL takes as it comes."""
CORES, GIB = 8, 32
"""Of one machine, where machines are counted."""


@dataclass(frozen=True, slots=True)
class Number:
    """What one number of ours may send a second: segments as SMS, texts elsewhere."""

    name: str
    a_second: float
    is_sms: bool


NUMBERS = (
    Number("US long code", 1, True),
    Number("US toll-free number", 3, True),
    Number("10DLC campaign, low trust", 15, True),
    Number("10DLC campaign, high trust", 75, True),
    Number("US short code", 100, True),
    Number("WhatsApp number", 80, False),
    Number("WhatsApp number, raised by Meta", 1000, False),
)
"""As the providers' pages said in November 2026. WhatsApp takes one text in six seconds to one person, besides."""


def peak_share() -> float:
    """Of a day's conversations, what the busiest hour of a busy day has."""
    return max(OF_EACH_HOUR) / sum(OF_EACH_HOUR) * BUSY_DAY


def peak_a_second(bookings_a_day: float) -> float:
    """Conversations that begin in a second of the busiest minutes."""
    return bookings_a_day * peak_share() * BUSY_MINUTE / 3600

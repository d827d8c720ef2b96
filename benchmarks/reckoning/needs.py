"""How much of everything so many businesses need: where each has a small desk of its own, and where all share one."""

from dataclasses import dataclass
from math import ceil

from benchmarks.reckoning.assumed import (
    BOOKINGS_A_DAY,
    BUSY_MINUTE,
    GIB,
    IN_USE,
    LATENCY,
    LOOKING,
    LOOKS_A_SECOND,
    MONTHS_KEPT,
    POOL,
    SEGMENTS_OUT,
    SENDERS,
    TEXTS_IN,
    TEXTS_OUT,
    Number,
    peak_a_second,
    peak_share,
)
from benchmarks.reckoning.costs import Costs

DAYS_A_MONTH, DAYS_A_YEAR = 30.4, 365


@dataclass(frozen=True, slots=True)
class Shared:
    """One desk for all of them. Cores are those at work in the busiest minutes, divided by what may be in use."""

    businesses: int
    conversations_a_second: float
    texts_a_second: float
    web_cores: float
    worker_cores: float
    database_cores: float
    console_cores: float
    web_processes: int
    console_processes: int
    workers: int
    process_gib: float
    connections: int
    rows_a_month: float
    """Of messages: what a partition holds."""
    gib_a_month: float
    gib_kept: float


@dataclass(frozen=True, slots=True)
class Apart:
    """A desk for each: the default process and its SQLite file."""

    businesses: int
    gib: float
    idle_cores: float
    peak_cores: float
    machines: int
    """By memory, which is used up first or together with the cores."""


def bookings_a_day(businesses: int) -> int:
    return businesses * BOOKINGS_A_DAY


def shared(businesses: int, cost: Costs) -> Shared:
    pace = peak_a_second(bookings_a_day(businesses))
    texts = pace * (TEXTS_IN + TEXTS_OUT)
    web, worker = pace * TEXTS_IN * cost.web_ms / 1000 / IN_USE, pace * TEXTS_OUT * cost.worker_ms / 1000 / IN_USE
    looks = businesses * LOOKING * LOOKS_A_SECOND * cost.look_ms / 1000 / IN_USE
    waiting = pace * TEXTS_OUT * LATENCY / SENDERS / IN_USE
    """Workers that wait for the provider."""
    processes, looking, workers = max(1, ceil(web)), ceil(looks), max(1, ceil(max(worker, waiting)))
    all_of_them = processes + looking + workers
    a_year = bookings_a_day(businesses) * DAYS_A_YEAR
    gib_a_year = a_year * cost.kib_each / 2**20
    return Shared(
        businesses, pace, texts, web, worker, texts * cost.database_ms / 1000 / IN_USE, looks, processes, looking,
        workers, all_of_them * cost.process_mib / 1024, all_of_them * POOL,
        bookings_a_day(businesses) * (TEXTS_IN + TEXTS_OUT) * DAYS_A_MONTH, gib_a_year / 12,
        gib_a_year / 12 * MONTHS_KEPT,
    )  # fmt: skip


def apart(businesses: int, cost: Costs, cores: int) -> Apart:
    gib, idle = businesses * cost.default_mib / 1024, businesses * cost.default_idle
    peak = idle + peak_a_second(bookings_a_day(businesses)) * cost.whole_sqlite_ms / 1000 / IN_USE
    return Apart(businesses, gib, idle, peak, max(1, ceil(gib / (GIB * 0.8)), ceil(peak / cores)))


def bookings_of(number: Number) -> float:
    """That one number can carry on a day, so that its busiest hour is just what it may send."""
    each = SEGMENTS_OUT if number.is_sms else TEXTS_OUT
    return number.a_second * 3600 / each / (peak_share() * BUSY_MINUTE)

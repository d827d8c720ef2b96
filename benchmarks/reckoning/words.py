"""The reckoning in words and tables, as docs/performance.md has it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.kept import Section
from benchmarks.reckoning import assumed
from benchmarks.reckoning.costs import Costs, costs
from benchmarks.reckoning.needs import Apart, Shared, apart, bookings_of, shared
from benchmarks.reckoning.queues import MINUTES, Waited, simulated

LOADS = (1.0, 1.5, 2.0)
AT_ONCE = 100


def reckoning(kept: Mapping[str, Section]) -> Iterator[str]:
    """Raises NotMeasured."""
    cost = costs(kept)
    needs = [shared(many, cost) for many in assumed.BUSINESSES]
    yield from _measured(cost)
    yield from ("", "**A desk for each business** (what the schema serves today: one business a database)", "")
    yield from _apart([apart(many, cost, assumed.CORES) for many in assumed.BUSINESSES])
    yield from ("", "**One desk for all** (wants a business's number in every key: not built)", "")
    yield from _shared(needs)
    yield from ("", "**Simulated**: texts wait for a web process, for the database, and for a worker", "")
    yield from _simulated([simulated(need, cost, load) for need in needs for load in LOADS])
    yield from ("", "**What a number may send**, whatever the machines can", "")
    yield from _numbers()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table of Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def said(value: float) -> str:
    """To two places that count, with no more digits than that."""
    if value == float("inf"):
        return "without end"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def _measured(cost: Costs) -> Iterator[str]:
    yield "Measured (docs/performance.json; PostgreSQL where nothing else is said):"
    yield ""
    rows = (
        ("CPU of a web process for a text in, ms", cost.web_ms),
        ("CPU of a worker for a text out, ms", cost.worker_ms),
        ("CPU of the database for either, ms", cost.database_ms),
        ("CPU of the default process for a conversation, SQLite, ms", cost.whole_sqlite_ms),
        ("memory of a web process or worker, MiB", cost.process_mib),
        ("memory of the default process, MiB", cost.default_mib),
        ("its CPU while nobody texts, % of a core", 100 * cost.default_idle),
        ("kept of a conversation, with indexes, KiB", cost.kib_each),
        ("the conversation list looked at again, ms", cost.look_ms),
    )
    yield from table(("what", "is"), ((what, said(value)) for what, value in rows))
    yield ""
    yield (
        f"Assumed: {assumed.BOOKINGS_A_DAY} bookings a day and business, {assumed.TEXTS_IN} texts in and"
        f" {assumed.TEXTS_OUT} out each ({assumed.SEGMENTS_OUT} segments as SMS); the busiest hour of a busy day has"
        f" {assumed.peak_share():.0%} of an average day's conversations, and its busiest minutes"
        f" {assumed.BUSY_MINUTE:g} times that pace; all businesses peak together; {assumed.IN_USE:.0%} of a core is"
        f" used then; a provider takes {1000 * assumed.LATENCY:.0f} ms; {assumed.LOOKING:.0%} of the businesses have a"
        " page of the console in view, which looks again every two seconds."
    )


def _apart(rows: Sequence[Apart]) -> Iterator[str]:
    head = ("businesses", "memory, GiB", "cores, nobody texting", "cores, busiest minutes", "machines")
    machine = f"{assumed.CORES} cores, {assumed.GIB} GiB"
    yield from table(
        (*head[:-1], f"machines of {machine}"),
        (
            (f"{one.businesses:,}", said(one.gib), said(one.idle_cores), said(one.peak_cores), one.machines)
            for one in rows
        ),
    )


def _shared(rows: Sequence[Shared]) -> Iterator[str]:
    lines: tuple[tuple[str, list[str]], ...] = (
        ("conversations a second, busiest minutes", [said(one.conversations_a_second) for one in rows]),
        ("texts a second, in and out", [said(one.texts_a_second) for one in rows]),
        ("cores: web", [said(one.web_cores) for one in rows]),
        ("cores: workers", [said(one.worker_cores) for one in rows]),
        ("cores: database", [said(one.database_cores) for one in rows]),
        ("cores: the console's pages looking again", [said(one.console_cores) for one in rows]),
        ("web processes", [f"{one.web_processes}" for one in rows]),
        ("web processes for the console", [f"{one.console_processes}" for one in rows]),
        ("workers", [f"{one.workers}" for one in rows]),
        ("memory of all these, GiB", [said(one.process_gib) for one in rows]),
        ("connections at most", [_connections(one) for one in rows]),
        ("messages a month (a partition)", [f"{one.rows_a_month:,.0f}" for one in rows]),
        ("GiB a month, with all that belongs to them", [said(one.gib_a_month) for one in rows]),
        (f"GiB of {assumed.MONTHS_KEPT} months", [said(one.gib_kept) for one in rows]),
    )
    yield from table(
        ("businesses", *(f"{one.businesses:,}" for one in rows)), ((what, *values) for what, values in lines)
    )


def _connections(one: Shared) -> str:
    return f"{one.connections:,}{' (a pooler)' if one.connections > assumed.CONNECTIONS else ''}"


def _simulated(rows: Sequence[Waited]) -> Iterator[str]:
    head = (
        "businesses", "times what was foreseen", "of", "texts in", "webhook p50 / p99, ms", "to provider p50 / p99, ms",
        "wait for a web process, ms", "by Erlang's formula",
    )  # fmt: skip
    yield from table(
        head,
        (
            (
                f"{one.businesses:,}", f"{one.load:g}", one.stretch, f"{one.texts:,}", _pair(one.webhook_ms),
                _pair(one.send_ms), said(one.mean_wait_ms),
                said(one.erlang_ms) if one.stretch == MINUTES else f"{said(one.erlang_ms)} (of the day's mean)",
            )
            for one in rows
        ),
    )  # fmt: skip


def _pair(values: Sequence[float]) -> str:
    return " / ".join(map(said, values))


def _numbers() -> Iterator[str]:
    rows = []
    for one in assumed.NUMBERS:
        bookings = bookings_of(one)
        seconds = AT_ONCE * (assumed.SEGMENTS_OUT / assumed.TEXTS_OUT if one.is_sms else 1) / one.a_second
        unit = "segments" if one.is_sms else "texts"
        rows.append(
            (one.name, f"{one.a_second:g} {unit}/s", f"{bookings:,.0f}", said(bookings / assumed.BOOKINGS_A_DAY),
             said(seconds))
        )  # fmt: skip
    yield from table(
        ("number", "may send", "bookings a day", "businesses on one", f"{AT_ONCE} reminders due at once take, s"), rows
    )

"""The parts of docs/performance.md that are written from what was measured, as lines of Markdown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks import memory
from benchmarks.conversations.goals import goals, is_reached
from benchmarks.conversations.targets import OURS_ON_SQLITE
from benchmarks.kept import Section
from benchmarks.reckoning.costs import SECTIONS
from benchmarks.reckoning.words import reckoning, said, table

AIMED_AT = ("log page", "conversation list", "search, a common word", "search, a rare word")
Part = Callable[[Mapping[str, Section]], Iterator[str]]


def conversations(kept: Mapping[str, Section]) -> Iterator[str]:
    made = kept["conversations"]
    yield f"{_when(made)}; {made['rounds']} rounds of {made['load']['conversations']} bookings by"
    yield f"{made['load']['clients']} clients at once."
    yield ""
    head = (
        "target", "conv/s", "messages/s", "× bot", "CPU ms/conv", "× bot", "webhook p50/95/99, ms",
        "to provider p50/95/99, ms", "peak MiB", "faults",
    )  # fmt: skip
    yield from table(head, map(_target, made["targets"].values()))
    for name, counted in made["counts"].items():
        yield ""
        yield f"{name}: " + ", ".join(f"{many:.1f} {what.replace('_', ' ')}" for what, many in counted.items()) + "."


def _target(one: Mapping[str, Any]) -> Sequence[object]:
    if one["why_not"]:
        return one["target"], *["-"] * 8, one["why_not"]
    return (
        f"**{one['target']}**" if one["target"].startswith("textbook") else one["target"],
        said(one["conversations_per_second"]), said(one["messages_per_second"]), said(one["rate_ratio"]),
        said(one["cpu_ms_per_conversation"]), said(one["cpu_ratio"]), _times(one["webhook_ms"]),
        _times(one["send_ms"]), f"{one['peak_mib']:.0f}", _faults(one),
    )  # fmt: skip


def aims(kept: Mapping[str, Section]) -> Iterator[str]:
    rows = [(*one, is_reached(*one[1:])) for one in _goals(kept)]
    yield from table(
        ("goal", "is", "must", "aim", ""),
        (
            (name, said(measured), f"{must:g}", f"{aim:g}", "reached" if reached else "**missed**")
            for name, measured, must, aim, reached in rows
        ),
    )


def _goals(kept: Mapping[str, Section]) -> Iterator[tuple[str, float, float, float]]:
    yield from goals(kept["conversations"])
    for name, one in kept.get("memory", {}).get("targets", {}).items():
        if name == OURS_ON_SQLITE:
            yield f"{name}: start to first answer, s", one["start_seconds"], memory.START, memory.START
        yield f"{name}: memory while nobody texts, MiB", one["idle_mib"], *memory.GOALS[name]
        if name == OURS_ON_SQLITE:
            many = kept["memory"]["conversations"]
            yield f"{name}: memory after {many:,} conversations, MiB", one["rested_mib"], memory.AFTER, memory.AFTER
    if "growth" in kept:
        for name, one in kept["growth"]["targets"].items():
            if not one["why_not"] and one["target"] != one["beside"]:
                yield f"{name}: CPU × nothing stored", one["cpu_ratio"], 1.3, 1.1
        most = max(one["messages"] for one in kept["growth"]["pages"])
        for one in (one for one in kept["growth"]["pages"] if one["messages"] == most and one["what"] in AIMED_AT):
            yield f"{one['database']}, {most:,} messages: {one['what']}, p50 ms", one["p50_ms"], 100, 10


def scenarios(kept: Mapping[str, Section]) -> Iterator[str]:
    made = kept["conversations"]["scenarios"]
    head = ("scenario", "target", "done in s", "webhook p50/95/99, ms", "to provider p50/95/99, ms", "faults")
    yield from table(
        head,
        (
            (one["scenario"], one["target"], *["-"] * 3, one["why_not"]) if one["why_not"]
            else (one["scenario"], one["target"], said(one["seconds"]), _times(one["webhook_ms"]),
                  _times(one["send_ms"]), _faults(one))
            for one in made
        ),
    )  # fmt: skip


def growth(kept: Mapping[str, Section]) -> Iterator[str]:
    made = kept["growth"]
    yield f"{_when(made)}; {made['rounds']} rounds of {made['conversations']} bookings."
    yield ""
    head = ("target", "conv/s", "CPU ms/conv", "× nothing stored", "to provider p99, ms", "peak MiB", "faults")
    yield from table(
        head,
        (
            (name, *["-"] * 5, one["why_not"]) if one["why_not"]
            else (name, said(one["conversations_per_second"]), said(one["cpu_ms_per_conversation"]),
                  said(one["cpu_ratio"]), f"{one['send_ms'][-1]:.0f}", f"{one['peak_mib']:.0f}", _faults(one))
            for name, one in made["targets"].items()
        ),
    )  # fmt: skip
    yield ""
    yield "Pages and searches, p50 / p95 in ms, by the messages that are stored:"
    yield ""
    columns = list(dict.fromkeys((one["database"], one["messages"]) for one in made["pages"]))
    found = {(one["what"], one["database"], one["messages"]): one for one in made["pages"]}
    yield from table(
        ("page", *(f"{database}, {messages:,}" for database, messages in columns)),
        (
            (
                what,
                *(_pair(found.get((what, *each))) for each in columns),
            )
            for what in dict.fromkeys(one["what"] for one in made["pages"])
        ),
    )
    yield ""
    yield "On disk: " + "; ".join(
        f"{one['database']}, {one['bookings']:,} bookings: {one['mib']:,.0f} MiB" for one in made["stored"]
    ) + "."  # fmt: skip


def _pair(one: Mapping[str, Any] | None) -> str:
    return f"{said(one['p50_ms'])} / {said(one['p95_ms'])}" if one else "-"


def resident(kept: Mapping[str, Section]) -> Iterator[str]:
    made = kept["memory"]
    yield f"{_when(made)}; {made['conversations']:,} conversations at 7 a second."
    yield ""
    head = (
        "target", "start to first answer, s", "idle MiB", "after MiB", "rested MiB", "MiB per 1,000 more",
        "CPU of a core, idle", "KiB kept each", "database server MiB", "faults",
    )  # fmt: skip
    yield from table(
        head,
        (
            (name, f"{one['start_seconds']:.2f}", f"{one['idle_mib']:.0f}", f"{one['course'][-1][1]:.0f}",
             f"{one['rested_mib']:.0f}", said(one["mib_a_thousand"]), f"{one['idle_cpu']:.1%}", said(one["kib_each"]),
             f"{one['server_mib']:.0f}" if one["server_mib"] else "-", _faults(one))
            for name, one in made["targets"].items()
        ),
    )  # fmt: skip


def scaling(kept: Mapping[str, Section]) -> Iterator[str]:
    made = kept["scaling"]
    yield f"{_when(made)}; {made['rounds']} rounds of {made['conversations']} bookings by {made['clients']} clients at"
    yield "once."
    yield ""
    head = (
        "web", "workers", "conv/s", "CPU ms/message: web", "workers", "database", "crowd and provider", "cores busy",
        "backends that wait for locks", "connections", "used up", "backends at once, by what for", "faults",
    )  # fmt: skip
    yield from table(
        head,
        (
            (one["web"], one["workers"], said(one["conversations_per_second"]),
             *(f"{one['cpu_ms'][who]:.2f}" for who in ("web", "workers", "database", "crowd")),
             f"{one['machine_busy']:.0%}", f"{one['lock_waits']:.2f}", one["connections"], one["saturated"],
             ", ".join(f"{what} {many:.1f}" for what, many in one["waits"].items()), _faults(one))
            for one in made["cells"]
        ),
    )  # fmt: skip


def understanding(kept: Mapping[str, Section]) -> Iterator[str]:
    made = kept["understanding"]
    yield f"{_when(made)}; the held-out texts of each language."
    yield ""
    head = ("language", "texts", "right", "asked back", "wrong", "ms p50", "ms p95", "dateparser ms p50", "ratio")
    yield from table(
        head,
        (
            (code, one["texts"], f"{one['right']:.1%}", f"{one['asked']:.1%}", f"{one['wrong']:.1%}",
             f"{one['median_ms']:.3f}", f"{one['p95_ms']:.3f}", f"{one['dateparser_median_ms']:.3f}",
             f"{one['ratio']:.2f}")
            for code, one in made["languages"].items()
        ),
    )  # fmt: skip


def _when(made: Section) -> str:
    machine, doubt = made["machine"], " **(a quick run: no figures to rely on)**" if made.get("is_quick") else ""
    when = f"{made['measured_at'][:10]}, {machine['processor']}, {machine['cores']} cores"
    return f"{when}, load {machine['load'][0]:g}{doubt}"


def _times(values: Sequence[float]) -> str:
    return " / ".join(f"{value:.0f}" for value in values) if any(values) else "-"


def _faults(one: Mapping[str, Any]) -> str:
    return ", ".join(f"{many} {name}" for name, many in one["faults"].items()) or "none"


PARTS: Mapping[str, Part] = {
    "conversations": conversations, "scenarios": scenarios, "goals": aims, "growth": growth, "memory": resident,
    "scaling": scaling, "understanding": understanding, "reckoning": reckoning,
}  # fmt: skip

WANTS = {"scenarios": ("conversations",), "goals": ("conversations",), "reckoning": SECTIONS}
"""Of which sections a part is made, where it is not that of its own name."""

"""What a run has found, for people at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.conversations.goals import goals, is_reached
from benchmarks.conversations.stored import Report

_HEAD = (
    f"{'target':34}{'conv/s':>8}{'msg/s':>7}{'× bot':>7}{'CPU ms':>8}{'× bot':>7}{'webhook p50/95/99':>20}"
    f"{'to provider p50/95/99':>24}{'MiB':>6}  faults"
)


def lines(made: Report) -> Iterator[str]:
    machine = made["machine"]
    yield f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}, {made['measured_at']}"
    load = made["load"]
    yield f"{load['conversations']} bookings by {load['clients']} clients at once, {made['rounds']} rounds"
    yield ""
    yield _HEAD
    yield from map(_target, made["targets"].values())
    if made["scenarios"]:
        head = f"{'done in s':>10}{'webhook p50/95/99':>20}{'to provider p50/95/99':>24}  faults"
        yield f"\n{'scenario':34}{'target':24}{head}"
        yield from map(_scenario, made["scenarios"])
    for name, counted in made["counts"].items():
        yield f"\n{name}: " + ", ".join(f"{many:.1f} {what.replace('_', ' ')}" for what, many in counted.items())
    yield f"\n{'goal':72}{'is':>9}{'must':>8}{'aim':>8}"
    for name, measured, must, aim in goals(made):
        yield f"{name:72}{measured:9.2f}{must:8g}{aim:8g}{'' if is_reached(measured, must, aim) else '  missed'}"


def _target(one: Mapping[str, Any]) -> str:
    if one["why_not"]:
        return f"{one['target']:34} {one['why_not']}"
    return (
        f"{one['target']:34}{one['conversations_per_second']:8.1f}{one['messages_per_second']:7.0f}{one['rate_ratio']:7.2f}"
        f"{one['cpu_ms_per_conversation']:8.2f}{one['cpu_ratio']:7.2f}{_times(one['webhook_ms']):>20}"
        f"{_times(one['send_ms']):>24}{one['peak_mib']:6.0f}  {_faults(one)}"
    )


def _scenario(one: Mapping[str, Any]) -> str:
    if one["why_not"]:
        return f"{one['scenario']:34}{one['target']:24} {one['why_not']}"
    return (
        f"{one['scenario']:34}{one['target']:24}{one['seconds']:10.1f}{_times(one['webhook_ms']):>20}"
        f"{_times(one['send_ms']):>24}  {_faults(one)}"
    )


def _times(values: Sequence[float]) -> str:
    return " / ".join(f"{value:.0f}" for value in values) if any(values) else "-"


def _faults(one: Mapping[str, Any]) -> str:
    return ", ".join(f"{many} {name}" for name, many in one["faults"].items()) or "none"

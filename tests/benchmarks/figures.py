"""What a run of everything might have found, as docs/performance.json would hold it."""

from typing import Any

from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE
from benchmarks.growth import LIST_AGAIN

_WHEN: dict[str, Any] = {
    "measured_at": "2026-11-22T12:00+00:00", "machine": {"processor": "A", "cores": 2, "load": [0.1, 0.1, 0.1]},
}  # fmt: skip


def target(name: str, **more: Any) -> dict[str, Any]:
    return {
        "target": name, "beside": "bot, SQLite", "conversations_per_second": 60.0, "messages_per_second": 840.0,
        "cpu_ms_per_conversation": 20.0, "rate_ratio": 0.6, "cpu_ratio": 2.0, "webhook_ms": [5.0, 9.0, 20.0],
        "send_ms": [8.0, 12.0, 30.0], "peak_mib": 90.0, "faults": {}, "why_not": "", **more,
    }  # fmt: skip


def page(database: str, messages: int, what: str, p50: float) -> dict[str, Any]:
    return {"database": database, "messages": messages, "what": what, "p50_ms": p50, "p95_ms": 2 * p50}


def weighed(name: str) -> dict[str, Any]:
    return {
        "target": name, "start_seconds": 1.5, "idle_mib": 90.0, "idle_cpu": 0.01,
        "course": [[0, 90.0], [100, 95.0]], "rested_mib": 94.0, "server_mib": 0.0, "kib_each": 16.0, "faults": {},
        "mib_a_thousand": 50.0,
    }  # fmt: skip


def cell(web: int, workers: int, **more: Any) -> dict[str, Any]:
    return {
        "web": web, "workers": workers, "conversations_per_second": 50.0,
        "cpu_ms": {"web": 0.6, "workers": 0.8, "database": 0.5, "crowd": 0.1}, "busiest": ["web", 0.5],
        "machine_busy": 0.8, "waits": {"on its core": 1.0}, "lock_waits": 0.1, "connections": 12, "deadlocks": 0,
        "webhook_ms": [5.0, 9.0, 20.0], "send_ms": [8.0, 12.0, 30.0], "faults": {}, "saturated": "nothing", **more,
    }  # fmt: skip


def everything() -> dict[str, Any]:
    names = OURS_ON_SQLITE, OURS_ON_POSTGRESQL
    return {
        "conversations": _WHEN
        | {
            "rounds": 5, "load": {"conversations": 240, "clients": 16},
            "targets": {name: target(name) for name in ("bot, SQLite", *names)},
            "scenarios": [
                {"scenario": "provider in 100 ms", "target": OURS_ON_SQLITE, "seconds": 21.0, "faults": {},
                 "webhook_ms": [5.0, 9.0, 20.0], "send_ms": [8.0, 12.0, 30.0], "why_not": ""},
            ],
            "counts": {OURS_ON_SQLITE: {"queries_per_message_taken": 10.0}},
        },
        "growth": _WHEN
        | {
            "rounds": 3, "conversations": 240,
            "targets": {
                "SQLite, nothing stored": target("SQLite, nothing stored", beside="SQLite, nothing stored"),
                "SQLite, 994 messages": target("SQLite, 994 messages", cpu_ratio=1.1),
            },
            "pages": [page("SQLite", 994, "log page", 4.0), page("PostgreSQL", 994, LIST_AGAIN, 2.0),
                      page("SQLite", 1_400_000, "log page", 6.0), page("PostgreSQL", 1_400_000, LIST_AGAIN, 3.0)],
            "stored": [{"database": "SQLite", "bookings": 71, "mib": 3.0}],
        },
        "memory": _WHEN | {"conversations": 10_000, "targets": {name: weighed(name) for name in names}},
        "scaling": _WHEN
        | {"rounds": 3, "conversations": 240, "clients": 32, "cells": [cell(1, 1), cell(2, 2, faults={"lost": 1})]},
        "understanding": _WHEN
        | {"languages": {"en": {"texts": 90, "right": 1.0, "asked": 0.0, "wrong": 0.0, "median_ms": 0.2, "p95_ms": 1.0,
                                "dateparser_median_ms": 0.4, "ratio": 0.5}}},
    }  # fmt: skip

"""/metrics, in Prometheus' text format: what this machine's processes have counted, and what the database says now."""

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy.orm import Session

from bot import metrics
from bot.database import DatabaseAway
from bot.desk import Desk
from bot.meters import Gauge
from bot.proxies import AS_IT_CAME
from models.backlog import never_arrived, oldest_unsent, unanswered_since, unsent

if TYPE_CHECKING:
    from prometheus_client import Metric

scrape = Blueprint("scrape", __name__)

NEAR = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
)
"""This machine and private networks."""
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")
"""What a proxy says of itself."""

Figure = tuple[Gauge, tuple[str, ...], float]


@scrape.get("/metrics")
def scraped() -> Response:
    """For whoever has METRICS_TOKEN; where none is set, for this machine and private networks, and not through a proxy
    that we are not told of, behind which everybody looks near."""
    desk: Desk = current_app.extensions["desk"]
    if not _may_read(desk.settings.metrics_token.get_secret_value()):
        abort(403)
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if desk.settings.metrics_dir.is_dir():
        MultiProcessCollector(registry, path=str(desk.settings.metrics_dir))  # type: ignore[no-untyped-call]
    registry.register(_Figures(desk))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures:
    """What prometheus_client takes for a collector."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> "Iterable[Metric]":
        from prometheus_client.core import GaugeMetricFamily

        figures = [*_of_the_database(self._desk), *_of_the_journal(self._desk)]
        for gauge in dict.fromkeys(gauge for gauge, _, _ in figures):
            family = GaugeMetricFamily(gauge.name, gauge.what, labels=list(gauge.labels))
            for labels, value in [(labels, value) for one, labels, value in figures if one is gauge]:
                family.add_metric(labels, value)
            yield family


def _of_the_database(desk: Desk) -> list[Figure]:
    now = desk.clock.now()
    try:
        return [(metrics.DATABASE_UP, (), 1), *desk.database.read(lambda session: list(_read(session, now)))]
    except DatabaseAway:
        return [(metrics.DATABASE_UP, (), 0)]


def _read(session: Session, now: datetime) -> Iterator[Figure]:
    for row in unsent(session):
        yield metrics.OUTBOX_MESSAGES, (row.channel, row.status), row.number
    yield metrics.OUTBOX_OLDEST_DUE_SECONDS, (), _age(oldest_unsent(session, now), now)
    for row in never_arrived(session):
        yield metrics.DEAD_LETTERS, (row.channel, row.failure or ""), row.number
    count, since = unanswered_since(session, now)
    yield metrics.MESSAGES_UNANSWERED, (), count
    yield metrics.MESSAGES_OLDEST_UNANSWERED_SECONDS, (), _age(since, now)


def _of_the_journal(desk: Desk) -> Iterator[Figure]:
    yield metrics.JOURNAL_ENTRIES, (), desk.journal.size()
    yield metrics.JOURNAL_OLDEST_SECONDS, (), _age(desk.journal.oldest(), desk.clock.now())
    yield metrics.JOURNAL_QUARANTINED, (), desk.journal.quarantined()


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _may_read(token: str) -> bool:
    if token:
        said = request.headers.get("Authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
    return _is_near(request.remote_addr or "") and not _came_by_an_unknown_proxy()


def _is_near(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in NEAR)


def _came_by_an_unknown_proxy() -> bool:
    """Whether a proxy stands between, and its word of the caller was not taken: TRUSTED_PROXIES does not name it."""
    peer = request.environ[AS_IT_CAME]
    return request.remote_addr == peer and any(name in request.headers for name in FORWARDED)

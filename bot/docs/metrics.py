"""docs/metrics.md: what /metrics shows, from bot/metrics.py alone, and which of it to be woken by."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.docs.markdown import block, code, page, table
from bot.meters import Metric
from bot.metrics import METRICS

ABOUT = """`GET /metrics` answers in Prometheus' text format. Any web process of a machine shows what all processes of
that machine have counted together, web and worker: they share the folder `METRICS_DIR`. A process that dies, however
it dies, takes nothing with it; when the last one has ended and one starts again, all counters begin at nought, which
Prometheus' `rate()` and `increase()` allow for. The gauges are asked of the database and of the journal when the page
is read: where several machines share a database, take those of one. A machine with workers alone has no page of its
own.

Nothing here tells who texted or what: the labels are those below, each with a closed set of values."""

ACCESS = """With `METRICS_TOKEN` set, whoever says it may read the page, and nobody else. Without it, callers of this
machine and of private networks may, unless a proxy stands between that `TRUSTED_PROXIES` does not name: behind one,
everybody looks near. A proxy that says nothing of itself cannot be told from a near caller: behind such a one, set
the token."""

SCRAPE = """scrape_configs:
  - job_name: textbook
    authorization: {credentials: "METRICS_TOKEN"}   # where one is set
    static_configs: [{targets: ["127.0.0.1:8000"]}]"""

ALARMS = """What follows is a file of rules as Prometheus takes it. `page`: somebody has to look now, for people wait
for answers; `ticket`: within the day."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """`lasts`: how long it must be so before anybody is called."""

    name: str
    when: str
    lasts: str
    severity: str
    why: str


ALARM_RULES = (
    Alarm("TextbookDown", 'up{job="textbook"} == 0', "1m", "page", "No web process answers: messages are lost."),
    Alarm("TextbookDatabaseAway", "textbook_database_up == 0", "1m", "page", "Messages go to the journal, unanswered."),
    Alarm(
        "TextbookNotSending", "textbook_outbox_oldest_due_seconds > 120", "2m", "page",
        "Answers are due and do not leave: no worker runs, or more is to be sent than the channel's rate allows.",
    ),
    Alarm(
        "TextbookNotAnswering", "textbook_messages_oldest_unanswered_seconds > 30", "1m", "page",
        "Messages are stored and have no turn: no worker runs.",
    ),
    Alarm(
        "TextbookJournalWaits", "textbook_journal_entries > 0", "5m", "page",
        "Messages are on the disk alone and are not taken in.",
    ),
    Alarm(
        "TextbookSetupWrong", 'increase(textbook_send_failures_total{failure="setup"}[15m]) > 0', "0m", "page",
        "A provider refuses our account or settings: `python -m bot doctor` says more.",
    ),
    Alarm(
        "TextbookTurnsFail", 'increase(textbook_turn_seconds_count{outcome="failed"}[15m]) > 0', "0m", "ticket",
        "A fault of ours; the client has had an apology. The log has it as `turn_failed`.",
    ),
    Alarm(
        "TextbookAnswersSlow",
        "histogram_quantile(0.99, sum by (le) (rate(textbook_webhook_to_send_seconds_bucket[10m]))) > 10", "10m",
        "ticket", "One answer in a hundred takes longer than ten seconds.",
    ),
    Alarm(
        "TextbookGivenUp", 'increase(textbook_sends_total{outcome="given_up"}[1h]) > 0', "0m", "ticket",
        "A message is on the dead-letter list: somebody did not get an answer.",
    ),
    Alarm(
        "TextbookNotDelivered", 'increase(textbook_delivery_reports_total{status="failed"}[1h]) > 5', "0m", "ticket",
        "A provider took messages and could not deliver them.",
    ),
    Alarm(
        "TextbookWebhooksUnreadable", "increase(textbook_webhooks_unreadable_total[1h]) > 0", "0m", "ticket",
        "A provider tells us something in a form we do not know: a message may be lost.",
    ),
    Alarm(
        "TextbookWebhooksRefused", "increase(textbook_webhooks_refused_total[15m]) > 10", "0m", "ticket",
        "A token or PUBLIC_URL is wrong, or somebody tries the door.",
    ),
    Alarm(
        "TextbookJournalQuarantine", "textbook_journal_quarantined > 0", "0m", "ticket",
        "A file of the journal could not be taken in: a person has to look at it.",
    ),
    Alarm(
        "TextbookLanguageModelAway",
        'increase(textbook_interpreter_questions_total{outcome=~"failed|timed_out"}[30m]) > 10', "0m", "ticket",
        "The language model does not answer; the desk goes on without it.",
    ),
)  # fmt: skip


def render() -> str:
    rows = [(code(one.name), one.kind, ", ".join(map(code, one.labels)), one.what) for one in METRICS]
    return page(
        "Metrics",
        ABOUT,
        "## Who may read them",
        ACCESS,
        block(SCRAPE, "yaml"),
        "## All of them",
        table(("name", "kind", "labels", "meaning"), rows),
        "## Labels",
        table(("label", "of", "values", "meaning"), _labels(METRICS)),
        "## What to be woken by",
        ALARMS,
        block(rules(), "yaml"),
    )


def rules() -> str:
    """The alarms as a file of rules."""
    return "groups:\n  - name: textbook\n    rules:\n" + "".join(map(_rule, ALARM_RULES))


def _rule(alarm: Alarm) -> str:
    return (
        f"      - alert: {alarm.name}\n"
        f"        expr: '{alarm.when}'\n"
        f"        for: {alarm.lasts}\n"
        f"        labels: {{severity: {alarm.severity}}}\n"
        f'        annotations: {{summary: "{alarm.why}"}}\n'
    )


def _labels(metrics: Iterable[Metric]) -> list[tuple[str, str, str, str]]:
    """Each label with its values, and the names that have it with those very values."""
    found: dict[tuple[str, type[StrEnum] | str], list[str]] = {}
    for metric in metrics:
        for label, values in metric.labels.items():
            found.setdefault((label, values), []).append(code(metric.name))
    return [(code(label), ", ".join(names), *_values(values)) for (label, values), names in found.items()]


def _values(values: type[StrEnum] | str) -> tuple[str, str]:
    if isinstance(values, str):
        return values, ""
    return ", ".join(code(value) for value in values), " ".join((values.__doc__ or "").split())

"""What /metrics shows and to whom: exactly what all processes did, whoever of them is killed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest
import requests
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from bot import places
from bot.channels.base import Found, LookUp, SendError
from bot.clock import SetClock
from bot.database import Database, DatabaseAway
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.docs.metrics import ALARM_RULES
from bot.intake import receive
from bot.meters import Counted, Gauge, Histogram, keep
from bot.metrics import METRICS, SENDS, TURN_SECONDS
from bot.places import take_place
from bot.schedule import run_due
from conversations.delivery import SendFailure
from conversations.messages import Inbound
from handlers.message_resent import message_resent
from models.claims import LostRace
from tests.conftest import Databases, MakeDesk
from tests.databases import _free_port
from tests.fakes.twilio_server import FakeTwilio, signed_post
from tests.handlers.test_outbox import Provider
from tests.patience import PATIENCE, eventually
from webhooks import create_app

TOP = Path(__file__).parent.parent.parent
SID, TOKEN = "AC" + "7" * 32, "a token"
OURS, OMAR, REFUSED = "+15005550006", "+97455500000", "+15005550009"
FAR = "203.0.113.7"
CHANNELS = ("sms", "whatsapp")

Series = Mapping[str, float]
"""Values by name and labels as the page writes them: `textbook_sends_total{channel="sms",outcome="sent"}`."""


def series(page: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


class Installation:
    """Two web processes under one gunicorn, and a worker apart, over one database."""

    def __init__(self, url: str, twilio: FakeTwilio, folder: Path) -> None:
        self.twilio, self.folder, self.port = twilio, folder, _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.hook = f"{self.address}/webhooks/twilio"
        own = {
            "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(self.port), "PUBLIC_URL": self.address,
            "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": OURS,
            "TWILIO_API_BASE": twilio.base_url, "COORDINATOR_PHONE_NUMBER": OMAR, "SIMULATOR": "false",
            "WEB_CONCURRENCY": "2", "PYTHONPATH": str(TOP), "BURST_MS": "0",
        }  # fmt: skip
        self._environment = os.environ | own
        self._count = 0
        self.web, self.worker = self.start("web"), self.start("worker")
        eventually(self.answers, "it does not start")

    def start(self, command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{command}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", command], cwd=self.folder, env=self._environment, stdout=log, stderr=log
            )

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def scrape(self) -> Series:
        answer = requests.get(f"{self.address}/metrics", timeout=60)
        assert (200, "text/plain") == (answer.status_code, answer.headers["Content-Type"].partition(";")[0])
        return series(answer.text)

    def text(self, sender: str = "") -> None:
        self._count += 1
        form = self.twilio.text_form(sender or f"+9745559{self._count:04}", OURS, "book")
        eventually(lambda: self._taken(form), "it is not taken")

    def texts(self, many: int) -> None:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(self.text) for _ in range(many)]:
                done.result()

    def repeat(self, form: Mapping[str, str]) -> None:
        assert 200 == signed_post(self.hook, form, TOKEN).status_code

    def _taken(self, form: Mapping[str, str]) -> bool:
        try:
            return signed_post(self.hook, form, TOKEN).status_code == 200
        except requests.RequestException:
            return False

    def web_workers(self) -> list[int]:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True).stdout
        pairs = [line.split() for line in listed.splitlines()]
        return [int(pid) for pid, parent in pairs if int(parent) == self.web.pid]

    def counted_apart(self, name: str) -> list[float]:
        """What each process has counted itself of all that begins so, of those that have."""
        sums = []
        for path in (self.folder / "data/metrics").glob("counter_*.db"):
            entries = MmapedDict.read_all_values_from_file(path)  # type: ignore[no-untyped-call]
            sums.append(sum(value for key, value, *_ in entries if name in key))
        return [one for one in sums if one]

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)


@pytest.fixture
def installation(databases: Databases, tmp_path: Path) -> Iterator[Installation]:
    url = databases.copy("sqlite")
    with FakeTwilio(SID, TOKEN) as twilio:
        made = Installation(url, twilio, tmp_path)
        try:
            yield made
        finally:
            made.stop()
            databases.drop("sqlite", url)


def settled(installation: Installation, sent: int, given_up: int = 0) -> Series:
    """The page, once so many messages have been sent and given up."""

    def are_done() -> bool:
        found = installation.scrape()
        sends = [found[f'textbook_sends_total{{channel="sms",outcome="{one}"}}'] for one in ("sent", "given_up")]
        return sends == [sent, given_up]

    eventually(are_done, "they are not all sent")
    return installation.scrape()


def received(found: Series) -> float:
    """Deliveries, of which a busy machine may have put some into the journal first."""
    ways = "new", "repeated", "journaled"
    names = (f'textbook_messages_received_total{{channel="sms",delivered="{one}"}}' for one in ways)
    return sum(found[name] for name in names)


def turns_taken(found: Series) -> float:
    names = (f'textbook_turn_seconds_count{{cause="{one}",outcome="taken"}}' for one in ("message", "wait_over"))
    return sum(found[name] for name in names)


def test_every_process_counts_and_none_that_is_killed_takes_it_along(installation: Installation) -> None:
    twilio = installation.twilio
    twilio.fail_next(429, times=1, method="POST")
    installation.texts(30)
    while len(installation.counted_apart("textbook_messages_received_total")) < 2:
        installation.texts(1)  # until both web processes have had one
    texts = installation._count
    installation.text(REFUSED)
    form = twilio.text_form("+97455590001", OURS, "book", MessageSid=f"SM{1:032d}")
    for _ in range(3):
        installation.repeat(form)
    for _ in range(2):
        assert 403 == signed_post(installation.hook, form, "another token").status_code
    found = settled(installation, texts, 1)
    assert 204 == twilio.report(twilio.messages[0], "delivered").status_code
    found = installation.scrape()

    expected = {
        'textbook_turn_seconds_count{cause="message",outcome="failed"}': 0,
        'textbook_webhook_to_send_seconds_count{channel="sms"}': texts,
        'textbook_sends_total{channel="sms",outcome="put_off"}': 1,
        'textbook_sends_total{channel="sms",outcome="broke"}': 0,
        'textbook_send_failures_total{channel="sms",failure="too_fast"}': 1,
        'textbook_send_failures_total{channel="sms",failure="wrong_address"}': 1,
        'textbook_send_retries_total{channel="sms"}': 1,
        'textbook_webhooks_refused_total{provider="twilio"}': 2,
        'textbook_delivery_reports_total{channel="sms",status="delivered"}': 1,
        'textbook_dead_letters{channel="sms",failure="wrong_address"}': 1,
        "textbook_database_up": 1,
        "textbook_outbox_oldest_due_seconds": 0,
        "textbook_messages_unanswered": 0,
        "textbook_journal_entries": 0,
    }
    assert expected == {name: found.get(name) for name in expected}
    assert (texts + 1 + 3, texts + 1) == (received(found), turns_taken(found))

    os.kill(installation.web_workers()[0], signal.SIGKILL)
    installation.worker.kill()
    installation.worker.wait()
    eventually(installation.answers, "no web process is left")
    after = installation.scrape()
    assert expected == {name: after.get(name) for name in expected}
    assert (texts + 1 + 3, texts + 1) == (received(after), turns_taken(after))
    eventually(lambda: len(installation.web_workers()) == 2, "gunicorn starts no other")
    installation.worker = installation.start("worker")
    installation.texts(12)
    more = settled(installation, texts + 12, 1)
    assert (texts + 13 + 3, texts + 13) == (received(more), turns_taken(more))
    assert texts + 12 == more['textbook_webhook_to_send_seconds_count{channel="sms"}']
    assert len(list((installation.folder / "data/metrics").glob("counter_*.db"))) <= 4, "a file for every death"

    installation.stop()
    installation.web, installation.worker = installation.start("web"), installation.start("worker")
    eventually(installation.answers, "it does not start again")
    clean = installation.scrape()
    assert (0, 0) == (received(clean), turns_taken(clean))
    assert 1 == clean['textbook_dead_letters{channel="sms",failure="wrong_address"}']


def test_a_folder_that_cannot_be_written_costs_the_counters_alone(databases: Databases, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/metrics").write_text("a file in the way")
    url = databases.copy("sqlite")
    with FakeTwilio(SID, TOKEN) as twilio:
        installation = Installation(url, twilio, tmp_path)
        try:
            installation.text()
            eventually(lambda: twilio.messages, "nothing is sent")
            found = installation.scrape()
        finally:
            installation.stop()
    assert 1 == found["textbook_database_up"]
    assert not any(name.startswith("textbook_sends_total") for name in found)
    assert '"metrics_not_kept"' in (tmp_path / "web.log").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Counting in this process, into this folder, for one test."""
    held = list(places._held)
    keep(METRICS, tmp_path / "metrics", CHANNELS)
    yield tmp_path / "metrics"
    files = set()
    for metric in METRICS:
        if isinstance(metric, Counted):
            files.add(metric._file)
            metric._kept, metric._file = {}, None
    for file in files:
        file.close()
    for place in [one for one in places._held if one not in held]:
        places._held.remove(place)
        place.close()


@pytest.fixture
def counting(make_desk: MakeDesk, folder: Path) -> Desk:
    return make_desk(metrics_dir=folder)


def page_of(desk: Desk, address: str = "127.0.0.1", **headers: str) -> str:
    answer = create_app(desk).test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)
    assert 200 == answer.status_code
    return answer.text


def figures(desk: Desk) -> Series:
    return series(page_of(desk))


def texted(desk: Desk, words: str, number: int = 1, channel: str = "sms") -> None:
    phone = f"+9745550{number:04}"
    receive(desk, Inbound(channel, f"in{number}-{words}", phone, phone, words))


def test_what_waits_is_counted_with_its_age(counting: Desk, clock: SetClock) -> None:
    texted(counting, "book", 1)
    texted(counting, "book", 2, "whatsapp")
    waiting = replace(counting, settings=counting.settings.model_copy(update={"burst_ms": 1500}))
    texted(waiting, "hi", 3)
    found = figures(counting)
    assert [0, 0] == [found[f"textbook_{one}_seconds"] for one in ("outbox_oldest_due", "messages_oldest_unanswered")]
    assert 0 == found["textbook_messages_unanswered"], "it may still wait"
    clock.at += timedelta(seconds=61.5)
    found = figures(counting)
    assert 1 == found['textbook_outbox_messages{channel="sms",status="queued"}']
    assert 1 == found['textbook_outbox_messages{channel="whatsapp",status="queued"}']
    assert 61.5 == found["textbook_outbox_oldest_due_seconds"]
    assert (1, 60) == (found["textbook_messages_unanswered"], found["textbook_messages_oldest_unanswered_seconds"])
    run_due(counting)
    found = figures(counting)
    assert 0 == found["textbook_messages_unanswered"]
    assert 1 == found['textbook_turn_seconds_count{cause="message",outcome="waits"}']
    assert 1 == found['textbook_turn_seconds_count{cause="wait_over",outcome="taken"}']


def test_what_waits_behind_one_that_is_put_off_is_not_overdue_itself(counting: Desk, clock: SetClock) -> None:
    desk = replace(counting, channels={"sms": Provider([SendError(SendFailure.BUSY, retry_after=600)])})
    texted(desk, "book")
    Dispatcher(desk).send_due()
    texted(desk, "1")
    clock.at += timedelta(seconds=300)
    found = figures(desk)
    assert 2 == found['textbook_outbox_messages{channel="sms",status="queued"}']
    assert 0 == found["textbook_outbox_oldest_due_seconds"]


def test_what_was_sent_again_is_no_dead_letter_any_more(counting: Desk, clock: SetClock) -> None:
    desk = replace(counting, channels={"sms": Provider([SendError(SendFailure.CONTENT)])})
    texted(desk, "book")
    Dispatcher(desk).send_due()
    assert 1 == figures(desk)['textbook_dead_letters{channel="sms",failure="content"}']
    assert 2 == desk.database.transact(lambda session: message_resent(session, 1, "t", clock.now()))
    assert 'textbook_dead_letters{channel="sms",failure="content"}' not in figures(desk)


def test_an_answer_is_timed_from_the_message_it_answers(counting: Desk, clock: SetClock) -> None:
    texted(counting, "book")
    clock.at += timedelta(seconds=7)
    texted(counting, "1")
    clock.at += timedelta(seconds=20)
    Dispatcher(counting).send_due()
    found = figures(counting)
    assert (2, 47) == tuple(
        found[f'textbook_webhook_to_send_seconds_{one}{{channel="sms"}}'] for one in ("count", "sum")
    )


def test_news_that_answer_nothing_are_not_timed(counting: Desk) -> None:
    """The coordinator is told of a request: that answers no message of theirs."""
    for words in ("book", "2", "tomorrow", "B", "yes"):
        texted(counting, words)
    Dispatcher(counting).send_due()
    found = figures(counting)
    assert 6 == found['textbook_sends_total{channel="sms",outcome="sent"}']
    assert 5 == found['textbook_webhook_to_send_seconds_count{channel="sms"}']


@pytest.mark.parametrize(
    ("provider", "outcome", "failure"),
    [
        (Provider([SendError(SendFailure.CONTENT, "1")]), "given_up", "content"),
        (Provider([SendError(SendFailure.BUSY, "503")]), "put_off", "busy"),
        (Provider([ValueError("a fault of ours")]), "broke", ""),  # type: ignore[list-item]
    ],
    ids=["content", "busy", "fault"],
)
def test_what_came_of_each_try_is_told_apart(counting: Desk, provider: Provider, outcome: str, failure: str) -> None:
    class Broken(Provider):
        def send(self, message: object) -> str:
            raise self.outcomes.pop(0)  # type: ignore[misc]

    desk = replace(counting, channels={"sms": Broken(list(provider.outcomes))})
    texted(desk, "book")
    Dispatcher(desk).send_due()
    found = figures(desk)
    assert {f'textbook_sends_total{{channel="sms",outcome="{outcome}"}}'} == {
        name for name, value in found.items() if name.startswith("textbook_sends_total") and value
    }
    failures = {name for name, value in found.items() if name.startswith("textbook_send_failures") and value}
    assert failures == ({f'textbook_send_failures_total{{channel="sms",failure="{failure}"}}'} if failure else set())


def test_a_send_that_had_got_through_is_found_not_sent(counting: Desk, clock: SetClock) -> None:
    provider = Provider([SendError(SendFailure.UNCERTAIN)], holds=[LookUp(Found.YES, "SM1")])
    desk = replace(counting, channels={"sms": provider})
    texted(desk, "book")
    Dispatcher(desk).send_due()
    clock.at += timedelta(minutes=5)
    Dispatcher(desk).send_due()
    found = figures(desk)
    outcomes = {name: value for name, value in found.items() if name.startswith("textbook_sends_total") and value}
    assert outcomes == {f'textbook_sends_total{{channel="sms",outcome="{one}"}}': 1 for one in ("put_off", "found")}
    assert 1 == found['textbook_send_retries_total{channel="sms"}']


def test_lost_races_are_counted(counting: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from handlers import advance

    turn, races = advance._turn, [LostRace(), LostRace()]

    def raced(*arguments: object) -> None:
        if races:
            raise races.pop()
        turn(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(advance, "_turn", raced)
    texted(counting, "book")
    assert 2 == figures(counting)["textbook_races_lost_total"]


def test_a_fault_of_ours_and_a_database_that_is_away_are_told_apart(
    counting: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("bot.intake.message_received", lambda *_: 1 / 0)
    texted(counting, "book", 1)
    away = replace(counting, settings=counting.settings.model_copy(update={"journal_dir": tmp_path / "journal"}))
    away.journal.prepare()
    transact = Database.transact

    def none(*_: object) -> object:
        raise DatabaseAway("gone", "code")

    monkeypatch.setattr(Database, "transact", none)
    texted(away, "book", 2)
    monkeypatch.setattr(Database, "transact", transact)
    monkeypatch.setattr(Database, "read", none)
    found = figures(away)
    for outcome in ("failed", "database_away"):
        assert 1 == found[f'textbook_turn_seconds_count{{cause="message",outcome="{outcome}"}}']
    assert 1 == found['textbook_messages_received_total{channel="sms",delivered="new"}']
    assert 1 == found['textbook_messages_received_total{channel="sms",delivered="journaled"}']
    assert (0, 1) == (found["textbook_database_up"], found["textbook_journal_entries"])
    assert "textbook_outbox_oldest_due_seconds" not in found


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
class TestWhoMayRead:
    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.1.9", "::ffff:10.0.0.1"]
    )
    def test_near(self, desk: Desk, address: str) -> None:
        assert "textbook_database_up 1.0" in page_of(desk, address)

    @pytest.mark.parametrize("address", [FAR, "172.32.0.1", "2001:db8::1", "::ffff:203.0.113.7", "", "junk"])
    def test_not_far(self, desk: Desk, address: str) -> None:
        assert 403 == self.status(desk, address)

    @pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-Ip"])
    def test_not_through_a_proxy_we_do_not_know(self, desk: Desk, name: str) -> None:
        assert 403 == self.status(desk, "127.0.0.1", **{name: "10.0.0.1"})

    @pytest.mark.parametrize(
        ("hops", "said", "status"),
        [(1, FAR, 403), (1, "10.0.0.9", 200), (2, "10.0.0.9", 403), (2, f"{FAR}, 10.0.0.9", 403)],
    )
    def test_through_one_we_know_it_is_the_caller_who_counts(
        self, make_desk: MakeDesk, hops: int, said: str, status: int
    ) -> None:
        desk = make_desk(trusted_proxies=hops)
        assert status == self.status(desk, "127.0.0.1", **{"X-Forwarded-For": said})

    def test_with_a_token_only_who_says_it(self, make_desk: MakeDesk) -> None:
        desk = make_desk(metrics_token="a-word")
        assert 403 == self.status(desk, "127.0.0.1")
        assert 403 == self.status(desk, "127.0.0.1", Authorization="Bearer another")
        assert 403 == self.status(desk, "127.0.0.1", Authorization="Bearer wörd")
        assert "textbook_database_up" in page_of(desk, FAR, Authorization="Bearer a-word")

    def status(self, desk: Desk, address: str, **headers: str) -> int:
        client = create_app(desk).test_client()
        return client.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers).status_code


class TestDeclared:
    def test_names_are_as_prometheus_wants_them(self) -> None:
        for metric in METRICS:
            assert re.fullmatch(r"textbook_[a-z_]+", metric.name)
            assert metric.what.endswith(".")
            assert metric.name.endswith("_total") == (metric.kind == "counter")
            assert isinstance(metric, Gauge | Counted)
            if isinstance(metric, Histogram):
                assert metric.name.endswith("_seconds")

    @pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
    def test_the_page_shows_these_and_no_others_each_with_its_meaning(self, counting: Desk) -> None:
        texted(counting, "book")
        shown = {family.name: family for family in text_string_to_metric_families(page_of(counting))}
        declared = {metric.name.removesuffix("_total"): metric for metric in METRICS}
        assert declared.keys() - shown.keys() == {"textbook_dead_letters"}, "there are none"
        for name, family in shown.items():
            assert (declared[name].what, declared[name].kind) == (family.documentation, family.type)
            for sample in family.samples:
                assert sample.labels.keys() - {"le"} == declared[name].labels.keys()

    @pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
    def test_every_label_has_a_closed_set_of_values(self, counting: Desk) -> None:
        texted(counting, "book")
        for family in text_string_to_metric_families(page_of(counting)):
            wanted = {metric.name.removesuffix("_total"): metric for metric in METRICS}[family.name].labels
            for sample in family.samples:
                for label, words in wanted.items():
                    known = set(CHANNELS) if isinstance(words, str) else {value.value for value in words}
                    assert sample.labels[label] in known or (label, words) == ("status", "queued or sending")

    def test_other_labels_than_those_declared_are_refused(self) -> None:
        with pytest.raises(ValueError, match="textbook_sends_total wants the labels"):
            SENDS.add(channel="sms")
        with pytest.raises(ValueError, match="phone"):
            TURN_SECONDS.add(1.0, cause="message", outcome="taken", phone="+1")

    def test_every_alarm_is_about_something_that_is_there(self) -> None:
        known = {metric.name: metric for metric in METRICS}
        for alarm in ALARM_RULES:
            for name, matchers in re.findall(r"(textbook_\w+)(?:\{([^}]*)\})?", alarm.when):
                metric = known.get(name) or known[re.sub(r"_(count|bucket|sum)$", "", name)]
                for label, value in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
                    values_of = metric.labels[label]
                    assert isinstance(values_of, type) and issubclass(values_of, StrEnum)
                    assert set(value.split("|")) <= {one.value for one in values_of}


def test_only_a_server_loads_the_library() -> None:
    for code in (
        "import bot.intake, bot.dispatcher, bot.schedule, bot.interpreter, bot.docs.metrics",
        "from bot.__main__ import main; main(['understand', 'tomorrow at 3'])",
    ):
        done = subprocess.run(
            [sys.executable, "-c", f"{code}\nimport sys\nassert 'prometheus_client' not in sys.modules"],
            cwd=TOP, capture_output=True, text=True,
        )  # fmt: skip
        assert 0 == done.returncode, done.stderr


class TestPlaces:
    def test_the_living_have_different_ones_and_a_dead_ones_is_taken_up_with_what_it_left(self, tmp_path: Path) -> None:
        held = list(places._held)
        first, second = take_place(tmp_path), take_place(tmp_path)
        assert (0, 1) == (first, second)
        (tmp_path / "counter_0.db").write_text("counted")
        places._held.pop(len(held)).close()
        assert 0 == take_place(tmp_path)
        assert "counted" == (tmp_path / "counter_0.db").read_text()
        while len(places._held) > len(held):
            places._held.pop().close()

    def test_where_nobody_lives_nothing_is_left(self, tmp_path: Path) -> None:
        (tmp_path / "counter_0.db").write_text("counted")
        (tmp_path / "histogram_3.db").write_text("counted")
        assert 0 == take_place(tmp_path)
        assert [] == list(tmp_path.glob("*.db"))
        places._held.pop().close()


def test_a_transaction_started_afresh_is_counted(counting: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from bot.database_errors import Fault

    monkeypatch.setattr("bot.database.fault_of", lambda _: (Fault.CONFLICT, "deadlock"))
    conflicts = [OperationalError("", {}, Exception("deadlock"))] * 2

    def work(_: Session) -> None:
        if conflicts:
            raise conflicts.pop()

    counting.database.transact(work)
    assert 2 == figures(counting)["textbook_database_retries_total"]

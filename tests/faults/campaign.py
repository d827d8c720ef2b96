"""Rounds of the fault suite on one database: each plays its script on a fresh one, kills, waits, and judges."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from bot.database import Database
from bot.journal import Journal
from tests.faults import engagement_verdict, money_verdict, verdict
from tests.faults.controls import Control
from tests.faults.databases import Away, ask_for_all
from tests.faults.deaths import Death, recoveries
from tests.faults.installation import TOP, Installation, Topology
from tests.faults.moments import moment, now
from tests.faults.outcome import Outcome
from tests.faults.payers import Payers
from tests.faults.people import OURS, Crowd, Mail
from tests.faults.points import Reached
from tests.faults.provider import LyingTwilio
from tests.faults.script import Kill, Kills, Script, Target
from tests.faults.tills import CALLBACK_SECRET, LyingDaraja, LyingStripe
from tests.patience import PATIENCE

SID, TOKEN = "AC" + "5" * 32, "a token"
AHEAD = timedelta(days=3)
OVERDUE = timedelta(minutes=25)
"""Past the deadline of a payment by card, and not past the end of its page."""
LATER = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=8))
"""From one look at whether money still waits for anything to the next: providers that said nothing are asked."""
REACHED_WITHIN, REACHED_WHILE_AWAY = 2 * PATIENCE, PATIENCE / 3
"""Seconds in which a process must get to a point, with people texting all the while; fewer while nobody is answered."""
SETTLED_WITHIN = PATIENCE
STARTED_AGAIN = 3
"""How often all may be started again in the end, for what was not finished when it was asked to end."""
WAITING, LONGEST_AWAY = 5, 8.0
"""Entries that are in the journal before the database comes back, and the seconds that it waits for them."""
REPEATED_LATER = 0.3
"""The share of texts that Twilio delivers once more, days later."""


def today() -> date:
    """The day on which the people of the suite live."""
    return now().astimezone(verdict.DOHA).date()


def play(
    url: str,
    topology: Topology,
    script: Script,
    kills: Kills,
    away: Away = nullcontext,
    control: Control | None = None,
    patience: float = PATIENCE,
) -> Outcome:
    """One round over the migrated database at `url`, which has the suite's business; `away` lets it be away, for kills
    that need that. `patience` is how many seconds anybody waits for an answer, and all of them for quiet."""
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as folder,
        LyingTwilio(SID, TOKEN, script.seed, reports=control is not Control.LOOK_UP) as twilio,
        LyingStripe(script.seed, now) as stripe,
        LyingDaraja(script.seed, now) as daraja,
    ):
        played = _Round(url, topology, Path(folder), twilio, stripe, daraja, script, kills, away, control, patience)
        try:
            return played.play()
        finally:
            played.close()


class _Round:
    def __init__(
        self, url: str, topology: Topology, folder: Path, twilio: LyingTwilio, stripe: LyingStripe,
        daraja: LyingDaraja, script: Script, kills: Kills, away: Away, control: Control | None, patience: float,
    ) -> None:  # fmt: skip
        self.settings = {
            "DATABASE_URL": url, "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": OURS,
            "TWILIO_API_BASE": twilio.base_url, "JOURNAL_DIR": str(folder / "journal"),
            "FAULTS_CONTROL": control or "", "COORDINATOR_PHONE_NUMBER": "",
            "STRIPE_API_KEY": stripe.secret_key, "STRIPE_WEBHOOK_SECRET": stripe.webhook_secret,
            "STRIPE_API_BASE": stripe.base_url, "MPESA_API_BASE": daraja.base_url, "MPESA_CONSUMER_KEY": daraja.key,
            "MPESA_CONSUMER_SECRET": daraja.secret, "MPESA_SHORTCODE": daraja.shortcode,
            "MPESA_PASSKEY": daraja.passkey, "MPESA_CALLBACK_SECRET": CALLBACK_SECRET,
        }  # fmt: skip
        self.installation = Installation(topology, folder, self.settings)
        self.database = Database(url, pool=4)
        ask_for_all(self.database, folder)
        self.ahead = timedelta(0)
        self.twilio, self.stripe, self.daraja = twilio, stripe, daraja
        for provider in (twilio, stripe, daraja):
            provider.clock = self._now
        stripe.calls.url = f"{self.installation.address}/webhooks/stripe"
        daraja.calls.url = f"{self.installation.address}/webhooks/mpesa/{CALLBACK_SECRET}"
        self.journal = Journal(folder / "journal")
        self.script, self.kills, self.away = script, kills, away
        self.patience = patience
        self.mail = Mail(twilio, self.installation.address, patience)
        self.payers = Payers(stripe, daraja, patience)
        self.crowd = Crowd(self.mail, self.script, self.payers)
        self.outcome = Outcome(self.script.fingerprint(kills))

    def play(self) -> Outcome:
        self._while_people_text()
        if self.kills.late:
            self._when_days_have_passed()
        self._until_no_money_waits()
        self._stop_for_good()
        self._judge()
        return self.outcome

    def close(self) -> None:
        self.stripe.calls.stop()
        self.installation.close()
        self.database.dispose()

    def _now(self) -> datetime:
        """As the program and its providers have it."""
        return now() + self.ahead

    def _let_pass(self, passes: timedelta) -> None:
        self.ahead += passes
        self.installation.be_ahead(self.ahead.total_seconds())
        self.payers.pay_late()
        self.stripe.time_passes()
        self.daraja.time_passes()

    def _behave(self, behaves: bool) -> None:
        self.twilio.behaves = self.stripe.behaves = self.daraja.behaves = behaves

    def _while_people_text(self) -> None:
        self.installation.start()
        self.crowd.start()
        self._behave(False)
        for kill in self.kills.early:
            time.sleep(kill.after)
            self._kill(kill)
            if kill.calm:
                self._let_settle()
        for kill in self.kills.away:
            self._until(lambda: not self.journal.size(), SETTLED_WITHIN)
            self._let_settle()
            self._kill_about_the_journal(kill)
        self.crowd.close_the_door()
        self._wait_until_quiet()
        self.crowd.go_home()
        # How long the database was away is not how long it took to recover.
        deaths = [death for death in self.outcome.deaths if not death.kill.needs(Reached.AWAY)]
        openings = engagement_verdict.under_way(self.database)
        self.outcome.openings += [one.until - one.since for one in openings]
        self.outcome.recoveries += recoveries(deaths, verdict.under_way(self.database, self.twilio) + openings)

    def _when_days_have_passed(self) -> None:
        """Requests expire, silent clients are reminded, and Twilio delivers once more what it delivered long ago."""
        self._stop()
        self._let_pass(OVERDUE)
        self._let_pass(AHEAD)
        first, *others = self.kills.late
        serial = self.installation.plan(first.name, first.number)  # before it starts, for all is due at once
        self.installation.start()
        self._await_death(first, serial)
        for kill in others:
            self._kill(kill)
        chance = Random(f"{self.script.seed} later")
        for delivery in self.mail.delivered:
            if chance.random() < REPEATED_LATER:
                self.mail.repeat(delivery)
                self.outcome.repeated += 1
        self._wait_until_quiet()

    def _until_no_money_waits(self) -> None:
        """Deadlines pass, and the providers are asked once more."""
        self._behave(True)
        for passes in (OVERDUE, *LATER):
            if not money_verdict.waiting(self.database):
                return
            self._let_pass(passes)
            self._wait_until_quiet()

    def _kill(self, kill: Kill) -> None:
        if kill.target is Target.POINT:
            self._await_death(kill, self.installation.plan(kill.name, kill.number))
        else:
            self.outcome.deaths.append(Death(kill, moment()))
            self.installation.kill(kill.target, kill.number)

    def _kill_about_the_journal(self, kill: Kill) -> None:
        """While the database is away, or when it has just come back and finds the journal full."""
        if kill.needs(Reached.AWAY):
            serial = self.installation.plan(kill.name, kill.number)  # before, for soon everybody waits for an answer
            with self.away():
                self._await_death(kill, serial, REACHED_WHILE_AWAY)
            return
        with self.away():
            self._until(lambda: self.journal.size() >= WAITING, LONGEST_AWAY)
            serial = self.installation.plan(kill.name, kill.number)
        self._await_death(kill, serial)

    def _await_death(self, kill: Kill, serial: str, within: float = REACHED_WITHIN) -> None:
        self.outcome.deaths.append(Death(kill, self.installation.death(serial, within)))

    def _let_settle(self) -> None:
        """Nothing else is killed until what was under way at the last kill is settled."""
        self._behave(True)
        newest = verdict.newest(self.database)
        self._until(lambda: not verdict.unfinished(self.database, now(), newest), SETTLED_WITHIN)
        self._behave(False)

    def _wait_until_quiet(self) -> None:
        """Until nothing has been due or reported for a second."""
        seconds = 2 * self.patience
        if not self._until(self._is_quiet, seconds):
            left = self._unfinished()
            self.outcome.violations.append(f"not quiet after {seconds:.0f} s: {', '.join(left[:10])}")

    def _unfinished(self) -> list[str]:
        moment = self._now()
        return [
            *verdict.unfinished(self.database, moment),
            *money_verdict.unfinished(self.database, moment),
            *engagement_verdict.unfinished(self.database),
        ]

    def _is_quiet(self) -> bool:
        for _ in range(3):
            if (
                self.twilio.is_reporting()
                or self.crowd.is_deciding()
                or self.stripe.calls.is_telling()
                or self.daraja.calls.is_telling()
                or self.journal.size()
                or self._unfinished()
            ):
                return False
            time.sleep(0.7)
        return True

    def _until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _stop(self) -> None:
        self.outcome.violations += [f"did not finish on SIGTERM: {one}" for one in self.installation.stop()]

    def _stop_for_good(self) -> None:
        """What was in somebody's hands although all was quiet is done after another start."""
        self._stop()
        for _ in range(STARTED_AGAIN):
            if not self._unfinished():
                return
            self.installation.start()
            self._wait_until_quiet()
            self._stop()

    def _judge(self) -> None:
        delivered, outcome = self.mail.delivered, self.outcome
        outcome.log = self.installation.log.read_text(encoding="utf-8", errors="replace")
        silent = {line.partition(":")[0] for line in self.crowd.unanswered}
        outcome.texts_in, outcome.texts_out = len(delivered), len(self.twilio.received)
        outcome.charges = len(money_verdict.charges(self.stripe, self.daraja))
        outcome.refunds = len(self.stripe.refunds)
        outcome.opened, outcome.first_try = engagement_verdict.first_tries(self.database, outcome.log)
        outcome.lost_prompts = money_verdict.lost_prompts(self.database, self.stripe, self.daraja)
        for found in (
            self.crowd.unanswered,
            verdict.without_exactly_one_turn(self.database, delivered),
            verdict.swapped(self.database, delivered),
            verdict.left_in_the_journal(self.journal),
            verdict.turns_without_answer(self.database),
            verdict.not_received_once(self.database, self.twilio.received),
            verdict.reports_forgotten(self.database, self.twilio),
            verdict.sent_after_stop(self.database, self.twilio, delivered),
            verdict.silenced_after_start(self.database, delivered),
            verdict.bookings_wrong(
                self.database, self.crowd.played, self.script, silent, expired=bool(self.kills.late)
            ),
            verdict.overlaps(self.database),
            money_verdict.judge(
                self.database, self.stripe, self.daraja, self.crowd.played, self.twilio.texts_by_phone()
            ),
            engagement_verdict.judge(self.database, self.crowd.played),
            verdict.broken_in_the_log(outcome.log),
            self._check(),
        ):
            outcome.violations += found

    def _check(self) -> list[str]:
        """What `python -m bot check` says."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", "check"], cwd=TOP, env={**self.installation.environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return [f"check: {line}" for line in done.stdout.splitlines()] if done.returncode else []

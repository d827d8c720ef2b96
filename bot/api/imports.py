"""Imports: a file of another system is sent, tried or taken over, and what became of each of its rows is read."""

from datetime import datetime
from secrets import token_hex
from typing import Annotated

from flask import Response, request
from pydantic import Field

from bot.api.endpoint import ADMINS, Call, Work, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Input, Output, Page, Text
from bot.console.import_reading import begin
from bot.console.import_runs import LARGEST, TAKEN, TRIED, Run, Runs, why_no_text
from handlers.importing.rows import ImportKind
from models.audit import audit

Name = Annotated[Text, Field(max_length=80)]


class Sent(Input):
    """What the file holds, and what it does not say itself."""

    kind: ImportKind
    dry_run: bool = Field(True, description="tried without keeping anything; false: taken over at once")
    name: Name = "import"
    staff: Name = Field("", description="whose it is, where the file does not say; needed for ics")
    service: Name = ""
    dates: Name = Field("", description='how its days are written: "dmy", "mdy"')
    encoding: Name = ""


class Import(Output):
    id: str
    name: str
    kind: ImportKind
    step: str = Field(description="tried or taken")
    is_over: bool
    done: float = Field(description="how much of the file was read, from 0 to 1")
    counts: dict[str, int] = Field(description="what became of how many rows")
    wrong: str = Field(description="why it could not be done to its end")
    who: str
    at: datetime
    has_file: bool = Field(description="it can be taken over still")


@endpoint("GET", "/api/imports", ADMINS, work=Work.OWN)
def listed(call: Call) -> Page[Import]:
    """The last ones, newest first."""
    return Page(items=[_written(call, run) for run in _runs(call).all()])


@endpoint("POST", "/api/imports", ADMINS, status=202, work=Work.OWN, longest_body=LARGEST, takes="text/csv",
          location="/api/imports/{id}", problems=(413, 422))  # fmt: skip
def send(call: Call, query: Sent) -> Import:
    """Send a file (CSV, JSON or iCalendar, up to 20 MB) as the body, of whatever type. It is read beside this call: ask
    `GET /api/imports/{import_id}` until `is_over`."""
    data = request.get_data(cache=False)
    if wrong := why_no_text(data):
        raise Problem(422, "no_text", wrong)
    if query.kind is ImportKind.ICS and not query.staff:
        raise Problem(422, "whose_calendar", "Whose calendar is it? Name the staff member.")
    run = Run(
        id=token_hex(12), name=query.name, kind=query.kind, staff=query.staff, service=query.service,
        dates=query.dates, encoding=query.encoding, who=call.by.name, at=call.circumstances.now.isoformat(),
        step=TRIED if query.dry_run else TAKEN,
    )  # fmt: skip
    try:
        _runs(call).add(run, data)
        _begun(call, run, run.step)
    except OSError as error:
        raise Problem(503, "no_room", f"It cannot be kept here: {error.strerror}.") from None
    return one(call, run.id)


@endpoint("GET", "/api/imports/{import_id}", ADMINS, work=Work.OWN)
def one(call: Call, import_id: str) -> Import:
    """How far it has come."""
    return _written(call, _known(call, import_id))


@endpoint("POST", "/api/imports/{import_id}/take", ADMINS, status=202, work=Work.OWN)
def take(call: Call, import_id: str) -> Import:
    """Take over what was tried, or go on where that was cut short: what is here already is left as it is."""
    run = _known(call, import_id)
    if not _runs(call).has_file(run.id):
        raise Problem(409, "taken", "It was taken over.")
    _begun(call, run, TAKEN)
    return one(call, run.id)


@endpoint("GET", "/api/imports/{import_id}/report", ADMINS, work=Work.OWN, media_type="text/csv")
def report(call: Call, import_id: str) -> Response:
    """What became of each row, as CSV."""
    path = _runs(call).report(_known(call, import_id).id)
    if not path.exists():
        raise missing("report of this import")
    return Response(path.read_bytes(), mimetype="text/csv")


@endpoint("DELETE", "/api/imports/{import_id}", ADMINS, status=204, work=Work.OWN)
def drop(call: Call, import_id: str) -> None:
    """Remove the file and its report; what was taken over stays."""
    if not _runs(call).drop(_known(call, import_id).id):
        raise Problem(409, "being_read", "It is being read just now.")


def _begun(call: Call, run: Run, step: str) -> None:
    if not begin(call.desk, _runs(call), run, step):
        raise Problem(409, "being_read", "It is being read just now.")
    by, now = call.by, call.circumstances.now
    action = "tried an import" if step == TRIED else "began an import"
    call.desk.database.transact(
        lambda session: audit(
            session, at=now, operator_id=by.operator_id, action=action, subject=f"import {run.id}", words=run.kind
        )
    )  # fmt: skip


def _known(call: Call, import_id: str) -> Run:
    run = _runs(call).one(import_id)
    if run is None:
        raise missing("import")
    return run


def _written(call: Call, run: Run) -> Import:
    return Import(
        id=run.id, name=run.name, kind=ImportKind(run.kind), step=run.step, is_over=run.is_over, done=run.done,
        counts=run.counts, wrong=run.wrong, who=run.who, at=run.began_at, has_file=_runs(call).has_file(run.id),
    )  # fmt: skip


def _runs(call: Call) -> Runs:
    return Runs(call.desk.settings.journal_dir.parent / "imports")

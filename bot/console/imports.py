"""Imports: a file of another system is sent, tried, looked at, and taken over."""

from secrets import token_hex

from flask import Response, abort, request, send_file
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import number, the_desk
from bot.console.door import console, me, page, signed_in
from bot.console.import_reading import begin
from bot.console.import_runs import LARGEST, TAKEN, TOO_LARGE, TRIED, Run, Runs, shown, why_no_text
from bot.console.shown import go, guarded, refused, show, show_live
from handlers.console.business_changed import standing
from models.audit import audit
from models.operators import Role

KINDS = (
    ("clients", "clients"), ("one_on_one", "bookings of somebody's own time"),
    ("appointments", "appointments with preferred and confirmed times"), ("bookings", "seats in classes"),
    ("ics", "one person's calendar (.ics)"),
)  # fmt: skip
ROOM_FOR_FIELDS = 64 * 1024
MOST_SWALLOWED = 200 * 1024 * 1024


@console.before_request
def _room_for_a_file() -> None:
    if request.endpoint == "console.imports_send":
        request.max_content_length = LARGEST + ROOM_FOR_FIELDS


@console.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> AnyResponse:
    """A browser reads no answer before it has sent everything: take it, and throw it away."""
    who = signed_in()
    if request.endpoint != "console.imports_send" or who is None or not who.may(Role.ADMIN):
        return refused(error)
    left, stream = min(request.content_length or 0, MOST_SWALLOWED), request.environ["wsgi.input"]
    while left > 0 and (chunk := stream.read(min(left, 1 << 16))):
        left -= len(chunk)
    vars(request).update(form=ImmutableMultiDict(), files=ImmutableMultiDict())  # so that nobody reads it again
    return _begun(TOO_LARGE, 413)


@page("/imports", role=Role.ADMIN)
def begun() -> AnyResponse:
    return _begun()


@page("/imports", role=Role.ADMIN, method="POST")
def send() -> AnyResponse:
    """Take a file, and try it: nothing is kept of what is in it before that has been looked at."""
    sent, kind = request.files.get("file"), request.form.get("kind", "")
    if sent is None or not sent.filename:
        return _begun("Choose a file.", 422)
    data = sent.stream.read(LARGEST + 1)
    wrong = why_no_text(data)
    if kind not in dict(KINDS):
        wrong = "Say what the file holds."
    if kind == "ics" and not wrong and not request.form.get("staff"):
        wrong = "Whose calendar is it? Choose the staff member."
    if wrong:
        return _begun(wrong, 422)
    run = Run(
        id=token_hex(12), name=sent.filename[-120:], kind=kind, staff=_said("staff"), service=_said("service"),
        dates=_said("dates"), encoding=_said("encoding"), who=me().name, at=the_desk().clock.now().isoformat(),
    )  # fmt: skip
    try:
        _runs().add(run, data)
        begin(the_desk(), _runs(), run, TRIED)
    except OSError as error:
        return _begun(f"It cannot be kept here: {error.strerror}.", 507)
    _audit(run, "tried an import")
    return go("imports_one", run_id=run.id)


@page("/imports/<run_id>", role=Role.ADMIN)
def one(run_id: str) -> AnyResponse:
    first, all_rows = number("from") or 0, request.args.get("all") == "1"
    is_read = _runs().is_read(_known(run_id).id)
    run = _known(run_id)  # looked at again: what has just come to its end says so by now
    rows, after = shown(_runs().report(run.id), first, all_rows=all_rows) if run.is_over else ([], None)
    return show(
        "imports_one.html", run=run, is_read=is_read, has_file=_runs().has_file(run.id), rows=rows,
        after=after, all_rows=all_rows, kinds=dict(KINDS), TAKEN=TAKEN,
    )  # fmt: skip


@page("/imports/<run_id>/live", role=Role.ADMIN)
def live(run_id: str) -> AnyResponse:
    """How far it has come, for a page that looks again."""
    run = _known(run_id)
    if not _runs().is_read(run.id):
        return go("imports_one", run_id=run.id)
    return show_live("imports_progress.html", run, run=run, TAKEN=TAKEN)


@page("/imports/<run_id>/take", role=Role.ADMIN, method="POST")
def take(run_id: str) -> AnyResponse:
    """Take it over, or go on where that was cut short: what is here already is left as it is."""
    run, runs = _known(run_id), _runs()
    if not runs.has_file(run.id) or not begin(the_desk(), runs, run, TAKEN):
        return go("imports_one", "unchanged", run_id=run.id)
    _audit(run, "began an import")
    return go("imports_one", run_id=run.id)


@page("/imports/<run_id>/try", role=Role.ADMIN, method="POST")
def try_again(run_id: str) -> AnyResponse:
    run, runs = _known(run_id), _runs()
    is_begun = runs.has_file(run.id) and begin(the_desk(), runs, run, TRIED)
    return go("imports_one", "" if is_begun else "unchanged", run_id=run.id)


@page("/imports/<run_id>/drop", role=Role.ADMIN, method="POST")
def drop(run_id: str) -> AnyResponse:
    """Remove the file and its report; what was taken over stays."""
    run = _known(run_id)
    return go("imports_begun", "saved") if _runs().drop(run.id) else go("imports_one", "unchanged", run_id=run.id)


@page("/imports/<run_id>/report", role=Role.ADMIN)
def report(run_id: str) -> AnyResponse:
    path = _runs().report(_known(run_id).id)
    if not path.exists():
        abort(404)
    answer: Response = send_file(path.absolute(), "text/csv", as_attachment=True, download_name=f"import-{run_id}.csv")
    return guarded(answer)


def _begun(wrong: str = "", status: int = 200) -> AnyResponse:
    data = the_desk().database.read(standing).data or {}
    return show(
        "imports.html", status, runs=_runs().all(), wrong=wrong, data=data, kinds=KINDS,
        said={name: request.form.get(name, "") for name in ("kind", "staff", "service", "dates", "encoding")},
    )  # fmt: skip


def _said(name: str) -> str:
    return request.form.get(name, "").strip()[:80]


def _known(run_id: str) -> Run:
    run = _runs().one(run_id)
    if run is None:
        abort(404)
    return run


def _runs() -> Runs:
    return Runs(the_desk().settings.journal_dir.parent / "imports")


def _audit(run: Run, action: str) -> None:
    who, now = me(), the_desk().clock.now()

    def work(session: Session) -> None:
        audit(
            session, at=now, operator_id=who.id, who=who.name, action=action, subject=f"import {run.id}",
            words=run.kind,
        )  # fmt: skip

    the_desk().database.transact(work)

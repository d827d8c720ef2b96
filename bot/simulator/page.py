"""The simulator's page: every text goes the real way in, and what each phone received is read from the transcript."""

from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.channels.reading import clean
from bot.channels.simulator import SIMULATOR
from bot.console.asked import the_desk, the_profile
from bot.console.shown import guarded
from bot.intake import receive
from bot.logs import new_trace
from bot.simulator.machine import drawn
from bot.simulator.phone_book import FIRST, keep, phone_book, read_name, read_number
from bot.simulator.time import Step, after, is_movable
from conversations.dialogue import Awaiting
from conversations.languages.render import name_text
from conversations.layout import Shape
from conversations.messages import Inbound, button_id
from handlers.simulator_shown import Line, phone_of, phones_in_line, standing_of

HERE = Path(__file__).parent
LONGEST = 4096
"""Of a text, as on WhatsApp."""
EXAMPLES = (
    ("book a massage on Wednesday at 3", "en"),
    ("what do you offer?", "en"),
    ("hola, quiero una cita mañana", "es"),
)
"""Texts for whoever has none in mind, each with its language."""
simulator = Blueprint(
    "simulator", __name__, url_prefix="/simulator", template_folder="templates", static_folder="static"
)


@simulator.before_request
def _refuse_foreign() -> None:
    """Another site cannot text through a visitor's browser. One that sends no Sec-Fetch-Site, as over plain HTTP on a
    local network, sends the Origin of a form."""
    if request.method != "POST":
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = f"http://{request.host}", f"https://{request.host}"
    is_ours = site in ("same-origin", "none") if site else origin in ours
    if not is_ours:
        abort(403)


@simulator.get("")
def shown() -> AnyResponse:
    """The whole page; 304 while nothing of it has changed."""
    desk, profile = the_desk(), the_profile()
    if profile is None:
        abort(503)
    told, book = desk.circumstances(new_trace()), phone_book()
    added = tuple(book)
    line = desk.database.read(lambda session: phones_in_line(session, added, told))
    if not line.clients:
        line = desk.database.read(lambda session: phones_in_line(session, (FIRST,), told))
    chosen = _chosen(line)
    client = chosen if chosen in line.clients else line.newest or line.clients[0]
    zone, is_clock_ours = profile.business.zone, is_movable(desk)
    here = told.now.astimezone(zone)
    version = (
        line.version, chosen, client, request.args.get("said"), book, is_clock_ours, f"{here:%F %R}", profile.version,
        _version(),
    )  # fmt: skip
    tag = sha256(repr(version).encode()).hexdigest()[:32]
    if request.if_none_match.contains(tag):
        return guarded(Response(status=304))
    everybody = (*line.clients, *line.coordinators)
    phones = desk.database.read(
        lambda session: [phone_of(session, line, one, book.get(one, ""), told) for one in everybody]
    )
    standing = desk.database.read(lambda session: standing_of(session, line, client, told))
    response = make_response(
        render_template(
            "simulator/page.html", phones=phones, chosen=chosen, standing=standing, machine=drawn(standing.state),
            business=profile.business, zone=zone, here=here, is_clock_ours=is_clock_ours,
            is_ahead=desk.clock.ahead > timedelta(0),
            Step=Step, Shape=Shape, Awaiting=Awaiting, examples=EXAMPLES, longest=LONGEST, version=_version(),
            said=request.args.get("said"), has_provider=desk.settings.has_provider,
            called=lambda name: name_text(name, "en"), next_number=_next_number(line),
        )
    )  # fmt: skip
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return guarded(response)


@simulator.post("/text")
def text() -> AnyResponse:
    """A phone texts, or presses what was offered to it."""
    phone = _number()
    words = clean(request.form.get("text", "")).strip()[:LONGEST]
    key, outbox_id = clean(request.form.get("key", ""))[:20], request.form.get("under", type=int)
    pressed = button_id(key, outbox_id) if key and outbox_id else ""
    if words:
        inbound = Inbound(
            SIMULATOR, f"{SIMULATOR}-{new_trace()}", phone, phone, words, read_name(request.form.get("name", "")),
            quoted_id=clean(request.form.get("quoted", ""))[:140], button=pressed,
        )  # fmt: skip
        receive(the_desk(), inbound)
    return _to(phone)


@simulator.post("/phones")
def add_phone() -> AnyResponse:
    number = read_number(request.form.get("phone", ""))
    if number is None:
        return _to("", said="number")
    response = _to(number)
    keep(response, {**phone_book(), number: read_name(request.form.get("name", ""))})
    return response


@simulator.post("/clock")
def move_clock() -> AnyResponse:
    """Move the whole program's clock on; the schedule's next tick does what is due by then."""
    desk, profile = the_desk(), the_profile()
    step = next((one for one in Step if one == request.form.get("step")), None)
    if step is None or profile is None or not is_movable(desk):
        abort(409)
    desk.clock.move_to(after(step, desk.clock.now(), profile.business.zone))
    desk.wake.ring()
    return _to(request.form.get("chosen", ""))


def _number() -> str:
    number = read_number(request.form.get("phone", ""))
    if number is None:
        abort(400)
    return number


def _to(phone: str, said: str = "") -> AnyResponse:
    response = redirect(url_for("simulator.shown", phone=read_number(phone), said=said or None), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _chosen(line: Line) -> str:
    """The phone that is looked at: whichever was asked for, else the client who is heard or told last."""
    wanted = read_number(request.args.get("phone", ""))
    everybody = (*line.clients, *line.coordinators)
    return wanted if wanted is not None and wanted in everybody else line.newest or everybody[0]


def _next_number(line: Line) -> str:
    """A number for one more phone, of those that nobody has."""
    known = {*line.clients, *line.coordinators}
    return next(number for at in range(1234, 2000) if (number := f"+1555000{at}") not in known)


@cache
def _version() -> str:
    """Changes with the style sheet and the script, so that browsers may keep them."""
    return sha256(b"".join(file.read_bytes() for file in sorted((HERE / "static").iterdir()))).hexdigest()[:12]

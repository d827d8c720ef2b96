"""The door: every address that other systems call. Authenticate, parse, hand over; nothing is decided here."""

from flask import Flask, Request, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from bot.api.mount import api
from bot.calendars.addresses import calendar_files
from bot.channels.unreadable import Unreadable
from bot.commands.first_start import get_ready
from bot.commands.serving import BOOT_ERROR
from bot.database import DatabaseAway
from bot.desk import Desk, open_desk
from bot.drain import drain_beside
from bot.front import front
from bot.guesses import wait_for_misses
from bot.intake import receive, report
from bot.journal import JournalFull
from bot.later import Later
from bot.logs import log, log_what_breaks, set_up_logs
from bot.metrics import WEBHOOKS_REFUSED, WEBHOOKS_UNREADABLE, Provider
from bot.pages.agreement import agreement_page
from bot.pages.booking import booking_page
from bot.pages.intake import intake_page
from bot.pages.payment import payment_page
from bot.payments.providers import MPESA, STRIPE, home
from bot.proxies import behind_proxies
from bot.scrape import scrape
from bot.shielded import Shielded
from bot.warm_up import warm_up_beside
from bot.web_application import Application, Environ, Said, base_of
from bot.web_head import WHOLE
from config import read_settings
from conversations.messages import Inbound, StatusReport

LONGEST_BODY = 256 * 1024
"""Bytes of one webhook. Twilio's and UltraMsg's are a few thousand."""
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""The one answer that Twilio neither texts to the client nor counts as an error."""
FORM = "application/x-www-form-urlencoded"


def create_app(desk: Desk | None = None) -> Flask:
    """The web application; over the environment's settings, and begun, unless it is handed a desk."""
    if desk is not None:
        return _behind_doors(_application(desk, has_pages=True), desk)
    app = served_app(open_desk(read_settings()))
    begin(app)
    return app


def served_app(desk: Desk) -> Flask:
    """What is served makes the pages for people ready when somebody asks for one. Nothing of it is open or under way:
    it can be made before there are processes, for all of them."""
    app = _application(desk, has_pages=False)
    app.wsgi_app = Later(app.wsgi_app, lambda: _pages_beside(app, desk))  # type: ignore[method-assign]
    return _behind_doors(app, desk)


def begin(app: Flask) -> None:
    """In the process that serves it."""
    desk: Desk = app.extensions["desk"]
    set_up_logs(desk.settings.log_level)
    log_what_breaks()
    _boot_or_halt(desk)
    drain_beside(desk)
    warm_up_beside(desk)


def _behind_doors(app: Flask, desk: Desk) -> Flask:
    shielded = Shielded(app.wsgi_app, desk.settings.public_url)
    app.wsgi_app = behind_proxies(shielded, desk.settings.trusted_proxies)  # type: ignore[assignment,method-assign]
    return app


def _pages_beside(app: Flask, desk: Desk) -> Flask:
    """They know what the others know, such as who guesses."""
    whole = _application(desk, has_pages=True)
    whole.extensions = app.extensions
    return whole


def _application(desk: Desk, *, has_pages: bool) -> Flask:
    app = Application(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.extensions["desk"] = desk
    app.register_blueprint(front)
    app.register_blueprint(scrape)
    app.register_blueprint(calendar_files)
    app.register_blueprint(booking_page)
    app.register_blueprint(payment_page)
    app.register_blueprint(agreement_page)
    app.register_blueprint(intake_page)
    app.register_blueprint(api)
    if has_pages:
        _add_pages(app, desk)
    app.register_error_handler(Unreadable, _unreadable)
    app.register_error_handler(JournalFull, _journal_full)
    app.register_error_handler(DatabaseAway, _database_away)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _broken)
    app.after_request(wait_for_misses)
    if desk.settings.has_twilio:
        _twilio(app, desk)
    if desk.settings.has_whatsapp:
        _whatsapp(app, desk)
    if desk.settings.has_ultramsg:
        _ultramsg(app, desk)
    if desk.settings.has_stripe:
        _stripe(app, desk)
    if desk.settings.has_mpesa:
        _mpesa(app, desk)
    return app


def _add_pages(app: Flask, desk: Desk) -> None:
    from bot.console.every_page import console

    app.register_blueprint(console)
    if desk.settings.has_simulator_page:
        from bot.simulator.page import simulator

        app.register_blueprint(simulator)


def _boot_or_halt(desk: Desk) -> None:
    """Say what is wrong, and let gunicorn stop: by any other status it starts workers for ever."""
    try:
        get_ready(desk)
    except SystemExit:
        raise SystemExit(BOOT_ERROR) from None


def _twilio(app: Application, desk: Desk) -> None:
    from bot.channels.twilio_inbound import Fields, TwilioInbound, fields_of, parse_status

    settings = desk.settings
    own = {n.rpartition(":")[2] for n in (settings.twilio_sms_number, settings.twilio_whatsapp_number) if n}
    twilio = TwilioInbound(settings.twilio_auth_token.get_secret_value(), own)
    path = "/webhooks/twilio"
    no_reply, taken = Said(NO_REPLY, mimetype="text/xml"), Said(status=204)

    def plainly(environ: Environ) -> Response | None:
        """A text that came whole, and as Twilio writes them."""
        body: bytes | None = environ.get(WHOLE)
        if body is None or len(body) > LONGEST_BODY or environ["REQUEST_METHOD"] != "POST":
            return None
        if environ.get("CONTENT_TYPE") != FORM:
            return None
        url = _as_signed(settings.public_url or base_of(environ), path, environ)
        form = fields_of(body)
        if not twilio.verify(url, form, environ.get("HTTP_X_TWILIO_SIGNATURE")):
            return None
        for inbound in twilio.parse(form):
            receive(desk, inbound)
        return no_reply

    def authentic() -> Fields:
        """The posted fields."""
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        environ = asked.environ
        if environ.get("CONTENT_TYPE") != FORM and asked.mimetype != FORM:
            abort(415)
        form = fields_of(_body(asked))
        if not twilio.verify(_public_url(desk, asked), form, environ.get("HTTP_X_TWILIO_SIGNATURE")):
            _refuse(Provider.TWILIO)
        return form

    @app.post(path)
    def twilio_message() -> Response:
        for inbound in twilio.parse(authentic()):
            receive(desk, inbound)
        return no_reply

    app.plain[path] = plainly

    @app.post("/webhooks/twilio/status")
    def twilio_status() -> Response:
        for status in parse_status(authentic(), request.args):
            report(desk, status)
        return taken


def _whatsapp(app: Flask, desk: Desk) -> None:
    from bot.channels.whatsapp_inbound import LONGEST_BODY as LONGEST
    from bot.channels.whatsapp_inbound import WhatsAppInbound

    settings = desk.settings
    whatsapp = WhatsAppInbound(
        settings.whatsapp_app_secret.get_secret_value(),
        settings.whatsapp_verify_token.get_secret_value(),
        settings.whatsapp_phone_number_id,
    )

    @app.get("/webhooks/whatsapp")
    def whatsapp_subscribed() -> Response:
        if not whatsapp.subscribes(request.args):
            _refuse(Provider.WHATSAPP_CLOUD)
        return Response(request.args.get("hub.challenge", ""), mimetype="text/plain")

    @app.post("/webhooks/whatsapp")
    def whatsapp_happened() -> Response:
        request.max_content_length = LONGEST
        raw = request.get_data(cache=True)
        if not whatsapp.verify(raw, request.headers.get("X-Hub-Signature-256")):
            _refuse(Provider.WHATSAPP_CLOUD)
        for happened in whatsapp.parse(raw):
            _take_in(desk, happened)
        return Response(status=200)


def _ultramsg(app: Flask, desk: Desk) -> None:
    from bot.channels.ultramsg_inbound import UltraMsgInbound

    settings = desk.settings
    ultramsg = UltraMsgInbound(settings.ultramsg_webhook_secret.get_secret_value(), settings.ultramsg_instance_id)

    @app.post("/webhooks/ultramsg/<secret>")
    def ultramsg_event(secret: str) -> Response:
        raw = request.get_data(cache=True)
        if not ultramsg.verify(secret, raw):
            _refuse(Provider.ULTRAMSG)
        for happened in ultramsg.parse(raw):
            _take_in(desk, happened)
        return Response("OK", mimetype="text/plain")


def _stripe(app: Flask, desk: Desk) -> None:
    from bot.payments.calls import take_call
    from bot.payments.stripe_inbound import StripeInbound, is_live

    settings = desk.settings
    live = is_live(settings.stripe_api_key.get_secret_value())
    stripe = StripeInbound(settings.stripe_webhook_secret.get_secret_value(), live, home(settings))

    @app.post("/webhooks/stripe")
    def stripe_event() -> Response:
        raw = request.get_data(cache=True)
        if not stripe.verify(raw, request.headers.get("Stripe-Signature"), desk.clock.now()):
            _refuse(Provider.STRIPE)
        for number, told in enumerate(stripe.parse(raw)):
            take_call(desk, STRIPE, f"{told.event_id}/{number}", told.news, is_signed=True)
        return Response(status=200)


def _mpesa(app: Flask, desk: Desk) -> None:
    from bot.payments.calls import take_call
    from bot.payments.mpesa_inbound import ACCEPTED, open_inbound

    settings = desk.settings
    mpesa = open_inbound(settings)

    @app.post(f"{settings.mpesa_callback_path}/<secret>")
    def mpesa_callback(secret: str) -> Response:
        raw = request.get_data(cache=True)
        if not mpesa.verify(secret, request.remote_addr or ""):
            _refuse(Provider.MPESA)
        call_id, news = mpesa.parse(raw)
        take_call(desk, MPESA, call_id, news, is_signed=False)
        return jsonify(ACCEPTED)


def _take_in(desk: Desk, happened: Inbound | StatusReport) -> None:
    if isinstance(happened, Inbound):
        receive(desk, happened)
    else:
        report(desk, happened)


def _body(asked: Request) -> bytes:
    """What was posted, as it lies there where it came whole. What is too large is refused."""
    whole: bytes | None = asked.environ.get(WHOLE)
    return asked.get_data() if whole is None or len(whole) > LONGEST_BODY else whole


def _public_url(desk: Desk, asked: Request) -> str:
    return _as_signed(desk.settings.public_url or asked.host_url.rstrip("/"), asked.path, asked.environ)


def _as_signed(base: str, path: str, environ: Environ) -> str:
    """The address as the provider knows it, query as received: that is what was signed."""
    query = environ.get("QUERY_STRING", "")
    return f"{base}{path}" + (f"?{query}" if query else "")


def _refuse(provider: Provider) -> None:
    log.warning("webhook_refused", provider=provider)
    WEBHOOKS_REFUSED.add(provider=provider)
    abort(403)


def _unreadable(error: Unreadable) -> Response:
    """Genuine, but not a message as we know them: logged, and not asked for again."""
    log.error("webhook_unreadable", why=str(error))
    WEBHOOKS_UNREADABLE.add()
    return Response(NO_REPLY, mimetype="text/xml")


def _journal_full(error: JournalFull) -> Response:
    """Neither database nor journal took it: 503, for the provider to repeat."""
    log.error("journal_full", why=str(error))
    return Response("Nothing can be stored.\n", status=503, mimetype="text/plain")


def _database_away(_error: DatabaseAway) -> Response:
    return Response("The database cannot be reached.\n", status=503, mimetype="text/plain")


def _plain(error: HTTPException) -> Response:
    """A short plain answer, without a page of HTML; its headers stay, such as Allow."""
    response = Response(f"{error.code} {error.name}\n", status=error.code, mimetype="text/plain")
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


def _broken(error: Exception) -> Response:
    """A fault of ours. Flask's own line about it would hold the path, and with it a secret."""
    log.error("request_broke", endpoint=request.endpoint, exc_info=error)
    return Response("500 Internal Server Error\n", status=500, mimetype="text/plain")

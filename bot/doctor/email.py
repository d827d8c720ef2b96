"""Whether the mail server lets us in, where one is set up. Nothing is sent."""

from collections.abc import Iterator

from bot.channels.base import SendError
from bot.doctor.finding import Finding, good, look, wrong
from config import Settings
from conversations.delivery import SendFailure

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def email(settings: Settings) -> Iterator[Finding]:
    if not settings.has_email:
        return
    if settings.mail_server.security == "none" and settings.mail_server.host not in _THIS_MACHINE:
        yield look(
            "SMTP_URL is smtp+plain: everybody on the way can read emails, and the password; use smtp:// or smtps://."
        )
    yield _asked(settings)


def _asked(settings: Settings) -> Finding:
    from bot.channels.email import mail_server

    try:
        mail_server(settings).try_out()
    except SendError as error:
        if error.failure is SendFailure.BUSY:
            words = f"Email: no answer that can be used ({error.words or error.code})"
            return wrong(f"{words}. Look at SMTP_URL, or try again.")
        if error.code in ("certificate", "no_starttls"):
            return wrong(f"Email: {error.words}. Look at SMTP_URL.")
        return wrong(f"Email: does not let us in ({error.code}). Look at the user and password of SMTP_URL.")
    return good("Email: the server lets us in.")

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
    if settings.smtp_security == "none" and settings.smtp_host not in _THIS_MACHINE:
        yield look(
            "SMTP_SECURITY is none: everybody on the way can read emails, and the password; use starttls or tls."
        )
    yield _asked(settings)


def _asked(settings: Settings) -> Finding:
    from bot.channels.email import mail_server

    try:
        mail_server(settings).try_out()
    except SendError as error:
        if error.failure is SendFailure.BUSY:
            words = f"Email: no answer that can be used ({error.words or error.code})"
            return wrong(f"{words}. Look at SMTP_HOST, SMTP_PORT and SMTP_SECURITY, or try again.")
        if error.code in ("certificate", "no_starttls"):
            return wrong(f"Email: {error.words}. Look at SMTP_HOST, SMTP_PORT and SMTP_SECURITY.")
        return wrong(f"Email: does not let us in ({error.code}). Look at SMTP_USERNAME and SMTP_PASSWORD.")
    return good("Email: the server lets us in.")

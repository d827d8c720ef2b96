"""Whether M-Pesa lets us in, where payment by it is set up. Nobody is asked for money."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database, DatabaseAway, SchemaState
from bot.doctor.finding import Finding, good, look, wrong
from config import Settings

_SANDBOX = "sandbox"


def mpesa(settings: Settings) -> Iterator[Finding]:
    if not settings.has_mpesa:
        return
    yield _asked(settings)
    if not settings.public_url.startswith("https://"):
        yield wrong(f"PUBLIC_URL is {settings.public_url}: M-Pesa takes only https:// to tell us of payments. Set it.")


def _asked(settings: Settings) -> Finding:
    """With the token that all processes share: one of our own would kill it."""
    from bot.payments.base import ProviderAway, ProviderRefused
    from bot.payments.mpesa_token import open_token

    database = Database(settings.database)
    try:
        if database.schema() is not SchemaState.CURRENT:
            return look("M-Pesa: not tried, for its token is kept in the database, which is not ready.")
        open_token(settings, database, Clock().now).get()
    except ProviderRefused as error:
        return wrong(
            f"M-Pesa: does not let us in ({error.code}). Look at MPESA_CONSUMER_KEY and MPESA_CONSUMER_SECRET."
        )
    except ProviderAway as error:
        return wrong(f"M-Pesa: no answer that can be used ({error.words}). Look at MPESA_API_BASE, or try again.")
    except (DatabaseAway, SQLAlchemyError, OSError):
        return look("M-Pesa: not tried, for its token is kept in the database, which cannot be used.")
    finally:
        database.dispose()
    if _SANDBOX in settings.mpesa_api_base:
        return look("M-Pesa: lets us in, but to its sandbox: nobody is charged. Unset MPESA_API_BASE to be paid.")
    return good("M-Pesa: lets us in.")

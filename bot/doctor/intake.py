"""Whether the answers to an intake can be sealed, where a service asks one."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.doctor.finding import Finding, good, look, wrong
from conversations.intake import MOST_BY_TEXT
from models.business import services_with_intake


def intake(session: Session, desk: Desk) -> Iterator[Finding]:
    names = ", ".join(services_with_intake(session))
    if not names:
        return
    if desk.sealer is None:
        yield wrong(f"Intake: {names}: there is no key to seal the answers by, so nobody is asked. Set ENCRYPTION_KEY.")
        return
    yield good(f"Intake: {names}: the answers are sealed.")
    services = desk.profiles.current(session).services
    if not desk.settings.public_url and any(len(service.intake) > MOST_BY_TEXT for service in services):
        yield look("Intake: PUBLIC_URL is not set, so that there is no page for a long one: it is asked by text.")

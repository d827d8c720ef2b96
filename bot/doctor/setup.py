"""What can be told from the settings and this machine alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.doctor.finding import Finding, good, look, wrong
from bot.journal import Journal, JournalUnusable
from config import Settings

FULL, NEARLY_FULL = 100, 1000
"""Megabytes that are free: with less, nothing can be stored soon; with less, somebody should look."""
LONG_BURST_MS = 5000


def setup(settings: Settings) -> Iterator[Finding]:
    yield good("Settings: every one can be used.")
    yield from _public_url(settings)
    if settings.has_whatsapp and not settings.whatsapp_template:
        yield look(
            "WHATSAPP_TEMPLATE is not set: who last wrote over 24 hours ago, the coordinator too, is not texted."
        )
    if settings.burst_ms > LONG_BURST_MS:
        yield look(f"BURST_MS is {settings.burst_ms}: people wait that long for each first answer; 1500 is usual.")
    yield _disk(_folder(settings))
    yield _journal(Journal(settings.journal_dir))


def _public_url(settings: Settings) -> Iterator[Finding]:
    if not settings.has_provider:
        return
    url = settings.public_url
    if not url:
        yield look("PUBLIC_URL is not set: set it to the address providers call, or no delivery is ever reported.")
        return
    if not url.startswith("https://"):
        yield look(f"PUBLIC_URL is {url}: everybody on the way can read and change messages; use https.")
    if settings.has_twilio:
        yield good(f"Set as Twilio's webhook for incoming messages: {url}/webhooks/twilio")
    if settings.has_whatsapp:
        yield good(f"Set as WhatsApp's webhook, with WHATSAPP_VERIFY_TOKEN: {url}/webhooks/whatsapp")
    if settings.has_ultramsg:
        yield good(f"Set as UltraMsg's webhook: {url}/webhooks/ultramsg/ and then ULTRAMSG_WEBHOOK_SECRET")


def _folder(settings: Settings) -> Path:
    """Where our data grows; this machine's working folder where the database is a server's."""
    url = make_url(settings.database)
    folder = Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else Path()
    return next(one for one in (folder, *folder.absolute().parents) if one.exists())


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free // 1_000_000
    words = f"Disk: {free} MB are free."
    if free < FULL:
        return wrong(f"{words} Make room: soon nothing can be stored.")
    return look(f"{words} Make room before it is full.") if free < NEARLY_FULL else good(words)


def _journal(journal: Journal) -> Finding:
    try:
        journal.try_out()
    except JournalUnusable as error:
        return wrong(f"Journal: {error}. Set JOURNAL_DIR to a folder that we may write to, on a disk with room.")
    if count := journal.quarantined():
        return look(f"Journal: {count} files could not be taken in. Look at them in {journal.quarantine}.")
    if count := journal.size():
        return look(f"Journal: {count} messages wait for the database. They are taken in while the bot runs.")
    return good(f"Journal: {journal.folder} can be written, and nothing waits in it.")

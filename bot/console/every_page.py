"""The console with all its pages: importing a file registers what is in it."""

from bot.console import (
    audit,
    bookings,
    classes,
    commands,
    dead_letters,
    engagements,
    figures,
    imports,
    inbox,
    operators,
    payments,
    people,
    requests,
    series,
    setup,
    signing_in,
    threads,
)
from bot.console.door import console

PAGES = (
    audit,
    bookings,
    classes,
    commands,
    dead_letters,
    engagements,
    figures,
    imports,
    inbox,
    operators,
    payments,
    people,
    requests,
    series,
    setup,
    signing_in,
    threads,
)

__all__ = ["PAGES", "console"]

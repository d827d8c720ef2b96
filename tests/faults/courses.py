"""What a client tells of the course that their booking opens, drawn from their chance."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

KIND = "course"
NAMES = ("Amina Noor", "Lucía Pérez", "Léa Martin", "Aarav Shah", "Mia Santos", "Neema Otieno")
"""Few: coordinators are told of equal names."""
SOONEST, LATEST = 800, 2000
"""Days until the event: no milestone falls into the days that a round lets pass."""
FAMILY = 40
"""So many people in a row have one address in common, if they name that."""


@dataclass(frozen=True, slots=True)
class Course:
    """`email` "" where they leave it out."""

    name: str
    event: date
    email: str


def drawn(chance: random.Random, number: int, today: date) -> Course:
    event = today + timedelta(days=chance.randrange(SOONEST, LATEST))
    emails = ("", "", f"learner{number}@example.com", f"family{number // FAMILY}@example.com")
    return Course(chance.choice(NAMES), event, chance.choice(emails))

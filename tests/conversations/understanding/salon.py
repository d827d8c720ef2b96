"""A salon to understand texts against."""

from dataclasses import replace

from conversations.business import Money, Service, Staff
from tests.conversations.understanding.readings import NOW, QATAR

PRICE = Money(10_000, "QAR")
ZONE = NOW.tzinfo
HAIRCUT, COLOUR, SWEDISH, DEEP, PEDICURE, BACK, HIGHLIGHTS, YOGA = range(1, 9)
SERVICES = (
    Service(HAIRCUT, "Haircut", 30, PRICE, aliases=("trim", "short back and sides")),
    Service(COLOUR, "Cut & colour", 90, PRICE),
    Service(SWEDISH, "Swedish massage", 60, PRICE),
    Service(DEEP, "Deep tissue massage", 90, PRICE),
    Service(PEDICURE, "Pedicure", 45, PRICE),
    Service(BACK, "Back massage", 30, PRICE),
    Service(HIGHLIGHTS, "Highlights", 120, PRICE),
    Service(YOGA, "Morning yoga", 60, PRICE),
)
SARA, TOM, MARIA = 11, 12, 13
STAFF = (Staff(SARA, "Sara Ahmed", ZONE), Staff(TOM, "Tom", ZONE), Staff(MARIA, "Maria", ZONE))
SALON = replace(QATAR, services=SERVICES, staff=STAFF)

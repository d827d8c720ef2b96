"""A practice whose therapy is had in several session types, beside what is had in one only."""

from dataclasses import replace

from conversations.business import Money, Service
from conversations.session_types import SessionType
from tests.conversations.plain_facts import LINA, PlainFacts

ALONE = Service(1, "Therapy", 60, Money(7900, "USD"), ("counselling",), (1,), has_types=True)
COUPLES = replace(
    ALONE, id=5, minutes=90, price=Money(12000, "USD"), session_type=SessionType.COUPLES, variant_of=ALONE.id
)
FAMILY = replace(COUPLES, id=6, price=Money(14000, "USD"), session_type=SessionType.FAMILY)
GROUP = replace(COUPLES, id=7, minutes=120, price=Money(20000, "USD"), session_type=SessionType.GROUP)
TYPES = (ALONE, COUPLES, FAMILY, GROUP)
COACHING = Service(3, "Coaching", 45, Money(6000, "USD"), (), (1,))
SERVICES = (*TYPES, COACHING)
PRACTICE = PlainFacts(offered=SERVICES, people=(LINA,))

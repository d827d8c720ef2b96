"""The business of the dialogue, as this product is told of it."""

from benchmarks.conversations.dialogue import FIRST_HOUR, HOURS, SERVICES, coordinator_of

_HEAD = """[business]
name = "Corner House"
timezone = "UTC"
region = "QA"
language = "en"
currency = "USD"
nudge_minutes = 0
quiet_hours = ""

[[policies]]
requires_approval = "yes"
horizon_days = 730
"""
_EACH = """
[[coordinators]]
key = "desk{number}"
name = "Desk {number}"
phone = "{phone}"
default = {default}

[[staff]]
key = "staff{number}"
name = "{name} Staff"
hours = ["Mon-Sun {first:02}:00-{last:02}:00"]

[[services]]
key = "service{number}"
name = "{name}"
minutes = 60
price = "35.00"
staff = ["staff{number}"]
coordinator = "desk{number}"
"""


def business_file() -> str:
    return _HEAD + "".join(
        _EACH.format(
            number=number, phone=coordinator_of(number), default=str(number == 0).lower(), name=name,
            first=FIRST_HOUR, last=FIRST_HOUR + HOURS,
        )
        for number, name in enumerate(SERVICES)
    )  # fmt: skip

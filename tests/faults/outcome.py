"""What came of a round."""

from dataclasses import dataclass, field

from tests.faults.deaths import Death


@dataclass
class Outcome:
    """`script` is the fingerprint; `recoveries` are seconds, each with what it was; `log` is the server's.
    `charges` and `refunds` are the providers', `lost_prompts` are charges of which nobody could tell us the id.
    `opened` are the engagements, `first_try` those made at the first try, `openings` the seconds to them from their
    bookings."""

    script: str
    deaths: list[Death] = field(default_factory=list)
    texts_in: int = 0
    texts_out: int = 0
    charges: int = 0
    refunds: int = 0
    lost_prompts: int = 0
    repeated: int = 0
    opened: int = 0
    first_try: int = 0
    openings: list[float] = field(default_factory=list)
    recoveries: list[tuple[float, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    log: str = ""

    @property
    def points_hit(self) -> set[str]:
        return {death.kill.point.name for death in self.deaths if death.kill.point and death.at is not None}

    @property
    def kills(self) -> int:
        return sum(death.at is not None for death in self.deaths)

"""What came of a round."""

from dataclasses import dataclass, field

from tests.faults.deaths import Death
from tests.faults.script import Kills
from tests.patience import NotPlayed


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

    def must_have_met(self, kills: Kills) -> None:
        """Raise NotPlayed unless each of them has killed: a point is reached when somebody's story leads there."""
        missed = [death.kill.name for death in self.deaths if death.at is None]
        if missed or self.kills != len(kills.early) + len(kills.late) + len(kills.away):
            raise NotPlayed(f"{self.kills} kills, and nobody got to: {', '.join(missed)}")

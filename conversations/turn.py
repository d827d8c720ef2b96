"""What a step gives back: the dialogue as it now is, what to say, and what to do."""

from dataclasses import dataclass

from conversations.dialogue import Dialogue
from conversations.effects import Effect
from conversations.events import Event
from conversations.replies import Reply
from conversations.values import made_often


@made_often
@dataclass(frozen=True, slots=True)
class Turn:
    """One step's whole result. No replies means silence. `then` happens to the same conversation once the effects are
    applied: what stands behind the first command of a text sees what the first has done."""

    dialogue: Dialogue
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    then: tuple[Event, ...] = ()
    is_private: bool = False
    """The words that led to it are left out of the transcript."""

    def led_by(self, *lead: Reply) -> "Turn":
        """The same, with these said first."""
        if not lead:
            return self
        return Turn(self.dialogue, (*lead, *self.replies), self.effects, self.then, self.is_private)

    def doing(self, *first: Effect) -> "Turn":
        """The same, with these done first."""
        if not first:
            return self
        return Turn(self.dialogue, self.replies, (*first, *self.effects), self.then, self.is_private)

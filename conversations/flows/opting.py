"""STOP, START and HELP: whether our texts may go to a person at all."""

from conversations.dialogue import Dialogue
from conversations.effects import OptIn, OptOut
from conversations.events import Said
from conversations.facts import Facts
from conversations.replies import say
from conversations.rules.opt_out import OptWord, is_carriers_word, opt_word
from conversations.turn import Turn


def answer(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """Before anything else; None for any other text. Where the carrier answers these words itself, we record and stay
    silent, as we do to whoever is kept out as spam."""
    word = opt_word(event.text, bare_cancel=facts.channel.bare_cancel_opts_out)
    by_carrier = event.carrier_answered or (facts.channel.carrier_answers_stop and is_carriers_word(event.text))
    silent = by_carrier or facts.person.is_blocked
    match word:
        case OptWord.OUT if facts.person.opted_out:
            return Turn(dialogue)  # they have had the one confirmation
        case OptWord.OUT:
            values = {"business": facts.business.name}
            phone = facts.business.phone
            reply = say("opted_out_call", **values, phone=phone) if phone else say("opted_out", **values)
            return Turn(dialogue, () if silent else (reply,), (OptOut(event.text, event.carrier_answered),))
        case OptWord.IN if facts.person.opted_out:
            return Turn(
                dialogue,
                () if silent else (say("opted_in", business=facts.business.name),),
                (OptIn(event.text, event.carrier_answered),),
            )
        case OptWord.HELP if silent:
            return Turn(dialogue)
        case _ if facts.person.is_blocked:
            return Turn(dialogue)
        case _:
            return None

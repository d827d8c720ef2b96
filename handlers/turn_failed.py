"""A turn broke on a fault of ours: the message is kept, the person gets an answer, and somebody is told."""

from sqlalchemy.orm import Session

from conversations.dialogue import Awaiting
from conversations.messages import Inbound
from conversations.replies import say
from conversations.stored import load
from handlers.circumstances import Circumstances
from handlers.enqueue import enqueue
from handlers.message_received import store
from handlers.tell_coordinator import tell_coordinator
from handlers.text_heard import first_text
from models.conversations import add_turn, change_conversation, conversation_for, lock_conversation
from models.messages import HIDDEN, cover, hide, unanswered


def turn_failed(session: Session, inbound: Inbound, fault: str, circumstances: Circumstances) -> None:
    """Store the message whose turn was rolled back, and close it with a turn that says so. `fault` is for operators:
    the name of the error, without any text of the person's."""
    conversation = conversation_for(session, inbound.channel, inbound.address, circumstances.now)
    store(session, conversation, inbound, circumstances)
    close_with_fault(session, conversation.id, fault, circumstances)


def close_with_fault(session: Session, conversation_id: int, fault: str, circumstances: Circumstances) -> None:
    """Cover the first unanswered text of this conversation with a turn that apologises and calls a person."""
    conversation = lock_conversation(session, conversation_id)
    waiting = first_text(unanswered(session, conversation_id))
    if not waiting:
        return
    profile = circumstances.profiles.current(session)
    state = load(conversation.dialogue).state
    turn_id = add_turn(
        session, conversation_id=conversation_id, cause="Fault", state_before=state, state_after=state,
        dialogue_after=conversation.dialogue, fault=fault, trace=circumstances.trace, at=circumstances.now,
    )  # fmt: skip
    cover(session, [row.id for row in waiting], turn_id)
    change_conversation(
        session, conversation_id, needs_person=True, last_inbound_at=waiting[-1].at, is_unread=True,
        last_message_at=circumstances.now,
    )  # fmt: skip
    enqueue(
        session, circumstances, (say("fault", business=profile.business.name),),
        language=conversation.language or profile.business.language, conversation_id=conversation_id,
        channel=conversation.channel, address=conversation.address, turn_id=turn_id,
    )  # fmt: skip
    is_private = load(conversation.dialogue).awaiting is Awaiting.INTAKE
    if is_private:
        hide(session, [row.id for row in waiting])
    words = HIDDEN if is_private else "\n".join(row.body for row in waiting)[:300]
    wanted = say("person_wanted", client=conversation.address, words=words)
    if profile.coordinator_in(conversation) is None:
        tell_coordinator(session, wanted, conversation, circumstances, profile)

"""The questions of an intake by text, one after the other, and how their answers are read."""

from conversations.business import Service
from conversations.dialogue import Awaiting, Dialogue, Subject
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import visits
from conversations.flows.options import numbered
from conversations.intake import LONGEST_ANSWER, MOST_BY_TEXT, Question, QuestionKind
from conversations.languages import language
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Answer, Context, Intent, understand
from conversations.understanding.normalise import fold
from conversations.values import replace

LONGEST_WISH = 3
"""Words of a text that is no answer: "start over please"."""
_LEAVES = (Intent.START_OVER, Intent.NEVER_MIND, Intent.MENU, Intent.PERSON, Intent.BACK, Intent.HELP)


def next_question(dialogue: Dialogue, service: Service, facts: Facts) -> Question | None:
    """The first that is neither answered nor skipped; None where there is none, or they are asked on a page."""
    if len(service.intake) > MOST_BY_TEXT and facts.business.intake_pages:
        return None
    return next((question for question in service.intake if question.name not in dialogue.intake), None)


def ask(dialogue: Dialogue, question: Question, facts: Facts, *lead: Reply) -> Turn:
    spoken = facts.language, facts.business.language
    choices = numbered(Subject.INTAKE, [(str(place), label) for place, label in enumerate(_labels(question, facts))])
    skip = "" if question.is_required else say("intake_may_skip")
    reply = say("ask_intake", choices, text=question.text(*spoken), skip=skip)
    dialogue = replace(dialogue, intake_asked=question.name).asking(Awaiting.INTAKE, choices)
    return Turn(dialogue, (*lead, reply))


def asked(dialogue: Dialogue, facts: Facts) -> Question | None:
    """The question that is open; None where it is asked no more."""
    service = visits.offered(dialogue.service_ids, facts)
    if dialogue.awaiting is not Awaiting.INTAKE or service is None:
        return None
    return next((question for question in service.intake if question.name == dialogue.intake_asked), None)


def leaves(event: Said, facts: Facts) -> bool:
    """Whether a text is no answer, but the wish to do something else."""
    understood = understand(event.text, Context(now=facts.now, language=facts.language))
    return understood.intent in _LEAVES and understood.is_slotless and len(event.text.split()) <= LONGEST_WISH


def skips(event: Said, facts: Facts) -> bool:
    words = {fold(word) for spoken in ("en", facts.language) for word in language(spoken)["words"]["skips"]}
    return fold(event.text).strip(" .!") in words


def read(question: Question, event: Said, facts: Facts) -> str | None:
    """The answer, as it is kept; None where the text is none."""
    text = event.text.strip()
    match question.kind:
        case QuestionKind.TEXT:
            return text[:LONGEST_ANSWER] or None
        case QuestionKind.YES_NO:
            answer = understand(text, Context(now=facts.now, language=facts.language)).answer
            return {Answer.YES: "yes", Answer.NO: "no", None: None}[answer]
        case QuestionKind.CHOICE:
            labels = _labels(question, facts)
            said = fold(text).strip(" .!)")
            found = [n for n, label in enumerate(labels, 1) if said in (str(n), fold(label))]
            return question.labels(facts.business.language)[found[0] - 1] if found else None


def why_not(question: Question) -> Reply:
    """What is said of a text that answers it not."""
    keys = {QuestionKind.CHOICE: "intake_choose", QuestionKind.YES_NO: "intake_yes_no"}
    return say(keys.get(question.kind, "intake_words"))


def _labels(question: Question, facts: Facts) -> list[str]:
    if question.kind is QuestionKind.YES_NO:
        return [render(say(key), facts.language) for key in ("intake_yes", "intake_no")]
    return list(question.labels(facts.language, facts.business.language))

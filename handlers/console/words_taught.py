"""Words that clients write become another name of a service: which words may not, and the business with them."""

from enum import StrEnum

from sqlalchemy.orm import Session

from conversations.languages import spoken
from conversations.reading import named_language
from conversations.rules.crisis import is_crisis
from conversations.rules.opt_out import opt_word
from conversations.understanding import Context, Intent, understand
from conversations.understanding.normalise import fold
from conversations.understanding.questions import asked
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import vocabulary
from handlers.business_file import BusinessFile
from handlers.circumstances import Circumstances
from handlers.console.business_changed import Data, Subject, changed, said_of
from handlers.console.business_taken import taken
from handlers.console.signed_in import Who
from handlers.profile import Profile
from models.audit import audit

LONGEST = 60
"""Characters, as of the words of a frequent answer."""
_BETWEEN_NAMES = frozenset(",،、;\n\r")


class Why(StrEnum):
    """Why words may not become another name of a service."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    SEVERAL = "several"
    NAME = "name"
    """They are the name of a service, or another name of it already."""
    STAFF = "staff"
    WORD = "word"
    """They mean something that no service may take: to stop our texts, a language, an emergency."""
    WISH = "wish"
    """They are a wish, or an answer."""
    QUESTION = "question"
    DATE = "date"
    """A date, a time or a number is read in them, and nothing else."""
    SMALL_TALK = "small_talk"
    UNDERSTOOD = "understood"
    """Somebody who writes nothing else is understood to want a service already."""


class CannotTeach(Exception):
    """Words may not become a name; `whose` they are already, where they are somebody's or some service's."""

    def __init__(self, why: Why, whose: str = "") -> None:
        super().__init__(why.value)
        self.why, self.whose = why, whose


def with_name(data: Data, key: str, words: str, profile: Profile, circumstances: Circumstances) -> Data | None:
    """The business with these words as another name of the service; None where there is no such service. Raises
    CannotTeach where they may not be one, and CannotChange."""
    said = said_of(data, Subject.SERVICE, key)
    if said is None:
        return None
    words = " ".join(words.split())
    own = next(one for one in data["services"] if one["key"] == key)
    _check_form(words)
    _check_names(words, data)
    _check_meaning(words, profile, circumstances)
    _check_reading(words, str(own["name"]), profile, circumstances)
    aliases = ", ".join([*own.get("aliases", []), words])
    return changed(data, Subject.SERVICE, key, {**said, "aliases": [aliases]})


def teach(
    session: Session, file: BusinessFile, version: int, service: str, who: Who, told: Circumstances
) -> tuple[str, ...] | None:
    """Load the business that has them; None, and nothing is loaded, where it is of another version by now. Raises
    CannotChange."""
    lines = taken(session, file, version, who, told)
    if lines is not None:
        audit(
            session, at=told.now, operator_id=who.id, who=who.name, action="taught words",
            subject=f"service {service}", words="aliases",
        )  # fmt: skip
    return lines


def _check_form(words: str) -> None:
    if not any(map(str.isalpha, words)) or not words_of(fold(words)):
        raise CannotTeach(Why.EMPTY)
    if len(words) > LONGEST:
        raise CannotTeach(Why.TOO_LONG)
    if not _BETWEEN_NAMES.isdisjoint(words):
        raise CannotTeach(Why.SEVERAL)


def _check_names(words: str, data: Data) -> None:
    """Of services, however they are spaced, and of whoever works here."""
    spelled = words_of(fold(words))
    for one in data.get("services", []):
        if any(_joined(spelled) == _joined(words_of(fold(name))) for name in (one["name"], *one.get("aliases", []))):
            raise CannotTeach(Why.NAME, one["name"])
    for person in data.get("staff", []):
        theirs = words_of(fold(person["name"]))
        if spelled in (theirs, theirs[:1]):
            raise CannotTeach(Why.STAFF, person["name"])


def _check_meaning(words: str, profile: Profile, circumstances: Circumstances) -> None:
    """What they say already, in whichever language, to somebody who knows no service."""
    here = circumstances.now.astimezone(profile.business.zone)
    if opt_word(words, bare_cancel=True) or is_crisis(words) or named_language(words):
        raise CannotTeach(Why.WORD)
    if asked(words, profile.business.answers):
        raise CannotTeach(Why.QUESTION)
    for code in spoken():
        understood = understand(words, Context(here, language=code, region=profile.business.region))
        if understood.answer is not None or understood.intent not in (None, Intent.GREETING):
            raise CannotTeach(Why.WISH)
        if not _tells(words, code, profile) and not understood.fills_nothing:
            raise CannotTeach(Why.DATE)
    if not _tells(words, profile.business.language, profile):
        raise CannotTeach(Why.SMALL_TALK)


def _tells(words: str, language: str, profile: Profile) -> bool:
    """Whether one of them is no word of small talk, dates or times."""
    known = vocabulary(language, profile.business.region)
    return any(not word.isdecimal() and not known.is_idle(word) for word in words_of(fold(words)))


def _check_reading(words: str, name: str, profile: Profile, circumstances: Circumstances) -> None:
    """How a client who writes nothing else is understood today: words that fit several services alike may be given to
    one of them."""
    services = tuple(service for service in profile.services if service.staff_ids)
    context = Context(
        circumstances.now.astimezone(profile.business.zone), language=profile.business.language,
        region=profile.business.region, services=services,
    )  # fmt: skip
    understood = understand(words, context)
    read = list(dict.fromkeys(one.name for one in services if one.id in understood.service_ids))
    if read and not (name in read and len(read) > 1):
        raise CannotTeach(Why.UNDERSTOOD, " / ".join(read))


def _joined(words: tuple[str, ...]) -> str:
    """ "hair cut" and "haircut" are one name."""
    return "".join(words)

"""The kinds of engagement that are shipped say everything in every language; what does not fit together is refused."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import engagements
from conversations.engagements import Kind, engagement_of_service, kind_named, kinds
from conversations.engagements.kinds import Detail, Milestone, Share, Words, split
from conversations.engagements.reading import kind_from
from conversations.languages import LANGUAGES, language
from conversations.rules.milestones import due_day
from conversations.understanding.normalise import fold

TODAY = date(2027, 3, 12)
EACH = pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
_BARE = """
date day fecha día jour data dia تاريخ التاريخ يوم اليوم موعد الموعد tarehe siku petsa araw तारीख दिन tareekh tarikh din
"""
BARE_DAYS = frozenset(map(fold, _BARE.split()))
"""Words for the day of an appointment."""
SMALL: Mapping[str, Any] = tomllib.loads("""
letter = "X"
names.en = "party"
events.en = "party day"
questions = [{detail = "venue", texts.en = "Where?", called.en = ["venue"]}]
milestones = [{key = "cake", days = 2, titles.en = "Cake"}]
shares = [{key = "food", percent = 60, titles.en = "Food"}, {key = "music", percent = 40, titles.en = "Music"}]
[variants.garden]
names.en = "garden party"
milestones = [{key = "tent", days = 3, titles.en = "Tent"}]
shares = [{key = "tent", percent = 100, titles.en = "Tent"}]
""")


def wedding() -> Kind:
    return kinds()["wedding"]


def worded(kind: Kind) -> Iterator[tuple[str, Words]]:
    """Everything that a kind says, with its place."""
    yield from (("names", kind.names), ("events", kind.events))
    yield from ((f"questions.{one.detail}", one.texts) for one in kind.questions)
    yield from of_parts("", kind.milestones, kind.shares)
    for variant in kind.variants:
        yield f"{variant.key}.names", variant.names
        yield from of_parts(f"{variant.key}.", variant.milestones, variant.shares)


def skipping(code: str) -> list[str]:
    return [fold(word) for word in ("skip", *language(code)["words"]["skips"])]


def of_parts(place: str, milestones: Sequence[Milestone], shares: Sequence[Share]) -> Iterator[tuple[str, Words]]:
    yield from ((f"{place}milestones.{one.key}.titles", one.titles) for one in milestones)
    yield from ((f"{place}milestones.{one.key}.descriptions", one.descriptions) for one in milestones)
    yield from ((f"{place}shares.{one.key}", one.titles) for one in shares)


def changed(*path: str | int, to: object = None) -> dict[str, Any]:
    """The small kind with one value put in at the path, or taken out there."""
    table = deepcopy(dict(SMALL))
    inner: Any = table
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return table


def test_a_wedding_a_programme_of_therapy_and_a_course_are_shipped() -> None:
    assert {"wedding": "W", "therapy_programme": "P", "course": "C"} == {
        key: kind.letter for key, kind in kinds().items()
    }


@EACH
def test_every_word_is_there_in_every_language(kind: Kind) -> None:
    for place, words in worded(kind):
        assert list(LANGUAGES) == list(words), place
        assert [] == [code for code, said in words.items() if not said.strip() or said != said.strip()], place


@EACH
def test_a_question_is_one_line_and_says_nothing_of_skipping(kind: Kind) -> None:
    for question in kind.questions:
        for code, text in question.texts.items():
            assert len(text) <= 80, (question.detail, code)
            assert "\n" not in text, (question.detail, code)
            assert [] == [word for word in skipping(code) if f" {word} " in f" {fold(text)} "], (question.detail, code)


@EACH
def test_what_is_asked_can_be_corrected_by_name_in_every_language(kind: Kind) -> None:
    for question in kind.questions:
        assert list(LANGUAGES) == list(question.called), question.detail
        for code, called in question.called.items():
            assert called, (question.detail, code)
            assert [word.lower().strip() for word in called] == called, (question.detail, code)
            assert len(called) == len(set(called)), (question.detail, code)


@EACH
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_word_speaks_of_one_question(kind: Kind, code: str) -> None:
    """Nor does it stand within what another is called. English is understood in every language: it counts as well."""
    called = {
        one.detail: {f" {fold(word)} " for word in (*one.called[code], *one.called["en"])} for one in kind.questions
    }
    for (one, words), (other, others) in permutations(called.items(), 2):
        assert [] == [(word, longer) for word in words for longer in others if word in longer], (one, other)


@EACH
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_more_specific_word_comes_first(kind: Kind, code: str) -> None:
    for question in kind.questions:
        words = [f" {fold(word)} " for word in question.called[code]]
        hidden = [later for at, word in enumerate(words) for later in words[at + 1 :] if word in later]
        assert [] == hidden, question.detail


@EACH
def test_the_day_of_the_event_is_never_called_by_a_bare_word_for_a_day(kind: Kind) -> None:
    for words in (one.called for one in kind.questions if one.detail is Detail.EVENT_DATE):
        assert set() == BARE_DAYS & {fold(word) for called in words.values() for word in called}


@EACH
def test_what_is_whose_must_be_answered_and_nothing_else(kind: Kind) -> None:
    assert [Detail.NAME] == [question.detail for question in kind.questions if question.is_required]


def test_a_wedding_is_asked_about_in_this_order() -> None:
    wanted = ["name", "event_date", "venue", "guests", "budget", "email", "requests"]
    assert wanted == [question.detail for question in wedding().questions]


def test_the_milestones_of_a_wedding() -> None:
    assert [
        ("Initial Consultation", 7),
        ("Venue Selection", 30),
        ("Vendor Booking", 60),
        ("Design & Decor", 90),
        ("Final Details", 14),
        ("Rehearsal", 1),
    ] == [(one.titles["en"], one.days) for one in wedding().milestones]


def test_the_couple_is_reminded_of_what_they_have_to_do() -> None:
    assert ["venue", "design", "final", "rehearsal"] == [one.key for one in wedding().milestones if one.tells_client]


@pytest.mark.parametrize("key", ["church", "beach", "civil", "destination"])
def test_a_variant_of_a_wedding_adds_to_its_milestones(key: str) -> None:
    plain, variant = wedding(), wedding().as_variant(key)
    assert plain.milestones == variant.milestones[: len(plain.milestones)]
    assert len(plain.milestones) < len(variant.milestones)
    assert plain.names != variant.names


def test_a_wedding_far_away_has_shares_of_its_own() -> None:
    assert "travel" in {share.key for share in wedding().as_variant("destination").shares}
    assert wedding().shares == wedding().as_variant("beach").shares


def test_a_variant_may_replace_a_milestone() -> None:
    own = [{"key": "cake", "days": 9, "titles": {"en": "Big cake"}}]
    kind = kind_from("party", changed("variants", "garden", "milestones", to=own))
    assert [9] == [one.days for one in kind.as_variant("garden").milestones]


def test_a_variant_that_there_is_not_is_the_kind_itself() -> None:
    assert wedding() == wedding().as_variant("moon") == kind_named("wedding")


def test_a_kind_that_is_shipped_no_more_is_none() -> None:
    assert kind_named("regatta:beach") is None
    assert kind_named("") is None


def test_a_programme_and_a_course_go_on_after_their_day() -> None:
    for key, last in {"therapy_programme": ("follow_up", -30), "course": ("results", -7)}.items():
        assert last == min(((one.key, one.days) for one in kinds()[key].milestones), key=lambda each: each[1])


def test_the_small_kind_is_taken() -> None:
    kind = kind_from("party", SMALL)
    assert ["cake", "tent"] == [one.key for one in kind.as_variant("garden").milestones]


TWICE = [{"key": "cake", "days": days, "titles": {"en": "Cake"}} for days in (2, 3)]
HALF = [{"key": "food", "percent": 50, "titles": {"en": "Food"}}]
ASKED = [{"detail": "venue", "texts": {"en": "Where?"}, "called": {"en": ["venue"]}}]


@pytest.mark.parametrize(
    ("table", "place"),
    [
        (changed("shares", 0, "percent", to=70), r"party\.shares: .* 110 percent"),
        (changed("variants", "garden", "shares", to=HALF), r"party\.variants\.garden\.shares: .* 50 percent"),
        (changed("shares", 0, "percent", to=0), r"party\.shares\.food\.percent"),
        (changed("shares", 0, "percent", to="60"), r"party\.shares\.food\.percent"),
        (changed("milestones", to=TWICE), r"party\.milestones: cake twice"),
        (changed("shares", to=HALF + HALF), r"party\.shares: food twice"),
        (changed("questions", to=ASKED + ASKED), r"party\.questions: venue twice"),
        (changed("color", to="red"), r"party: color unknown"),
        (changed("milestones", 0, "day", to=2), r"party\.milestones: day unknown"),
        (changed("variants", "garden", "letter", to="G"), r"party\.variants\.garden: letter unknown"),
        (changed("letter"), r"party: letter missing"),
        (changed("letter", to="xy"), r"party\.letter"),
        (changed("questions", 0, "called"), r"party\.questions: called missing"),
        (changed("questions", 0, "detail", to="cake"), r"party\.questions: 'cake'"),
        (changed("questions", 0, "called", to={"en": "venue"}), r"party\.questions\.venue\.called\.en"),
        (changed("milestones", 0, "days", to="2"), r"party\.milestones\.cake\.days"),
        (changed("variants", "garden", "names"), r"party\.variants\.garden: names missing"),
        (changed("names", to={}), r"party\.names"),
        (changed("events", to="party day"), r"party\.events"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_its_place(table: Mapping[str, Any], place: str) -> None:
    with pytest.raises(ValueError, match=f"^{place}"):
        kind_from("party", table)


def test_two_kinds_of_one_letter_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    course = Path(engagements.__file__).with_name("course.toml").read_text(encoding="utf-8")
    for name in ("course", "seminar"):
        (tmp_path / f"{name}.toml").write_text(course, encoding="utf-8")
    monkeypatch.setattr(engagements, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"^seminar\.letter: C is the letter of course"):
        kinds.__wrapped__()


@given(st.integers(0, 10**12), st.lists(st.integers(1, 99), max_size=12))
def test_a_budget_is_split_to_the_last_unit(budget: int, cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), 100]
    shares = [Share(str(at), to - at, {"en": "part"}) for at, to in pairwise(edges)]
    parts = split(budget, shares)
    assert budget == sum(parts)
    assert all(
        abs(part * 100 - budget * share.percent) < 100 for part, share in zip(parts[1:], shares[1:], strict=True)
    )
    assert min(parts) >= 0


def test_no_shares_no_parts() -> None:
    assert [] == split(5000, ())


@pytest.mark.parametrize(
    ("engagement", "said", "category", "name"),
    [
        ("wedding", "", "Coordination", "Full Day"),
        ("wedding", "", "planning", "Wedding Planning"),
        ("wedding:beach", "", "Planning", "Beach Wedding"),
        ("wedding:beach", "", "Planning", "Wedding (beach)"),
        ("wedding", "", "Planning", "Beachfront Wedding"),
        ("", "", "Hair", "Beach Wedding"),
        ("", "", "", "Wedding"),
        ("", "none", "Planning", "Beach Wedding"),
        ("course", "course", "Planning", "Beach Wedding"),
        ("wedding:civil", "wedding:civil", "", "Anything"),
    ],
)
def test_what_a_service_opens(engagement: str, said: str, category: str, name: str) -> None:
    assert engagement == engagement_of_service(said, category, name)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("regatta", r"'regatta' is no engagement: course, therapy_programme, wedding, or none"),
        ("wedding:moon", r"'moon' is no variant of wedding: church, beach, civil, destination"),
        ("course:beach", r"'beach' is no variant of course: none"),
    ],
)
def test_a_kind_that_there_is_not_is_refused(said: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        engagement_of_service(said, "", "")


@pytest.mark.parametrize(("event_in", "due_in"), [(100, 70), (31, 1), (30, 0), (29, 0), (0, 0), (-5, 0)])
def test_a_milestone_whose_day_has_passed_is_due_today(event_in: int, due_in: int) -> None:
    venue = wedding().milestone("venue")
    assert venue is not None
    due, is_late = due_day(TODAY + timedelta(days=event_in), venue.days, TODAY)
    assert (TODAY + timedelta(days=due_in), event_in < 30) == (due, is_late)


def test_a_milestone_after_the_event() -> None:
    results = kinds()["course"].milestone("results")
    assert results is not None
    assert (date(2027, 4, 8), False) == due_day(date(2027, 4, 1), results.days, TODAY)

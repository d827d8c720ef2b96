"""The business changed from the console: what forms make of the business file, what a preview tells, and that a change
is loaded only over the business that was looked at."""

from typing import Any

import pytest

from bot.console.setup_forms import fields
from bot.desk import Desk
from handlers.circumstances import Circumstances
from handlers.console.business_changed import (
    EVERYBODY,
    NEW,
    CannotChange,
    Data,
    Subject,
    changed,
    checked,
    policy_key,
    said_of,
    standing,
)
from handlers.console.business_taken import Preview, previewed, taken
from handlers.console.signed_in import Who
from models.audit import audited
from models.business import business_version
from models.operators import Role
from tests.handlers.salon import OMAR, Salon

ANA = Who(1, "Ana", "ana", Role.ADMIN, None, 1, has_totp=False)
REST = {"mon": ["09:00-13:00, 14:00 – 18:00"], "tue": ["9:00-13:00"]}


def business(desk: Desk) -> Data:
    data = desk.database.read(standing).data
    assert data is not None
    return data


def look(desk: Desk, data: Data) -> Preview:
    told: Circumstances = desk.circumstances("test")
    file = checked(data)
    return desk.database.transact(lambda session: previewed(session, file, told))


def load(desk: Desk, data: Data, version: int | None = None) -> tuple[str, ...] | None:
    told, file = desk.circumstances("test"), checked(data)
    over = desk.database.read(business_version) if version is None else version
    return desk.database.transact(lambda session: taken(session, file, over, ANA, told))


def change(data: Data, subject: Subject, key: str, **said: list[str]) -> Data:
    before = said_of(data, subject, key)
    assert before is not None
    found = changed(data, subject, key, {**before, **said})
    assert found is not None
    return found


class Heard(dict[str, list[str]]):
    """A form of which nothing is filled in, and which of its fields are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return default


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject.BUSINESS, "all"), (Subject.DATES, EVERYBODY), (Subject.DATES, "maya"), (Subject.SERVICE, "massage"),
        (Subject.STAFF, "maya"), (Subject.POLICY, "lina.~"), (Subject.ANSWER, "parking.en"),
        (Subject.COORDINATOR, "eva"), (Subject.RESOURCE, "room_1"),
        *((one, NEW) for one in Subject if one not in (Subject.BUSINESS, Subject.DATES)),
    ],
)  # fmt: skip
def test_what_a_form_shows_is_what_is_taken_from_it(desk: Desk, subject: Subject, key: str) -> None:
    data = change(business(desk), Subject.COORDINATOR, NEW, name=["Eva"], phone=["+97455500002"])
    data = change(data, Subject.RESOURCE, NEW, name=["Room 1"], kind=["room"])
    data = change(data, Subject.POLICY, NEW, staff=["lina"], buffer_before=["0"])
    for whose in (EVERYBODY, "maya"):
        data = change(data, Subject.DATES, whose, day=["2026-12-25"])
    heard, shown = Heard(), {field.name for field in fields(data, subject, key)}
    assert changed(data, subject, key, heard) is not None
    assert shown == heard.asked


def test_a_form_that_is_sent_as_it_was_given_changes_nothing(desk: Desk) -> None:
    data = change(business(desk), Subject.BUSINESS, "all", nudge_minutes=["0"], quiet_hours=[""], holidays=["QA"])
    data = change(data, Subject.RESOURCE, NEW, name=["Room 1"], kind=["room"])
    data = change(data, Subject.SERVICE, "massage", resource=["room"], is_video=["yes"], staff=["joel", "maya"])
    data = change(data, Subject.COORDINATOR, NEW, name=["Eva"], phone=["+97455500002"], digest_at=["07:30"])
    data = change(data, Subject.POLICY, NEW, staff=["lina"], buffer_before=["0"], cancel_fee=["7.50"])
    load(desk, data)
    data = business(desk)
    keys = {
        Subject.BUSINESS: ["all"],
        Subject.POLICY: [policy_key(one) for one in data["policies"]],
        Subject.ANSWER: [f"{one['about']}.{one['language']}" for one in data["answers"]],
        Subject.DATES: [EVERYBODY, "maya"],
        Subject.SERVICE: [one["key"] for one in data["services"]],
        Subject.STAFF: [one["key"] for one in data["staff"]],
        Subject.COORDINATOR: [one["key"] for one in data["coordinators"]],
        Subject.RESOURCE: ["room_1"],
    }
    assert set(Subject) == set(keys)
    for subject, several in keys.items():
        for key in several:
            assert () == look(desk, change(data, subject, key)).lines, f"{subject} {key}"


class TestForms:
    def test_hours_of_a_week_with_breaks(self, desk: Desk) -> None:
        data = change(business(desk), Subject.STAFF, "maya", **REST)
        hours = next(one for one in data["staff"] if one["key"] == "maya")["hours"]
        assert ["Mon-Tue 09:00-13:00", "Mon 14:00-18:00", "Wed-Sat 10:00-18:00"] == sorted(
            hours, key=lambda line: ("Wed" in line, "14" in line)
        )
        assert ("~ hours",) == look(desk, data).lines

    @pytest.mark.parametrize("hours", ["nine to five", "18:00-09:00", "09:02-10:00"])
    def test_hours_that_cannot_be_are_told(self, desk: Desk, hours: str) -> None:
        with pytest.raises(CannotChange, match="mon"):
            change(business(desk), Subject.STAFF, "maya", mon=[hours])

    def test_a_new_service_gets_a_key_of_its_own(self, desk: Desk) -> None:
        data = business(desk)
        for name, key in (("Haircut", "haircut_2"), ("Épilation & soin", "epilation_soin"), ("تدليك", "service")):
            data = change(data, Subject.SERVICE, NEW, name=[name], minutes=["30"], price=["12,50"], staff=["maya"])
            assert (name, key) == (data["services"][-1]["name"], data["services"][-1]["key"])
        assert {"+ service haircut_2", "+ service epilation_soin", "+ service service"} < set(look(desk, data).lines)

    def test_somebody_new_gives_services_and_leaves_with_all_that_was_theirs(self, desk: Desk) -> None:
        data = change(
            business(desk), Subject.STAFF, NEW, name=["Noor"], gives=["massage", "haircut"], fri=["10:00-12:00"]
        )
        gives = {one["key"]: one["staff"] for one in data["services"]}
        assert (["maya", "noor"], ["maya", "noor"], ["joel"]) == (gives["massage"], gives["haircut"], gives["maths"])
        data = change(data, Subject.POLICY, NEW, staff=["noor"], daily_cap=["3"])
        checked(data)
        data = change(data, Subject.STAFF, "noor", gone=["yes"])
        assert () == look(desk, data).lines

    def test_a_day_beats_what_was_said_of_it_before(self, desk: Desk) -> None:
        data = change(business(desk), Subject.DATES, EVERYBODY, day=["2026-12-24"], until=["2026-12-26"])
        assert ["2026-12-24..2026-12-26 closed"] == data["business"]["dates"]
        data = change(data, Subject.DATES, EVERYBODY, day=["2026-12-25"], hours=["9:00-11:00, 12:00-13:00"])
        assert 4 == len(data["business"]["dates"])
        assert ("~ dates",) == look(desk, data).lines
        with pytest.raises(CannotChange, match="ends before it begins"):
            change(data, Subject.DATES, EVERYBODY, day=["2026-12-25"], until=["2026-12-24"])
        with pytest.raises(CannotChange, match="first day"):
            change(data, Subject.DATES, "maya", hours=["09:00-10:00"])

    def test_a_fault_is_told_by_the_name_of_what_it_is_in(self, desk: Desk) -> None:
        data = change(business(desk), Subject.SERVICE, "haircut", minutes=["soon"], price=["-1"])
        with pytest.raises(CannotChange) as why:
            checked(data)
        assert [
            "service haircut minutes: wanted a whole number",
            "service haircut price: Input should be greater than or equal to 0",
        ] == str(why.value).splitlines()

    def test_a_sign_that_databases_do_not_keep_is_told(self, desk: Desk) -> None:
        with pytest.raises(CannotChange, match=r"U\+0000"):
            checked(change(business(desk), Subject.SERVICE, "haircut", name=["Hair\x00cut"]))

    def test_what_is_not_there_has_no_form(self, desk: Desk) -> None:
        for subject in (Subject.SERVICE, Subject.STAFF, Subject.POLICY, Subject.DATES):
            assert said_of(business(desk), subject, "nobody") is None
            assert changed(business(desk), subject, "nobody", {}) is None


class TestTaking:
    def test_a_look_changes_nothing_and_loading_does_once(self, desk: Desk) -> None:
        data = change(business(desk), Subject.SERVICE, "haircut", price=["40"])
        preview = look(desk, data)
        assert ("~ service haircut: price",) == preview.lines
        assert preview.version == desk.database.read(business_version)
        assert "35.00" == _price(desk)
        assert preview.lines == load(desk, data, preview.version)
        assert "40.00" == _price(desk)
        assert load(desk, data, preview.version) is None, "that was another version"
        (entry,) = desk.database.read(lambda session: audited(session, None, 5))
        assert ("changed the business", "~ service haircut: price") == (entry.action, entry.words)
        assert f"version {preview.version + 1}" == entry.subject

    def test_what_cannot_be_loaded_leaves_everything_as_it_is(self, desk: Desk) -> None:
        asked = {"key": "why", "text": "Why?"}
        data = business(desk)
        data["services"][0]["intake"] = [asked]
        with pytest.raises(CannotChange, match="ENCRYPTION_KEY"):
            look(desk, data)
        with pytest.raises(CannotChange, match="ENCRYPTION_KEY"):
            load(desk, data)
        assert "intake" not in business(desk)["services"][0]

    def test_bookings_that_would_lie_outside_the_hours_are_told(self, salon: Salon) -> None:
        desk = salon.desk
        salon.text(OMAR, "BOOK +97455501234 Sara massage friday 15:00")
        data = change(business(desk), Subject.STAFF, "lina", fri=["09:00-15:30"])
        (outside,) = look(desk, data).outside
        assert ("Sara", "Massage", "Lina") == (outside.client_name, outside.service_name, outside.staff_name)
        assert () == look(desk, change(business(desk), Subject.STAFF, "lina", fri=["09:00-16:00"])).outside
        assert 1 == len(look(desk, change(business(desk), Subject.DATES, EVERYBODY, day=["2026-03-13"])).outside)


def _price(desk: Desk) -> str:
    return str(next(one for one in business(desk)["services"] if one["key"] == "haircut")["price"])

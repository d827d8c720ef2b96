"""What stands in the cells of other systems' files: read as it was meant, or refused with a reason."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.booking import BookingStatus
from handlers.importing import values
from handlers.importing.columns import Cells, column
from handlers.importing.rows import BadValue, SourceRow


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "order", "found"),
        [
            ("2026-03-16 09:00", "", datetime(2026, 3, 16, 9)),
            ("2026-03-16T09:00:30", "", datetime(2026, 3, 16, 9, 0, 30)),
            ("2026-03-16T09:00:00Z", "", datetime(2026, 3, 16, 9, tzinfo=UTC)),
            ("16/03/2026 09:00", "", datetime(2026, 3, 16, 9)),
            ("03/16/2026 9:05 PM", "", datetime(2026, 3, 16, 21, 5)),
            ("5/3/2026 9 am", "dmy", datetime(2026, 3, 5, 9)),
            ("5/3/2026 12am", "mdy", datetime(2026, 5, 3, 0)),
            ("5.3.2026, 17:30", "dmy", datetime(2026, 3, 5, 17, 30)),
            ("3/3/2026 09:00", "", datetime(2026, 3, 3, 9)),
        ],
    )
    def test_they_are_read(self, text: str, order: str, found: datetime) -> None:
        assert found == values.wall_clock(text, order)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("5/3/2026 09:00", "can be read in two ways: give --dates dmy or --dates mdy"),
            ("31/02/2026 09:00", "there is no such date"),
            ("2026-02-30 09:00", "is no date and time"),
            ("tomorrow", "is no date and time"),
            ("16/03/2026 25:00", "there is no such time of day"),
            ("16/03/2026 13 pm", "there is no such time of day"),
            ("0001-01-01 00:00", "its year is 1"),
            ("3026-03-16 09:00", "its year is 3026"),
        ],
    )
    def test_what_is_none_is_refused(self, text: str, said: str) -> None:
        with pytest.raises(BadValue, match=said):
            values.wall_clock(text, "")

    def test_wall_time_is_of_its_zone(self) -> None:
        london = ZoneInfo("Europe/London")
        assert datetime(2026, 7, 1, 8, tzinfo=UTC) == values.moment(datetime(2026, 7, 1, 9), london)
        assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == values.moment(datetime(2026, 10, 25, 1, 30), london)
        with pytest.raises(BadValue, match="there is no 01:30 on 2026-03-29 in Europe/London"):
            values.moment(datetime(2026, 3, 29, 1, 30), london)

    @pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "", "+03:00"])
    def test_a_zone_must_be_known(self, name: str) -> None:
        with pytest.raises(BadValue, match="is no time zone"):
            values.zone_named(name)

    @pytest.mark.parametrize(
        ("text", "found"),
        [("60", 60), ("60 min", 60), ("90.0", 90), ("01:30:00", 90), ("0:45:00", 45), ("1 00:30:00", 1470)],
    )
    def test_lengths_are_read(self, text: str, found: int) -> None:
        assert timedelta(minutes=found) == values.length(text)

    @pytest.mark.parametrize("text", ["an hour", "-5", "1:30", "1e3"])
    def test_what_is_no_length_is_refused(self, text: str) -> None:
        with pytest.raises(BadValue, match="is no length"):
            values.length(text)

    @pytest.mark.parametrize(
        ("text", "found"), [("18:00", time(18)), ("6 pm", time(18)), ("06:30:00", time(6, 30)), ("17h30", time(17, 30))]
    )
    def test_clocks_are_read(self, text: str, found: time) -> None:
        assert found == values.clock(text)


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "currency", "found"),
        [
            ("79.00", "USD", (7900, "USD")),
            ("79", "USD", (7900, "USD")),
            ("79,5", "EUR", (7950, "EUR")),
            ("1,234.50", "USD", (123450, "USD")),
            ("1.234,50", "EUR", (123450, "EUR")),
            ("1 234,50", "EUR", (123450, "EUR")),
            ("1,234", "USD", (123400, "USD")),
            ("£12", "GBP", (1200, "GBP")),
            ("12.50 GBP", "USD", (1250, "GBP")),
            ("KES 2500", "USD", (250000, "KES")),
            ("1.500", "KWD", (1500, "KWD")),
            ("1500", "JPY", (1500, "JPY")),
        ],
    )
    def test_they_are_read(self, text: str, currency: str, found: tuple[int, str]) -> None:
        assert found == values.amount(text, currency)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("free", "is no amount"),
            ("=1+1", "is no amount"),
            ("-5", "wanted an amount from 0"),
            ("99999999", "wanted an amount from 0"),
            ("1.5 JPY", "has no such fraction"),
        ],
    )
    def test_what_is_none_is_refused(self, text: str, said: str) -> None:
        with pytest.raises(BadValue, match=said):
            values.amount(text, "USD")


class TestPeople:
    @pytest.mark.parametrize(
        ("text", "region"),
        [
            ("+974 5550 1234", ""),
            ("0097455501234", ""),
            ("5550 1234", "QA"),
            ("'+97455501234", ""),
            ("tel:+97455501234", ""),
        ],
    )
    def test_telephones_are_e164(self, text: str, region: str) -> None:
        assert "+97455501234" == values.phone(text, region)

    @pytest.mark.parametrize("text", ["call me", "123", "5550 1234", "+9"])
    def test_what_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(BadValue, match="is no telephone number"):
            values.phone(text, "")

    def test_addresses_are_in_small_letters(self) -> None:
        assert "sara@example.com" == values.email("mailto:Sara@Example.com ")
        for text in ("sara", "sara@", "a b@example.com", "sara@example", f"{'x' * 250}@example.com"):
            with pytest.raises(BadValue, match="is no email address"):
                values.email(text)

    def test_statuses_are_those_of_every_day(self) -> None:
        assert BookingStatus.NO_SHOW is values.status("No-Show")
        assert BookingStatus.CONFIRMED is values.status(" Approved ")
        with pytest.raises(BadValue, match='status "maybe" is none that is known: absent, accepted'):
            values.status("maybe")


class TestColumns:
    @pytest.mark.parametrize("name", ["Student User", "studentUser", "student__user", " STUDENT-USER "])
    def test_one_way_to_write_a_name(self, name: str) -> None:
        assert "student_user" == column(name)

    def test_the_first_that_says_something_counts(self) -> None:
        cells = Cells({"teacher": " ", "staff": "Lina", "session_course_name": "Yoga", "course": "9"})
        assert ("Lina", "Yoga", "") == (cells.text("staff"), cells.text("service"), cells.text("phone"))

    def test_signs_that_nobody_can_read_are_left_out(self) -> None:
        assert "Sara Ahmed" == Cells({"client": "Sara\x00 Ah\x1bmed"}).text("person")

    def test_an_empty_column_more_changes_no_checksum(self) -> None:
        row = SourceRow(2, {"id": "1", "status": "done"})
        assert row.checksum == SourceRow(9, {"status": "done", "id": "1", "notes": ""}).checksum
        assert row.checksum != SourceRow(2, {"id": "1", "status": "cancelled"}).checksum

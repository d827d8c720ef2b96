"""All that is held on somebody is handed to them, readable, and nothing of anybody else."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.exporting import as_json, as_page, held_on, write_private
from handlers.person_exported import SECTIONS
from models.bookings import bookings
from models.conversations import conversations
from models.personal_data import FATES, Fate
from tests.conftest import MakeDesk
from tests.handlers.marked import MAIL, NAME, NUMBER, SMS, WHATSAPP, WORDS, traces_in
from tests.handlers.planner import Planner
from tests.handlers.salon import OMAR, TOM, Salon
from tests.handlers.test_forgotten import cancel_ahead, forgotten, key, lived, number_of

pytestmark = pytest.mark.every_database
__all__ = ["key"]
EVIL = "<script>alert(1)</script>"


def flat(held: Any) -> str:
    return json.dumps(held, ensure_ascii=False)


def test_everything_that_would_be_erased_is_handed_out(salon: Salon) -> None:
    desk, number = salon.desk, lived(salon)
    held = held_on(desk, number)
    assert held is not None
    said = flat(held)
    assert {*traces_in(f"{NAME} {NUMBER} {MAIL} {WORDS}")} <= {*traces_in(said)}
    missing = [words for words in personal_words(desk, number) if words not in said]
    assert [] == missing
    (booked, *_) = held["bookings"]
    assert ("Massage", "Lina", "50.00 USD") == (booked["service"], booked["staff"], booked["price"])
    assert booked["start at"].endswith("+03:00")
    assert "in Asia/Qatar" == held["times"]
    assert ["regular"] == next(one["labels"] for one in held["conversations"] if "labels" in one)


def personal_words(desk: Desk, number: int) -> list[str]:
    """What stands in the columns that forgetting empties, of the rows that are theirs."""
    rooms = desk.database.read(
        lambda s: list(s.execute(select(conversations.c.id).where(conversations.c.client_id == number)).scalars())
    )
    found: list[str] = []

    def look(session: Session) -> None:
        for section in SECTIONS:
            table = section.column.table
            wanted = section.column.in_(rooms if section.whose == "conversations" else [number])
            if section.whose not in ("conversations", "clients"):
                continue
            for row in session.execute(select(table).where(wanted)):
                for name, fate in FATES[table.name].items():
                    value = getattr(row, name)
                    if fate is Fate.BLANKED and isinstance(value, str) and name not in ("token", "page_token"):
                        found.append(json.dumps(value, ensure_ascii=False)[1:-1])

    desk.database.read(look)
    assert found
    return found


def test_nothing_of_anybody_else_is_in_it(salon: Salon) -> None:
    desk = salon.desk
    salon.text(SMS, "massage tomorrow 3pm")
    salon.text(SMS, "yes")
    salon.text(TOM, f"haircut tomorrow 4pm, note: {WORDS}")
    salon.text(TOM, "yes")
    salon.text(OMAR, "approve 1")
    salon.text(OMAR, f"note 2 he knows {NAME}")
    other = flat(held_on(desk, number_of(desk, SMS.address)))
    assert TOM.address not in other
    assert WORDS not in other
    assert OMAR.address not in other
    assert NUMBER not in flat(held_on(desk, number_of(desk, TOM.address)))
    assert held_on(desk, 9999) is None


def test_what_they_typed_is_never_markup(salon: Salon) -> None:
    salon.text(SMS, f"hello {EVIL}")
    held = held_on(salon.desk, number_of(salon.desk, NUMBER))
    assert held is not None
    page = as_page(held)
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert EVIL in json.loads(as_json(held))["messages"][0]["body"]


def test_sealed_answers_are_opened_by_the_key_and_say_so_where_it_is_missing(make_desk: MakeDesk, salon: Salon) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    salon.text(SMS, "massage tomorrow 3pm")
    salon.text(SMS, "yes")
    desk = make_desk(encryption_key=old)
    assert desk.sealer is not None
    sealed = desk.sealer.seal(f"I have {WORDS}", desk.clock.now())
    keep = bookings.update().values(intake_answers={"health": sealed, "other": None})
    desk.database.transact(lambda session: session.execute(keep))
    person = number_of(desk, NUMBER)
    for keys, wanted in ((old, f"I have {WORDS}"), (f"{new},{old}", f"I have {WORDS}"), (new, "sealed by another key")):
        held = held_on(make_desk(encryption_key=keys), person)
        assert held is not None
        assert held["bookings"][0]["answers to the intake"]["health"].startswith(wanted)
    held = held_on(salon.desk, person)
    assert held is not None
    assert "ENCRYPTION_KEY" in held["bookings"][0]["answers to the intake"]


def test_of_who_was_forgotten_only_the_books_are_left(salon: Salon) -> None:
    desk, number = salon.desk, lived(salon)
    cancel_ahead(desk, number, "operator:1")
    forgotten(desk, number)
    held = held_on(desk, number)
    assert held is not None
    assert [] == traces_in(flat(held))
    assert held["bookings"]


def test_a_wedding_is_handed_out_too(planner: Planner) -> None:
    planner.wedding(WHATSAPP, "consultation tomorrow at 3pm", name=f"{NAME} & Omar", email=MAIL, requests=WORDS)
    planner.settle()
    held = held_on(planner.desk, number_of(planner.desk, NUMBER))
    assert held is not None
    assert WORDS == held["engagements"][0]["requests"]
    assert MAIL == held["client records"][0]["email"]
    assert held["milestones"]


def test_files_are_their_owners_alone_and_overwrite_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_private(path, "words")
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    with pytest.raises(FileExistsError):
        write_private(path, "others")
    assert "words" == path.read_text()

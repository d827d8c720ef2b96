"""Every text column of every table is said to be personal or not, and what is said is done."""

import pytest
from sqlalchemy import JSON

from handlers.person_exported import SECTIONS
from models.base import metadata
from models.people_named import IN_ROOMS, OF_PEOPLE
from models.personal_data import FATES, LISTS, Fate, emptied, is_text, nothing
from models.retention import EMPTIED
from models.tables import __all__ as every_table


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_every_text_column_says_whether_it_is_personal(table: object) -> None:
    """Whoever adds a column says in models/personal_data.py what becomes of it where somebody is forgotten."""
    texts = {column.name for column in table.columns if is_text(column)}  # type: ignore[attr-defined]
    assert texts == set(FATES.get(table.name, {}))  # type: ignore[attr-defined]


def test_nothing_is_said_of_what_is_not_there() -> None:
    assert set(FATES) <= set(every_table)
    assert OF_PEOPLE | IN_ROOMS <= set(FATES)
    for name in LISTS:
        table, _, column = name.partition(".")
        assert isinstance(metadata.tables[table].c[column].type, JSON)


def test_what_is_emptied_may_be_empty() -> None:
    for name, fates in FATES.items():
        table = metadata.tables[name]
        for column, value in emptied(table).items():
            assert value is not None or table.c[column].nullable
            assert value == nothing(table.c[column])
        assert {column for column, fate in fates.items() if fate is Fate.BLANKED} == set(emptied(table))


def test_retention_empties_columns_as_forgetting_does() -> None:
    for table, (_, values) in EMPTIED.items():
        assert {name: nothing(table.c[name]) for name in values} == dict(values)


def test_all_that_is_erased_of_a_person_is_handed_out_to_them() -> None:
    """What is theirs alone: not what only leads to it, and not what is looked up to be handed to a program."""
    handed = {section.column.table.name for section in SECTIONS}
    erased = {name for name, fates in FATES.items() if {Fate.BLANKED, Fate.DELETED} & set(fates.values())}
    assert {"api_tokens", "provider_calls", "send_budgets", "webhook_deliveries", "webhook_events"} == erased - handed

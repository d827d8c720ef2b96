"""What the database has answered, in the names that SQLAlchemy has for it, as far as this program asks: SQLAlchemy's
rows and results take longer to make than most of our questions take to be answered."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy.exc import MultipleResultsFound, NoResultFound

Make = Callable[[Sequence[Any]], Any]


class Answered:
    """The rows of one statement, or the first cell of each. `make` turns a row of the driver's into one of ours."""

    __slots__ = ("_make", "rows")

    def __init__(self, rows: Sequence[Any], make: Make | None) -> None:
        self.rows, self._make = rows, make

    def all(self) -> list[Any]:
        return [*self.rows] if self._make is None else [self._make(row) for row in self.rows]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    def first(self) -> Any:
        """None where there is none."""
        if not self.rows:
            return None
        return self.rows[0] if self._make is None else self._make(self.rows[0])

    def one_or_none(self) -> Any:
        """Raises MultipleResultsFound."""
        if len(self.rows) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def one(self) -> Any:
        """Raises NoResultFound and MultipleResultsFound."""
        if not self.rows:
            raise NoResultFound("No row was found when one was required")
        return self.one_or_none()

    def scalars(self) -> "Answered":
        return Answered([row[0] for row in self.rows], None)

    def scalar(self) -> Any:
        """The first cell of the first row; None where there is none."""
        return self.rows[0][0] if self.rows else None

    def scalar_one(self) -> Any:
        return self.scalars().one()

    def scalar_one_or_none(self) -> Any:
        return self.scalars().one_or_none()


@cache
def row_of(names: tuple[str, ...]) -> Make:
    """What makes rows whose cells have these names."""
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    return partial(tuple.__new__, kind)

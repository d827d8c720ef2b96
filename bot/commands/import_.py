"""`import`: take over what another system has kept, row by row. Safe to repeat; nobody is texted by it."""

import argparse
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.database import DatabaseAway
from bot.desk import Desk
from bot.imports.encodings import UnknownEncoding, encoding_named, encoding_of
from bot.imports.events import Events
from bot.imports.progress import Progress
from bot.imports.report import Report
from bot.imports.sources import Source, Unreadable
from handlers.circumstances import Circumstances
from handlers.importing.imported import rows_imported
from handlers.importing.rows import BadValue, ImportKind, Outcome, SourceRow
from handlers.importing.setup import Defaults, ImportSetup, import_setup

BATCH = 1000
"""Rows in one transaction."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV, JSON, JSON lines or iCalendar")
    parser.add_argument("--kind", type=ImportKind, choices=list(ImportKind), required=True, help="what its rows are")
    parser.add_argument(
        "--dry-run", action="store_true", help="find out what would become of each row, and keep nothing"
    )
    parser.add_argument("--report", type=Path, metavar="CSV", help="where to write what became of each row")
    parser.add_argument("--staff", default="", metavar="KEY", help="with whom it is where a row does not say")
    parser.add_argument("--service", default="", metavar="KEY", help="which service it is where a row does not say")
    parser.add_argument(
        "--dates", default="", choices=("dmy", "mdy"), help="how 5/3/2026 is meant, where not by region"
    )
    parser.add_argument("--encoding", default="", help="of the file, where that cannot be told (cp1252, cp1256 …)")


def run(arguments: argparse.Namespace) -> int:
    _refuse_no_file(arguments.file, arguments.report)
    desk = ready_desk()
    try:
        with Report(arguments.report) as report:
            take_over(desk, arguments, report)
        if not arguments.dry_run:
            written_down(desk.database, "imported", words=arguments.kind)
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}.")
    finally:
        desk.database.dispose()
    print("\n".join(report.lines()) or "The file has no rows.")
    if arguments.dry_run:
        print("That is what would be: nothing was kept.")
    return 1 if report.has_trouble else 0


def _refuse_no_file(path: Path, report: Path | None) -> None:
    """A file is read more than once, which a pipe cannot be; and a report would be written over it."""
    if path.exists() and not path.is_file():
        stop(f"{path} is no file: write into one what comes from there.")
    if report is not None and report.exists() and path.exists() and report.samefile(path):
        stop("The report cannot be written into the file that is read.")


def take_over(desk: Desk, arguments: argparse.Namespace, report: Report) -> None:
    """The file's rows, one after the other, and what becomes of each to the report. Raises OSError."""
    defaults = Defaults(arguments.staff, arguments.service, arguments.dates)
    try:
        setup = desk.database.read(lambda s: import_setup(s, desk.profiles.current(s), defaults))
        source = _source(desk, arguments, setup)
    except (BadValue, UnknownEncoding) as wrong:
        stop(f"{wrong}.")
    progress, circumstances = Progress(), desk.circumstances(uuid4().hex)
    try:
        with _little_garbage() as collect:
            kind, dry_run = arguments.kind, arguments.dry_run
            for some in outcomes(desk, kind, source.rows(), setup, circumstances, dry_run=dry_run):
                report.add(some)
                progress.tell(source.read, report.rows)
                collect()
    except (Unreadable, DatabaseAway) as wrong:
        progress.end()
        of = arguments.file if isinstance(wrong, Unreadable) else "The database is away"
        stop("\n".join([f"{of}: {wrong}.", "Taken over before that:", *report.lines()]))
    progress.end()


@contextmanager
def _little_garbage() -> Iterator[Callable[[], int]]:
    """Garbage is looked for only when a batch is done, and hardly anything of it is left to be looked through: at any
    time it would take a sixth of all. What is loaded by now stays."""
    gc.freeze()
    gc.disable()
    try:
        yield partial(gc.collect, 1)
    finally:
        gc.enable()


def _source(desk: Desk, arguments: argparse.Namespace, setup: ImportSetup) -> Source | Events:
    """Raises OSError, and UnknownEncoding."""
    source = source_of(desk, arguments.file, arguments.kind, arguments.encoding, setup)
    if source is None:
        stop("Whose calendar is it? Give --staff and a key of business.toml.")
    return source


def source_of(desk: Desk, path: Path, kind: ImportKind, encoding: str, setup: ImportSetup) -> Source | Events | None:
    """What reads the file; None for a calendar of nobody. Raises OSError, and UnknownEncoding."""
    if kind is not ImportKind.ICS:
        return Source(path, encoding_named(encoding) if encoding else encoding_of(path))
    return Events(path, setup.own_staff.zone, desk.clock.now()) if setup.own_staff is not None else None


def outcomes(
    desk: Desk,
    kind: ImportKind,
    rows: Iterator[SourceRow],
    setup: ImportSetup,
    circumstances: Circumstances,
    *,
    dry_run: bool,
) -> Iterator[list[Outcome]]:
    """What becomes of some rows after the others: a transaction each, or one that is given up."""
    if not dry_run:
        for batch in _batches(rows):
            deed = partial(rows_imported, kind=kind, rows=batch, setup=setup, circumstances=circumstances)
            yield desk.database.transact(deed)
        return
    with Session(desk.database.desk_engine()) as session, session.begin() as transaction:
        for batch in _batches(rows):
            yield rows_imported(session, kind, batch, setup, circumstances)
        transaction.rollback()


def _batches(rows: Iterable[SourceRow]) -> Iterator[list[SourceRow]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch

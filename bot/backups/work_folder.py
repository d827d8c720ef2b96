"""A folder to work in, beside what is made in it: what dead processes left there holds what people wrote."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.durable import names

ENDING = ".unfinished"


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """On the same disk as `beside`, for its owner alone, and gone afterwards; gone are also those of processes that
    died, which hold no lock any more."""
    for name in list(names(beside.parent)):
        if name.startswith(f".{beside.name}.") and name.endswith(ENDING):
            with suppress(OSError), _locked(beside.parent / name):
                shutil.rmtree(beside.parent / name, ignore_errors=True)
    folder = beside.parent / f".{beside.name}.{secrets.token_hex(8)}{ENDING}"
    folder.mkdir(mode=0o700)
    with _locked(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Raises BlockingIOError where its process lives."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)

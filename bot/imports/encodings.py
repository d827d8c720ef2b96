"""In which encoding a file is written: what it says itself, else the first that fits."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LOOK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How Excel's and LibreOffice's own files begin."""
_OF_A_MAC = re.compile(rb"[a-z][\x82-\x84\x86-\x8c\x8e\x91\x93\x98\x9b\x9f]")
"""Letters of MacRoman within a word; in Windows-1252 they are signs that stand nowhere behind a small letter."""


class UnknownEncoding(Exception):
    """It is in none that we would guess; the words say what to do."""


def encoding_of(path: Path) -> str:
    """By its mark, by the empty halves of its signs, as UTF-8 if all of it is, else as Windows writes it in the West.

    Raises UnknownEncoding."""
    with path.open("rb") as file:
        head = file.read(LOOK)
        if head.startswith(_SPREADSHEETS):
            raise UnknownEncoding(f"{path} is a spreadsheet: save it as CSV")
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if len(head) > 1 and (wide := _wide(head)):
            return wide
        if _is_utf8(file, path):
            return "utf-8"
        if _is_western(file, path):
            return "cp1252"
    raise UnknownEncoding(f"{path} is neither UTF-8 nor Windows-1252: say what it is, such as --encoding cp1256")


def encoding_named(name: str) -> str:
    """Raises UnknownEncoding."""
    try:
        " ".encode(name)
    except LookupError:
        raise UnknownEncoding(f'"{name}" is no encoding such as cp1256') from None
    return name


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: of mostly Western signs every other byte is empty."""
    half = len(head) // 2
    if head[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > 0.4 * half else ""


def _is_utf8(file: BinaryIO, path: Path) -> bool:
    """Raises UnknownEncoding where it is UTF-8 but damaged: read otherwise, every name in it would be wrong."""
    decoder, place, has_wide = codecs.getincrementaldecoder("utf-8")(), 0, False
    for chunk in _chunks(file):
        waiting = len(decoder.getstate()[0])
        try:
            has_wide |= not decoder.decode(chunk, final=not chunk).isascii()
        except UnicodeDecodeError as error:
            if has_wide or not error.object[: error.start].isascii():
                where = f"byte {place - waiting + error.start:,}"
                raise UnknownEncoding(f"{path} is UTF-8, but damaged at {where}: mend it, or say --encoding") from None
            return False
        place += len(chunk)
    return True


def _is_western(file: BinaryIO, path: Path) -> bool:
    """Raises UnknownEncoding where it may as well be of an old Mac."""
    for chunk in _chunks(file):
        try:
            chunk.decode("cp1252")
        except UnicodeDecodeError:
            return False
        if _OF_A_MAC.search(chunk):
            raise UnknownEncoding(f"{path} is of a Mac or of Windows: say --encoding mac_roman or --encoding cp1252")
    return True


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """All of it from the beginning; the last one is empty."""
    file.seek(0)
    while chunk := file.read(LOOK):
        yield chunk
    yield b""

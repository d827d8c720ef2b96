"""In which encoding a file is written: what it says itself, else the first that fits."""

import codecs
from pathlib import Path

LOOK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnknownEncoding(Exception):
    """It is in none that we would guess; the words say what to do."""


def encoding_of(path: Path) -> str:
    """By its mark, by the empty halves of its signs, as UTF-8 if all of it is, else as Windows writes it in the West.

    Raises UnknownEncoding."""
    with path.open("rb") as file:
        head = file.read(LOOK)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if len(head) > 1 and (wide := _wide(head)):
            return wide
        file.seek(0)
        if _decodes(file, "utf-8"):
            return "utf-8"
        file.seek(0)
        if _decodes(file, "cp1252"):
            return "cp1252"
    raise UnknownEncoding(f"{path} is neither UTF-8 nor Windows-1252: say what it is, such as --encoding cp1256")


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: of mostly Western signs every other byte is empty."""
    half = len(head) // 2
    if head[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > 0.4 * half else ""


def _decodes(file: object, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while chunk := file.read(LOOK):  # type: ignore[attr-defined]
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

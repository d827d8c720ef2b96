"""A backup is one zip file: the parts of an installation, and a manifest that names each with its sum."""

import hashlib
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

MANIFEST, DATABASE, SECRET_KEY = "manifest.json", "database.db", "secret_key"
JOURNAL, QUARANTINE, HISTORY = "journal", "quarantine", "setup-history"
_NAME = rf"^({re.escape(DATABASE)}|{SECRET_KEY}|({JOURNAL}|{QUARANTINE}|{HISTORY})/[A-Za-z0-9][A-Za-z0-9._-]{{0,199}})$"
_PIECE = 1024 * 1024
_LARGEST_MANIFEST = 64 * 1024 * 1024


class BadArchive(Exception):
    """What is no whole backup of ours; the words say why, for people."""


class Part(BaseModel):
    """One file of it. No name leads out of a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, Field(pattern=_NAME)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """What a backup holds. `schema_version` is the migration that the database was at; `audit_seal` the last seal of
    the audit log, as NUMBER:HASH."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    form: Literal["textbook-backup"]
    version: Literal[1]
    schema_version: Annotated[str, Field(pattern="^[0-9]{4}$")]
    taken_at: AwareDatetime
    audit_seal: str
    parts: tuple[Part, ...]


def write_archive(
    path: Path, sources: Mapping[str, Path | bytes], schema_version: str, taken_at: datetime, audit_seal: str
) -> Manifest:
    """Write a new file that its owner alone reads; it is on the disk when this returns. Raises OSError."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            parts = tuple(_add(archive, name, source) for name, source in sources.items())
            manifest = Manifest(
                form="textbook-backup", version=1, schema_version=schema_version, taken_at=taken_at,
                audit_seal=audit_seal, parts=parts,
            )  # fmt: skip
            archive.writestr(_entry(MANIFEST), manifest.model_dump_json(indent=2))
        file.flush()
        os.fsync(file.fileno())
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup, of which every byte is as it was written. Raises BadArchive, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            for part in manifest.parts:
                copy_part(archive, part, None)
            yield archive, manifest
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadArchive("it is no backup of ours, or not all of one") from error


def copy_part(archive: zipfile.ZipFile, part: Part, to: IO[bytes] | None) -> None:
    """Write a part there, or only look at it. Raises BadArchive where it is not what the manifest says."""
    digest, size = hashlib.sha256(), 0
    with archive.open(part.name) as source:
        while size <= part.size and (piece := source.read(_PIECE)):
            digest.update(piece)
            size += len(piece)
            if to is not None:
                to.write(piece)
    if size != part.size or digest.hexdigest() != part.sha256:
        raise BadArchive(f"{part.name} in it is not what was written")


def sum_of(path: Path) -> str:
    """SHA-256 of a whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    names = Counter(archive.namelist())
    if any(entry.flag_bits & 0x1 for entry in archive.infolist()) or names[MANIFEST] != 1:
        raise BadArchive("it is no backup of ours")
    if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
        raise BadArchive("its manifest is too long")
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError:
        raise BadArchive("its manifest is none that this version knows") from None
    if names != Counter((MANIFEST, *(part.name for part in manifest.parts))):
        raise BadArchive("it holds other files than its manifest says")
    if DATABASE not in names:
        raise BadArchive("there is no database in it")
    return manifest


def _add(archive: zipfile.ZipFile, name: str, source: Path | bytes) -> Part:
    digest, size = hashlib.sha256(), 0
    with archive.open(_entry(name), "w", force_zip64=True) as into:
        for piece in _pieces(source):
            digest.update(piece)
            size += len(piece)
            into.write(piece)
    return Part(name=name, size=size, sha256=digest.hexdigest())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


def _pieces(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece

"""What the Export API sends: a zip of gzipped NDJSON files, one or several an hour, whose names tell project and hour.

Nothing is held in memory: members are copied out packed as they are, and hashed on the way.
"""

import gzip
import hashlib
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from pipelines.clock import parse_time
from pipelines.events.usage import EXPORTS, HOUR_NAME, UsageHour
from pipelines.sources.base import RawRecord, mapping_of

ZIP, GZIP = b"PK", b"\x1f\x8b"
_NAME = re.compile(r"(?:^|[/_])(\d+)_(\d{4}-\d\d-\d\d)_(\d{1,2})#(\d+)\.json(?:\.gz)?$")
_PIECE = 1 << 20
# Flags, time and system of a gzip header differ between two packings of the same content.
_GZIP_HEADER = 10
_PEEKED = 4 * 1024 * 1024


class BrokenArchiveError(ValueError):
    """An archive or a file in it is not whole. The message says which."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of events, packed by gzip.

    Attributes:
        project, hour: as its name tells, or else its first event.
        digest: of its packed content, without the header that tells when it was packed.
    """

    name: str
    project: str
    hour: datetime
    file: Path
    bytes: int
    digest: str


def unpacked(archive: Path, into: Path) -> list[Member]:
    """Copy the members of an archive out; a file that is one packed member itself is a list of one.

    Raises:
        BrokenArchiveError: it is cut off, broken, or something else.
    """
    into.mkdir(parents=True, exist_ok=True)
    with archive.open("rb") as file:
        head = file.read(2)
    if head == GZIP:
        _proven(archive)
        with archive.open("rb") as file:
            return [_member(archive.name, file, into, 0)]
    if head != ZIP:
        raise BrokenArchiveError(f"{archive.name} is neither a zip nor a gzip file")
    try:
        with zipfile.ZipFile(archive) as opened:
            files = sorted(one for one in opened.namelist() if not one.endswith("/"))
            return [_copied(opened, name, into, number) for number, name in enumerate(files)]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise BrokenArchiveError(f"{archive.name} is cut off or broken ({error})") from None


def hours(members: Iterable[Member]) -> Iterator[UsageHour]:
    """Put the files of each hour together, in the order of time, with the record that the log keeps of it."""
    found: dict[tuple[str, datetime], list[Member]] = defaultdict(list)
    for member in members:
        found[member.project, member.hour].append(member)
    for (project, hour), files in sorted(found.items()):
        files.sort(key=lambda member: (member.name, member.digest))
        digest = hashlib.sha256("".join(member.digest for member in files).encode()).hexdigest()
        key = hour.strftime(HOUR_NAME)
        body = {
            "project": project,
            "hour": key,
            "files": len(files),
            "bytes": sum(member.bytes for member in files),
            "digest": digest,
        }
        record = RawRecord(project, EXPORTS, key, body)
        yield UsageHour(project, hour, tuple(member.file for member in files), digest, record)


def _copied(opened: zipfile.ZipFile, name: str, into: Path, number: int) -> Member:
    with opened.open(name) as packed:
        assert isinstance(packed, zipfile.ZipExtFile), "a member is opened for reading"
        if packed.peek(2)[:2] == GZIP:
            return _member(name, packed, into, number)
        # Now and then a member is not packed once more.
        plain = into / f"{number}.gz"
        with gzip.GzipFile(plain, "wb", compresslevel=1, mtime=0) as whole:
            while piece := packed.read(_PIECE):
                whole.write(piece)
    with plain.open("rb") as file:
        return _member(name, file, into, number)


def _member(name: str, packed: IO[bytes], into: Path, number: int) -> Member:
    told = _NAME.search(name)
    known = (told[1], _hour_of(told[2], told[3])) if told else None
    file = into / f"{known[1].strftime(HOUR_NAME) if known else 'unknown'}_{number}.json.gz"
    digest, size = hashlib.sha256(), 0
    with file.open("wb") as copy:
        while piece := packed.read(_PIECE):
            digest.update(piece[_GZIP_HEADER:] if not size else piece)
            size += len(piece)
            copy.write(piece)
    if known is None:
        known = _peeked(name, file)
        file = file.rename(into / f"{known[1].strftime(HOUR_NAME)}_{number}.json.gz")
    return Member(name, *known, file, size, digest.hexdigest())


def _hour_of(day: str, hour: str) -> datetime:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(hours=int(hour))


def _peeked(name: str, file: Path) -> tuple[str, datetime]:
    """Read project and hour out of the first event that tells them: the file's name does not."""
    with gzip.open(file, "rb") as lines:
        for _ in range(100):
            try:
                event = mapping_of(json.loads(lines.readline(_PEEKED)))
                at = parse_time(str(event["server_upload_time"]))
                return str(event["app"]), at.replace(minute=0, second=0, microsecond=0)
            except (ValueError, KeyError, RecursionError):
                continue
            except (OSError, EOFError, zlib.error):
                break
    raise BrokenArchiveError(f"{name} tells its project and hour neither by its name nor by an event")


def _proven(file: Path) -> None:
    """Unpack a file that no zip vouches for, to be sure that it is whole."""
    try:
        with gzip.open(file, "rb") as whole:
            while whole.read(_PIECE):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenArchiveError(f"{file.name} is cut off or broken ({error})") from None

"""Reads recorded exports: `*.zip` as the Export API sends them, and `*.json.gz`, in a folder and its sub-folders."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipelines.events.usage import UsageHour, UsagePart
from pipelines.sources.amplitude.archive import BrokenArchiveError, Member, hours, unpacked
from pipelines.sources.base import BadRecord, RawRecord, RecordingError


def read_recording(folder: Path) -> Iterator[RawRecord | BadRecord]:
    """Yield the record of each hour, without its events.

    Raises:
        RecordingError: there is nothing to read, or a file is broken.
    """
    with tempfile.TemporaryDirectory() as desk:
        newest: dict[tuple[str, str], RawRecord] = {}
        for part in read_usage(folder, Path(desk)):
            newest |= {(hour.instance, hour.record.record_key): hour.record for hour in part.hours}
        yield from (newest[key] for key in sorted(newest))


def read_usage(folder: Path, desk: Path) -> Iterator[UsagePart]:
    """Yield what each archive holds, then the loose files together; each is unpacked only when its turn comes.

    Raises:
        RecordingError: there is nothing to read, or a file is broken.
    """
    archives = sorted(folder.rglob("*.zip"))
    loose = sorted(folder.rglob("*.json.gz"))
    if not archives and not loose:
        raise RecordingError(f"{folder} holds no *.zip and no *.json.gz; put exports there as the vendor sends them")
    try:
        for number, archive in enumerate(archives):
            yield from _parts(unpacked(archive, desk / f"archive-{number}"))
            shutil.rmtree(desk / f"archive-{number}", ignore_errors=True)
        found = [
            member for number, file in enumerate(loose) for member in unpacked(file, desk / f"file-{number}")
        ]  # fmt: skip
        yield from _parts(found)
    except BrokenArchiveError as error:
        raise RecordingError(f"{folder} holds a broken file: {error}; record it again") from error


def _parts(members: list[Member]) -> Iterator[UsagePart]:
    by_project: dict[str, list[UsageHour]] = defaultdict(list)
    for hour in hours(members):
        by_project[hour.instance].append(hour)
    for project, found in sorted(by_project.items()):
        # All days but the newest are over: nobody records them hour by hour any more.
        newest = max(hour.hour for hour in found).replace(hour=0)
        yield UsagePart(project, tuple(found), settled_until=newest, is_replay=True)

"""One way to take product events in, in a process of its own: it prints seconds, processor seconds, peak and rows.

python -m tests.benchmarks.usage_ways WAY FOLDER HOME
"""

import gzip
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars

from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.amplitude import SOURCE
from pipelines.sources.base import UsageSource
from pipelines.sources.registry import sources
from pipelines.usage import reader_of
from warehouse.connection import reader, workspace

AS_OF = datetime(2026, 3, 31, 6, tzinfo=UTC)
_READ = "select event_type, count(*), count(distinct person_key), min(occurred_at) from log.{} group by all"


def bare(folder: Path, home: Path) -> int:
    """Scan and parse the files, every field by an explicit column, and nothing more: what DuckDB alone can do."""
    with gzip.open(_loose(folder)[0]) as file:
        told = json.loads(file.readline())
    kinds = {name: "JSON" if isinstance(value, dict | list) else "VARCHAR" for name, value in told.items()}
    return _parsed(folder, home, kinds)


def bare_of_ours(folder: Path, home: Path) -> int:
    """The same, but for the fields that ours does not read: they are skipped and not parsed."""
    assert isinstance(SOURCE, UsageSource)
    return _parsed(folder, home, reader_of(Settings(home=home), SOURCE).fields)


def _loose(folder: Path) -> list[Path]:
    return sorted((folder / "loose").glob("*.json.gz"))


def _parsed(folder: Path, home: Path, fields: Mapping[str, str]) -> int:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in fields.items())
    counts = ", ".join(f'count("{name}")' for name in fields)
    with workspace(home, memory_megabytes=4_000) as database:
        found = database.execute(
            f"select count(*), {counts} from read_json(?, format = 'newline_delimited', columns = {{{columns}}})",
            [[str(file) for file in _loose(folder)]],
        ).fetchall()
    return int(found[0][0])


def ours(folder: Path, home: Path) -> int:
    """Take the zip in: unpacked, hashed, read, pseudonymised, written, listed in the log."""
    take_in(Settings(home=home), Intake("amplitude", folder / "zip", "replay", AS_OF))
    return _rows(home)


def deduplicated(_folder: Path, home: Path) -> int:
    """Ask each event once."""
    return _asked(home, "usage_events")


def delivered(_folder: Path, home: Path) -> int:
    """Ask the same of every delivery, doubles and all."""
    return _asked(home, "usage_segments")


def _asked(home: Path, view: str) -> int:
    with reader(Settings(home=home).database) as connection:
        return sum(row[1] for row in connection.execute(_READ.format(view)).fetchall())


def _rows(home: Path) -> int:
    with reader(Settings(home=home).database) as connection:
        return int(connection.execute("select coalesce(sum(rows), 0) from log.segments").fetchall()[0][0])


WAYS: dict[str, Callable[[Path, Path], int]] = {
    "bare": bare, "bare-of-ours": bare_of_ours, "ours": ours, "deduplicated": deduplicated, "delivered": delivered,
}  # fmt: skip

if __name__ == "__main__":
    # What a process imports once is no part of what an event costs; dlt is imported before its clock starts, too.
    # DuckDB brings pandas along with the first value that is bound.
    importlib.import_module("pandas")
    assert polars.__version__
    assert sources()
    began, busy = time.perf_counter(), time.process_time()
    rows = WAYS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    told = {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - busy,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": rows,
    }
    sys.stdout.write(json.dumps(told) + "\n")

"""The same files by dlt, run by a Python that has it: its fastest way (Arrow) and its ordinary one (rows).

Nothing is slowed down: no pseudonyms, explicit columns, nothing unnested. python usage_dlt.py WAY FOLDER HOME
"""

import gzip
import itertools
import json
import resource
import sys
import time
from pathlib import Path

import dlt
import duckdb

FIELDS = (
    "$insert_id", "uuid", "event_type", "user_id", "device_id", "amplitude_id", "session_id", "event_time",
    "server_upload_time", "platform", "country", "version_name", "event_properties", "user_properties",
)  # fmt: skip
ORDINARY_ROWS = 10_000


def arrow(folder: Path):
    """Parse with DuckDB, which is faster than any reader of dlt's own, and hand record batches over."""
    files = sorted(str(file) for file in (folder / "loose").glob("*.json.gz"))
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in FIELDS)
    database = duckdb.connect()  # noqa: TID251 - not of the project
    names = ", ".join(f'"{name}" as "{name.strip("$")}"' for name in FIELDS)
    found = database.execute(
        f"select {names} from read_json(?, format = 'newline_delimited', columns = {{{columns}}})", [files]
    )
    for batch in found.to_arrow_reader(100_000):
        import pyarrow

        yield pyarrow.Table.from_batches([batch])


def rows(folder: Path):
    """Parse with json, as a resource is written by most."""
    for file in sorted((folder / "loose").glob("*.json.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                yield {
                    name.strip("$"): json.dumps(event[name]) if name.endswith("properties") else event[name]
                    for name in FIELDS
                }


if __name__ == "__main__":
    way, folder, home = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    home.mkdir(parents=True, exist_ok=True)
    began, busy = time.perf_counter(), time.process_time()
    told = arrow(folder) if way == "arrow" else itertools.islice(rows(folder), ORDINARY_ROWS)
    pipeline = dlt.pipeline(
        "usage", destination=dlt.destinations.duckdb(str(home / "dlt.duckdb")), dataset_name="log",
        pipelines_dir=str(home / "state"),
    )  # fmt: skip
    resource_ = dlt.resource(told, name="events", primary_key="insert_id", write_disposition="merge")
    pipeline.run(resource_)
    with duckdb.connect(str(home / "dlt.duckdb"), read_only=True) as database:  # noqa: TID251 - as above
        count = database.execute("select count(*) from log.events").fetchall()[0][0]
    sys.stdout.write(
        json.dumps(
            {
                "seconds": time.perf_counter() - began,
                "processor": time.process_time() - busy,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "rows": count,
            }
        )
        + "\n"
    )

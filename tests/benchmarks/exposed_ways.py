"""One way to compute what became of everybody who met a feature, in a process of its own: it prints what that took.

python -m tests.benchmarks.exposed_ways WAY HOME
"""

import importlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.settings import Settings
from pipelines.transform import run_dbt
from warehouse.connection import workspace

# What the models over product events stand on that is planted or drawn from what is planted; and with them.
PLANTED = ("int_flag_names", "int_feature_epochs", "int_feature_events", "int_flag_steps", "int_controlled_spans")
MODELS = (*PLANTED, "tag:usage")
# From who met a feature to what became of them.
COHORTS = ("int_exposed_acts", "int_exposed_edges", "int_exposed_windows")
# Where dbt keeps the statements that it ran.
RUN = "run/storyline/models/intermediate"
EXPOSURES, OUTCOMES = "storyline.intermediate.int_exposures", f"storyline.intermediate.{COHORTS[-1]}"
MEMORY_MEGABYTES = 2_400


def models(home: Path, told: dict[str, float]) -> None:
    """Run the models: all made anew the first time, and what a night touches after that."""
    _run(home, told, MODELS)


def cohorts(home: Path, told: dict[str, float]) -> None:
    """Run the models that the cohorts stand on, and them."""
    _run(home, told, (*PLANTED, f"+{COHORTS[-1]},tag:usage"))


def _run(home: Path, told: dict[str, float], select: tuple[str, ...]) -> None:
    outcome = run_dbt(Settings(home=home), select=select, verb="run")
    assert outcome.ok, outcome.error
    told |= {node.name: round(node.seconds, 2) for node in outcome.nodes}


def one_pass(home: Path, told: dict[str, float]) -> None:
    """Compute all stories in one pass over what is known of exposures, days, acts and events, as the models did."""
    with _beside(home) as database:
        for name in COHORTS:
            database.execute(_made_here(Settings(home=home).dbt_target.joinpath(RUN, f"{name}.sql").read_text()))
        told["rows"] = _rows(database, COHORTS[-1], told)


def by_story(home: Path, told: dict[str, float]) -> None:
    """The same by the same SQL, with a query for each story."""
    with _beside(home) as database:
        stories = database.execute(f"select distinct story_key from {EXPOSURES} order by 1").fetchall()
        codes = {name: code.replace(_named("int_exposures"), "of_story") for name, code in _codes(database).items()}
        database.execute(f"create table told as from {OUTCOMES} limit 0")
        for (story,) in stories:
            database.execute(f"create or replace table of_story as from {EXPOSURES} where story_key = ?", [story])
            for name, code in codes.items():
                database.execute(f"create or replace table {name} as {code}")
            database.execute(f"insert into told from {COHORTS[-1]}")
        told["rows"] = _rows(database, "told", told)


def _named(table: str) -> str:
    return f'"storyline"."intermediate"."{table}"'


@contextmanager
def _beside(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database of its own beside the home's, which is only read."""
    scratch = home / "beside"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    with workspace(scratch, memory_megabytes=MEMORY_MEGABYTES) as database:
        database.execute(f"attach '{Settings(home=home).database}' as storyline (read_only)")
        database.execute(f"attach '{scratch / 'beside.duckdb'}' as beside")
        database.execute("use beside")
        yield database
    shutil.rmtree(scratch)


def _codes(database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the SQL of each table of cohorts, over those of them that are made here."""
    told = dict(database.execute("select name, code from storyline.increments.tables").fetchall())
    return {name: _made_here(str(told[name])) for name in COHORTS}


def _made_here(code: str) -> str:
    for made in COHORTS:
        code = code.replace(_named(made), made)
    return code


def _rows(database: duckdb.DuckDBPyConnection, table: str, told: dict[str, float]) -> float:
    """Count the rows, and stop the clock before they are compared with the models' own: by a sum of hashes."""
    database.execute("checkpoint beside")
    _stop(told)
    digest = "select count(*), sum(cast(hash(told) as hugeint)) from {} as told"
    found = [database.execute(digest.format(name)).fetchall() for name in (table, OUTCOMES)]
    assert found[0] == found[1]
    return float(found[0][0][0])


def _stop(told: dict[str, float]) -> None:
    told.setdefault("seconds", time.perf_counter() - BEGAN[0])
    told.setdefault("processor", time.process_time() - BEGAN[1])
    told.setdefault("peak_mb", _peak_kilobytes() / 1024)


def _peak_kilobytes() -> float:
    """Return the most memory that this process held: not that of whoever started it, which `getrusage` tells too."""
    status = Path("/proc/self/status").read_text()
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


WAYS: dict[str, Callable[[Path, dict[str, float]], None]] = {
    "models": models, "cohorts": cohorts, "one-pass": one_pass, "by-story": by_story,
}  # fmt: skip
BEGAN: list[float] = []

if __name__ == "__main__":
    # What a process imports once is no part of what a night costs.
    for module in ("dbt.cli.main", "pandas"):
        importlib.import_module(module)
    BEGAN += [time.perf_counter(), time.process_time()]
    answer: dict[str, float] = {}
    WAYS[sys.argv[1]](Path(sys.argv[2]), answer)
    _stop(answer)
    sys.stdout.write(json.dumps(answer) + "\n")

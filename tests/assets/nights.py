"""A small line for the tests of the nightly job: some of the project's own models, and what Dagster kept of a night."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import yaml

import pipelines.sources as package
from pipelines.assets.nightly import NightlyOutcome, prepare_home, run_nightly
from pipelines.ingest import Intake, take_in
from pipelines.settings import PROJECT_ROOT, Settings, exported
from warehouse.connection import reader

FIXTURES = Path(package.__file__).parent
# Two that speak of the moment, and one that only records change.
MARTS = ("dim_dates", "fct_quarantine", "fct_source_freshness")
FIRST = datetime(2026, 3, 31, 6, tzinfo=UTC)
_MADE, _CHECKED = dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION
_REFERENCE = re.compile(r"ref\('(\w+)'\)")


def night(number: int) -> datetime:
    """The moment of the so-manieth night; the first is number 0."""
    return FIRST + timedelta(days=number)


def small_project(folder: Path) -> Path:
    """Copy the dbt project with these marts alone, all that they read, and every test of them that reads no more."""
    for file in (whole_project(folder) / "models" / "marts").glob("exposures*.yml"):
        file.unlink()
    models = {file.stem: file for file in (folder / "models").rglob("*.sql")}
    kept = _read_by(models, MARTS)
    for name, file in models.items():
        if name not in kept:
            file.unlink()
            file.with_suffix(".yml").unlink()
    for file in [*(folder / "models").rglob("*_unit_tests.yml"), *(folder / "data_tests").glob("*.sql")]:
        if not _references(file) <= kept:
            file.unlink()
    return without_tests(folder, "staging", "intermediate")


def whole_project(folder: Path) -> Path:
    """Copy the dbt project."""
    shutil.copytree(PROJECT_ROOT / "dbt", folder, ignore=shutil.ignore_patterns("target", "logs"))
    return folder


def without_tests(project: Path, *layers: str) -> Path:
    """Take every test of these layers out of a copied project, of all where none is named; that changes no mart."""
    if not layers:
        for file in (project / "data_tests").glob("*.sql"):
            file.unlink()
    for layer in layers or ("staging", "intermediate", "marts"):
        for file in (project / "models" / layer).rglob("*.yml"):
            told = yaml.load(file.read_text(), yaml.CSafeLoader)
            told.pop("unit_tests", None)
            for tested in (part for model in told.get("models", []) for part in (model, *model.get("columns", []))):
                tested.pop("data_tests", None)
            file.write_text(yaml.safe_dump(told))
    return project


def take_in_fixtures(settings: Settings) -> None:
    """Fill the log with what every source's own fixtures tell."""
    for source, recording in (("cloudevents", "events.ndjson"), ("github", ""), ("jira", "")):
        take_in(settings, Intake(source, FIXTURES / source / "fixtures" / recording, "replay", FIRST))


def _read_by(models: dict[str, Path], names: tuple[str, ...]) -> set[str]:
    found, due = set[str](), [*names, "int_as_of"]
    while due:
        name = due.pop()
        if name not in found:
            found.add(name)
            due += _references(models[name]) | _references(models[name].with_suffix(".yml"))
    return found


def _references(file: Path) -> set[str]:
    text = file.read_text()
    named = re.findall(r"- model: (\w+)", text) if file.suffix == ".yml" else []
    return {*_REFERENCE.findall(text), *named}


def plant_test(project: Path, sentence: str, sql: str, severity: str = "error") -> Path:
    """Add a data test to a copied project."""
    file = project / "data_tests" / f"assert_{sentence}.sql"
    file.write_text(f"{{{{ config(severity='{severity}') }}}}\n\n{sql}\n")
    return file


def small_line(folder: Path, **settings: object) -> Settings:
    """Settings of a line of two sources, each with a recording of its own that a test may break."""
    for source in ("github", "jira"):
        shutil.copytree(FIXTURES / source / "fixtures", folder / source)
    recordings = {source: (folder / source,) for source in ("github", "jira")}
    given = {"home": folder / "home", "dbt_project": small_project(folder / "project"), "recordings": recordings}
    return Settings.model_validate(given | settings)


@dataclass(frozen=True)
class Night:
    """How a night ended, and what Dagster's page shows of it.

    Attributes:
        made: what was built, as `schema/name`, with what it says of itself.
        checks: by asset and name.
    """

    outcome: NightlyOutcome
    made: dict[str, dict[str, object]]
    checks: dict[tuple[str, str], dg.AssetCheckEvaluation]

    @property
    def told(self) -> str:
        """All that a person reads."""
        return "\n".join(self.outcome.sentences)


def sleep_over(settings: Settings, number: int, sources: tuple[str, ...] = ()) -> Night:
    """Run a night and look at what Dagster kept of it."""
    outcome = run_nightly(settings, sources=sources, as_of=night(number))
    with instance(settings) as kept:
        (run,) = kept.get_runs(limit=1)
        logged = kept.all_logs(run.run_id, of_type={_MADE, _CHECKED})
    events = [entry.dagster_event for entry in logged if entry.dagster_event]
    made = [one.step_materialization_data.materialization for one in events if one.event_type is _MADE]
    checks = [one.asset_check_evaluation_data for one in events if one.event_type is _CHECKED]
    return Night(
        outcome,
        {one.asset_key.to_user_string(): {name: value.value for name, value in one.metadata.items()} for one in made},
        {(check.asset_key.to_user_string(), check.check_name): check for check in checks},
    )


@contextmanager
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open Dagster's own record of runs."""
    with exported(DAGSTER_HOME=str(prepare_home(settings))), dg.DagsterInstance.get() as kept:
        yield kept


def ask(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Ask a database file: SQL and its parameters in, rows out."""
    with reader(path) as connection:
        return connection.execute(sql, list(values)).fetchall()

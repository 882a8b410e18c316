"""The `storyline` command: parses, calls, prints. Every import of weight waits until its command runs."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pipelines.clock import now, parse_time
from pipelines.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from pipelines.transform import TransformOutcome
    from warehouse.event_log import Appended

DONE, FAILED, WRONG_USE, DONE_WITH_LOSSES, NOT_PUBLISHED = 0, 1, 2, 3, 4

_EXIT_CODES = """\b
Exit codes:
  0  done
  1  could not run now: another command is writing, or a file cannot be opened
  2  wrong use
  3  done and published, but a source failed or records went to quarantine
  4  nothing published: a key, contract or invariant test failed"""


class _Moment(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return value if isinstance(value, datetime) else parse_time(value)
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time; write 2026-03-31 or 2026-03-31T06:00:00Z", param, ctx)


_as_of = click.option(
    "--as-of", type=_Moment(), help="The moment that ages and freshness are counted from (ISO 8601; default: now)."
)


def _say(sentence: str) -> None:
    click.echo(sentence)


def _fail(sentence: str, code: int = FAILED) -> NoReturn:
    click.echo(f"storyline: {sentence}", err=True)
    sys.exit(code)


def _settings() -> Settings:
    return load_settings()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXIT_CODES,
)
@click.version_option(package_name="storyline")
def storyline() -> None:
    """One line per story, from the user interview to the measured impact.

    `storyline nightly` does it all; the other commands are its steps and its windows. Settings are in storyline.toml,
    secrets in the environment or .env, and all state lies in STORYLINE_HOME (default: warehouse/data).
    """


@storyline.command(epilog=_EXIT_CODES)
@click.option("--source", "sources", multiple=True, help="Take in only this source; may be given several times.")
@_as_of
def nightly(sources: tuple[str, ...], as_of: datetime | None) -> None:
    """Ingest, transform and publish, as one Dagster run. Safe to run again after any crash."""
    from pipelines.assets.nightly import run_nightly
    from pipelines.progress import stages

    with stages() as progress:
        outcome = run_nightly(_settings(), sources=sources, as_of=as_of or now(), progress=progress)
    for sentence in outcome.sentences:
        _say(sentence)
    sys.exit(outcome.exit_code)


@storyline.command()
@click.argument("source")
@click.argument("folder", type=click.Path(path_type=Path))
@_as_of
def replay(source: str, folder: Path, as_of: datetime | None) -> None:
    """Feed the log from recorded vendor responses in FOLDER instead of HTTP.

    SOURCE is github or jira. Sub-folders are walked: one repository or project each. Replaying a recording again
    changes nothing, and an old recording never beats newer data. Records that cannot be mapped go to quarantine; the
    exit code stays 0 and their number is said.
    """
    _take_in(source, folder, "replay", as_of)


@storyline.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@_as_of
def import_(file: Path, as_of: datetime | None) -> None:
    """Take in CloudEvents 1.0 as NDJSON (CDEvents v0.5.1 included): interviews, incidents, deployments.

    Good lines are kept; each bad line is told with its number and reason and kept in quarantine.
    """
    _take_in("cloudevents", file, "import", as_of)


def _take_in(source: str, path: Path, command: str, as_of: datetime | None) -> None:
    from pipelines.ingest import Intake, take_in
    from pipelines.progress import counting

    with counting(f"{command} {source}") as progress:
        done = take_in(_settings(), Intake(source, path, command, as_of or now()), progress=progress)
    _say(_told(source, done))
    for reason in done.reasons[:10]:
        _say(f"  in quarantine: {reason}")
    if len(done.reasons) > 10:
        _say(f"  and {len(done.reasons) - 10:,} more; the table fct_quarantine lists them all")


def _told(source: str, done: "Appended") -> str:
    return (
        f"{source}: {done.records_seen:,} records read, {done.new_records:,} new, "
        f"{done.new_events:,} new events, {done.quarantined:,} to quarantine."
    )


@storyline.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write every current event to FILE as CloudEvents 1.0 (NDJSON), in order of time."""
    from pipelines.export import export_events
    from pipelines.progress import counting
    from warehouse.store import open_log

    with (
        open_log(_settings(), command="storyline export", since=now()) as connection,
        counting("export") as progress,
    ):
        count = export_events(connection, file, progress=progress)
    _say(f"{count:,} events written to {file}.")


@storyline.command(epilog=_EXIT_CODES)
def transform() -> None:
    """Build and test every model over the log, without publishing."""
    from pipelines.transform import transform as run

    _build(run)


@storyline.command(epilog=_EXIT_CODES)
def rebuild() -> None:
    """Drop every derived table, map the kept raw records again and build all; the result is the same."""
    from pipelines.transform import rebuild as run

    _build(run)


def _build(run: "Callable[..., TransformOutcome]") -> NoReturn:
    from pipelines.progress import stages

    with stages() as progress:
        outcome = run(_settings(), progress=progress)
    for sentence in outcome.sentences:
        _say(sentence)
    sys.exit(DONE if outcome.ok else NOT_PUBLISHED)


@storyline.command(epilog=_EXIT_CODES)
def publish() -> None:
    """Replace the serving file, which every reader opens, in one atomic step."""
    from warehouse.serving import NotPublishableError
    from warehouse.serving import publish as run

    try:
        published = run(_settings())
    except NotPublishableError as error:
        _fail(str(error), NOT_PUBLISHED)
    _say(f"Published {published.tables} tables, {published.rows:,} rows: {published.path}")


@storyline.command()
@click.argument("key")
def explain(key: str) -> None:
    """Tell why each pull request, deployment and incident is, or is not, tied to story KEY."""
    from pipelines.explain import UnknownStoryError
    from pipelines.explain import explain as tell

    try:
        for line in tell(_settings(), key):
            _say(line)
    except UnknownStoryError as error:
        _fail(str(error), WRONG_USE)


@storyline.command()
def doctor() -> None:
    """Look at settings, lock, freshness, links and quarantine, and say what to do."""
    from pipelines.doctor import examine

    findings = examine(_settings())
    for finding in findings:
        _say(f"{finding.status:<5}  {finding.sentence}")
    sys.exit(DONE_WITH_LOSSES if any(finding.status == "act" for finding in findings) else DONE)


@storyline.command()
@click.option("--port", default=8501, show_default=True, help="Port on the loopback address.")
def app(port: int) -> None:
    """Open the report on http://127.0.0.1:8501; ends with Ctrl-C."""
    from pipelines.pages import serve_report

    sys.exit(serve_report(_settings(), port=port))


@storyline.command()
@click.option("--port", default=3000, show_default=True, help="Port on the loopback address.")
def dagster(port: int) -> None:
    """Open Dagster's page on http://127.0.0.1:3000: runs, lineage, schedule; ends with Ctrl-C."""
    from pipelines.pages import serve_dagster

    sys.exit(serve_dagster(_settings(), port=port))


def main(command: Callable[..., Any] = storyline) -> None:
    """Run the command; turn what a person can mend into one sentence and an exit code."""
    from pipelines.sources.base import RecordingError
    from pipelines.sources.registry import UnknownSourceError
    from warehouse.connection import WarehouseError
    from warehouse.lock import Locked

    try:
        command()
    except (SettingsError, RecordingError, UnknownSourceError) as error:
        _fail(str(error), WRONG_USE)
    except (Locked, WarehouseError) as error:
        _fail(str(error))


if __name__ == "__main__":
    main()

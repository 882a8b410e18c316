"""The `storyline` command: parses, calls, prints. Every import of weight waits until its command runs."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pipelines.cli_intake import import_, ingest, replay
from pipelines.cli_parts import DONE, DONE_WITH_LOSSES, EXIT_CODES, NOT_PUBLISHED, WRONG_USE, as_of, fail, say
from pipelines.cli_spec import spec
from pipelines.cli_writeback import writeback
from pipelines.clock import now
from pipelines.settings import SettingsError, load_settings, settings_file

if TYPE_CHECKING:
    from pipelines.transform import TransformOutcome


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(package_name="storyline")
def storyline() -> None:
    """One line per story, from the user interview to the measured impact.

    `storyline nightly` does it all; the other commands are its steps and its windows. Settings are in storyline.toml,
    secrets in the environment or .env, and all state lies in STORYLINE_HOME (default: warehouse/data).
    """


@storyline.command(epilog=EXIT_CODES)
@click.option("--source", "sources", multiple=True, help="Take in only this source; may be given several times.")
@as_of
def nightly(sources: tuple[str, ...], as_of: datetime | None) -> None:
    """Ingest, transform and publish, as one Dagster run. Safe to run again after any crash."""
    from pipelines.assets.nightly import run_nightly
    from pipelines.progress import noticed_stages

    with noticed_stages() as (progress, notice):
        outcome = run_nightly(load_settings(), sources=sources, as_of=as_of or now(), progress=progress, notice=notice)
    for sentence in outcome.sentences:
        say(sentence)
    sys.exit(outcome.exit_code)


@storyline.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write every current event to FILE as CloudEvents 1.0 (NDJSON), in order of time."""
    from pipelines.export import export_events
    from pipelines.progress import counting
    from warehouse.store import open_log

    with (
        open_log(load_settings(), command="storyline export", since=now()) as connection,
        counting("export") as progress,
    ):
        count = export_events(connection, file, progress=progress)
    say(f"{count:,} events written to {file}.")


@storyline.command(epilog=EXIT_CODES)
def transform() -> None:
    """Build and test every model over the log, without publishing."""
    from pipelines.transform import transform as run

    _build(run)


@storyline.command(epilog=EXIT_CODES)
def rebuild() -> None:
    """Drop every derived table, map the kept raw records again and build all; the result is the same."""
    from pipelines.transform import rebuild as run

    _build(run)


def _build(run: "Callable[..., TransformOutcome]") -> NoReturn:
    from pipelines.progress import stages

    with stages() as progress:
        outcome = run(load_settings(), progress=progress)
    for sentence in outcome.sentences:
        say(sentence)
    sys.exit(DONE if outcome.ok else NOT_PUBLISHED)


@storyline.command(epilog=EXIT_CODES)
def publish() -> None:
    """Replace the serving file, which every reader opens, in one atomic step."""
    from warehouse.serving import NotPublishableError
    from warehouse.serving import publish as run

    try:
        published = run(load_settings())
    except NotPublishableError as error:
        fail(str(error), NOT_PUBLISHED)
    say(f"Published {published.tables} tables, {published.rows:,} rows: {published.path}")


@storyline.command()
@click.argument("key")
def explain(key: str) -> None:
    """Tell why each pull request, deployment and incident is, or is not, tied to story KEY.

    KEY may also be a pull request (owner/repo#12), a deployment, an incident or a flag.
    """
    from pipelines.explain import UnknownKeyError
    from pipelines.explain import explain as tell

    try:
        for line in tell(load_settings(), key):
            say(line)
    except UnknownKeyError as error:
        fail(str(error), WRONG_USE)


@storyline.command()
def init() -> None:
    """Ask for addresses and tokens, list what they show, write storyline.toml and .env, and end with `doctor`."""
    from pipelines.init import set_up

    set_up(settings_file(), Path(".env"))
    load_settings.cache_clear()
    _examine()


@storyline.command()
def doctor() -> None:
    """Look at settings, vendors, lock, freshness, links and quarantine, and say what to do."""
    _examine()


def _examine() -> NoReturn:
    from pipelines.doctor import examine

    needs_a_person = False
    for finding in examine(load_settings()):
        needs_a_person = needs_a_person or finding.status == "act"
        say(f"{finding.status:<5}  {finding.sentence}")
    sys.exit(DONE_WITH_LOSSES if needs_a_person else DONE)


@storyline.command()
@click.option("--port", default=8501, show_default=True, help="Port on the loopback address.")
def app(port: int) -> None:
    """Open the report on http://127.0.0.1:8501; ends with Ctrl-C."""
    from pipelines.pages import serve_report

    sys.exit(serve_report(load_settings(), port=port))


@storyline.command()
@click.option("--port", default=3000, show_default=True, help="Port on the loopback address.")
def dagster(port: int) -> None:
    """Open Dagster's page on http://127.0.0.1:3000: runs, lineage, schedule; ends with Ctrl-C."""
    from pipelines.pages import serve_dagster

    sys.exit(serve_dagster(load_settings(), port=port))


for command in (ingest, replay, import_, writeback, spec):
    storyline.add_command(command)


def main(command: Callable[..., Any] = storyline) -> None:
    """Run the command; turn what a person can mend into one sentence and an exit code."""
    from pipelines.sources.base import RecordingError
    from pipelines.sources.registry import UnknownSourceError
    from warehouse.connection import WarehouseError
    from warehouse.lock import Locked

    try:
        command()
    except (SettingsError, RecordingError, UnknownSourceError) as error:
        fail(str(error), WRONG_USE)
    except (Locked, WarehouseError) as error:
        fail(str(error))


if __name__ == "__main__":
    main()

"""The commands that bring something into the log: over HTTP, from recordings, from files."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli_parts import DONE, DONE_WITH_LOSSES, EXIT_CODES, as_of, say
from pipelines.clock import now
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from warehouse.event_log import Appended


@click.command(epilog=EXIT_CODES)
@click.argument("names", metavar="SOURCE...", nargs=-1, required=True)
@as_of
def ingest(names: tuple[str, ...], as_of: datetime | None) -> None:
    """Collect from vendors over HTTP into the log, and nothing more.

    SOURCE is one that storyline.toml has a table [sources.SOURCE] for; `storyline init` writes one for each that can be
    collected. What was read before is asked for only where it changed, and a collection that was cut off goes on where
    it was.
    """
    from pipelines.collect import Trip, collect
    from pipelines.connections import collector_of, network_of
    from pipelines.progress import noticed_stages
    from pipelines.sources.registry import source_named

    settings, is_whole = load_settings(), True
    with noticed_stages() as (progress, notice):
        network = network_of(settings, notice)
        collectors = [(source_named(name), collector_of(settings, name, network)) for name in names]
        for source, collector in collectors:
            try:
                done = collect(settings, source, collector, Trip("ingest", as_of or now()), progress=progress)
            finally:
                collector.close()
            say(f"{_told(source.name, done.taken)} {done.requests:,} requests.")
            _say_reasons(done.taken.reasons)
            for error in done.errors:
                say(f"{source.name} is not whole: {error}")
            is_whole = is_whole and not done.errors and not done.taken.quarantined
    sys.exit(DONE if is_whole else DONE_WITH_LOSSES)


@click.command()
@click.argument("source")
@click.argument("folder", type=click.Path(path_type=Path))
@as_of
def replay(source: str, folder: Path, as_of: datetime | None) -> None:
    """Feed the log from recorded vendor responses in FOLDER instead of HTTP.

    SOURCE is a vendor's name in small letters; a wrong one is told which there are. Sub-folders are walked: one
    repository or project each. Replaying a recording again changes nothing, and an old recording never beats newer
    data. Records that cannot be mapped go to quarantine; the exit code stays 0 and their number is said.
    """
    _take_in(source, folder, "replay", as_of)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--repository", help="Of a report (*.xml): whose code was tested, as acme/shop.")
@click.option("--sha", help="Of a report: the commit that was tested.")
@click.option("--run-id", help="Of a report: the CI run that wrote it.")
@click.option("--run-attempt", type=int, help="Of a report: which attempt of the run.")
@click.option("--change", "change_number", type=int, help="Of a report: the pull request's number.")
@as_of
def import_(file: Path, as_of: datetime | None, repository: str | None, **checked: Any) -> None:
    """Take in CloudEvents 1.0 as NDJSON (CDEvents v0.5.1 included): interviews, incidents, deployments.

    A table whose name ends in .csv is read too: interviews, insights, feedback, incidents and labels, a row each;
    docs/recordings.md shows its columns. Good lines are kept; each bad line is told with its number and reason and kept
    in quarantine.

    A FILE that ends in .xml is a report of tests (JUnit) or of coverage (Cobertura); say of which repository, and of
    which commit or run.
    """
    from pipelines.sources.cloudevents.reports import SUFFIX, Checked, lines_of

    told = {name: value for name, value in checked.items() if value is not None}
    if file.suffix.lower() != SUFFIX:
        if repository or told:
            raise click.UsageError(f"{file} is no report; --repository and the like belong to a file that ends in .xml")
        _take_in("cloudevents", file, "import", as_of)
        return
    if repository is None or not {"sha", "run_id"} & told.keys():
        raise click.UsageError(f"{file} tells not what was tested; add --repository, and --sha or --run-id")
    with TemporaryDirectory() as folder:
        lines = Path(folder) / f"{file.stem}.ndjson"
        lines.write_text(lines_of(file, Checked(repository, **told), as_of or now()), encoding="utf-8")
        _take_in("cloudevents", lines, "import", as_of)


def _take_in(source: str, path: Path, command: str, as_of: datetime | None) -> None:
    from pipelines.ingest import Intake, take_in
    from pipelines.progress import counting

    with counting(f"{command} {source}") as progress:
        done = take_in(load_settings(), Intake(source, path, command, as_of or now()), progress=progress)
    say(_told(source, done))
    _say_reasons(done.reasons)


def _say_reasons(reasons: Sequence[str]) -> None:
    for reason in reasons[:10]:
        say(f"  in quarantine: {reason}")
    if len(reasons) > 10:
        say(f"  and {len(reasons) - 10:,} more; the table fct_quarantine lists them all")


def _told(source: str, done: "Appended") -> str:
    return (
        f"{source}: {done.records_seen:,} records read, {done.new_records:,} new, "
        f"{done.new_events:,} new events, {done.quarantined:,} to quarantine."
    )

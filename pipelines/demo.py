"""The demo: a company whose vendors are played on the loopback address, its nightly run, and its two pages."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from pipelines.clock import now
from pipelines.company import Company, Scale, simulate
from pipelines.company.flow_truth import ACTIVE, WAIT
from pipelines.company.monorepo import monorepos
from pipelines.company.stage_truth import MILESTONE_STATUSES
from pipelines.company.team_calendars import team_calendars
from pipelines.company.whole_truth import whole_truth
from pipelines.connections import variable
from pipelines.settings import exported
from pipelines.sources.loopback import Loopback
from pipelines.sources.played import demos

_HEADER = "# Written by `make demo`; it writes this file anew each time.\n"
_SCALES = {"small": Scale.small, "demo": Scale.demo, "large": Scale.large}
_file = click.argument("file", type=click.Path(path_type=Path))
_scale = click.option("--scale", type=click.Choice(list(_SCALES)), default="demo", show_default=True)


@click.group()
def demo() -> None:
    """What `make demo` and `make demo-serve` run."""


@demo.command()
@_file
@_scale
def run(file: Path, scale: str) -> None:
    """Draw the company, play its vendors, and run the very nightly job of production on them.

    FILE is where the demo's settings go; its state and the company's truth lie beside it.
    """
    company = _company(scale)
    people = sum(len(team.members) for team in company.teams)
    click.echo(f"The company: {len(company.stories)} stories, {people} people, {len(company.teams)} teams.")
    with played(company, company.ends_at, file) as vendors:
        code = subprocess.run(_storyline("nightly", "--as-of", company.ends_at.isoformat()), check=False).returncode  # noqa: S603 - our own command
        for name, vendor in vendors.items():
            click.echo(f"{name} answered {len(vendor.requests):,} requests; {_written(vendor)}.")
    sys.exit(code)


def _written(vendor: Loopback) -> str:
    """Say what a vendor was written to, and how often each thing arrived."""
    if not vendor.written:
        return "nothing was written to it"
    return "written: " + ", ".join(f"{what} {count} times" for what, count in sorted(vendor.written.items()))


@demo.command()
@_file
@_scale
def serve(file: Path, scale: str) -> None:
    """Keep the vendors, the report and Dagster's page up until Ctrl-C, or until a page ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    company = _company(scale)
    with played(company, company.ends_at, file):
        click.echo("Report: http://127.0.0.1:8501   Dagster: http://127.0.0.1:3000   Ctrl-C ends all.")
        # Each page starts programs of its own; a session apart lets all of them be ended together.
        pages = [
            subprocess.Popen(_storyline(page), start_new_session=True)  # noqa: S603 - our own command
            for page in ("app", "dagster")
        ]
        with contextlib.suppress(KeyboardInterrupt):
            while all(page.poll() is None for page in pages):
                time.sleep(0.5)
        for page in pages:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(page.pid, signal.SIGINT)
        sys.exit(max(abs(page.wait()) for page in pages))


def _company(scale: str) -> Company:
    """Draw the company up to the last six o'clock in the morning, so that its figures are fresh."""
    today = now().replace(hour=6, minute=0, second=0, microsecond=0)
    return simulate(_SCALES[scale](), ends_at=today if today <= now() else today - timedelta(days=1))


def _storyline(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *arguments]


@contextlib.contextmanager
def played(company: Company, as_of: datetime, file: Path) -> Iterator[dict[str, Loopback]]:
    """Play every vendor as it stands at a moment, with settings in `file` and tokens in the environment.

    Yields those that have a server, by the name of the source.
    Beside `file`: the state in `home/`, what has no server in `recordings/`, and what is true in `truth.json`.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    truth = file.parent / "truth.json"
    told = whole_truth(company, as_of)
    if truth.exists() and json.loads(truth.read_text())["begins_at"] != told["begins_at"]:
        # Of another day: the same tickets with other times. Two lives in one log would be neither.
        shutil.rmtree(file.parent / "home", ignore_errors=True)
    truth.write_text(json.dumps(told, indent=1), encoding="utf-8")
    tables: dict[str, dict[str, Any]] = {}
    recorded: dict[str, list[str]] = {}
    tokens: dict[str, str] = {}
    servers: dict[str, Loopback] = {}
    more: dict[str, dict[str, Any]] = {}
    with contextlib.ExitStack() as up:
        for name, source in demos().items():
            folder = file.parent / "recordings" / name
            shown = source.show(company, as_of, folder)
            if shown is None:
                recorded[name] = [str(folder.resolve())]
                continue
            servers[name] = up.enter_context(shown.server)
            tables[name] = {"url": servers[name].url, **shown.table}
            tokens |= {variable(name, field): value for field, value in shown.secrets.items()}
            more |= {table: dict(said) for table, said in shown.settings.items()}
        text = settings_text(company, file.parent / "home", tables, recorded, more)
        file.write_text(text, encoding="utf-8")
        with exported(STORYLINE_CONFIG=str(file.resolve()), **tokens):
            yield servers


def settings_text(
    company: Company,
    home: Path,
    tables: dict[str, dict[str, Any]],
    recorded: dict[str, list[str]],
    more: dict[str, dict[str, Any]] | None = None,
) -> str:
    """Return the text of the demo's `storyline.toml`; `more` are tables beside those of the sources."""
    told: dict[str, dict[str, Any]] = {f"sources.{name}": table for name, table in tables.items()}
    for team in company.teams:
        owned = {"projects": [team.project], "repositories": [team.repository], "calendar": team.key}
        told |= {f"teams.{team.key}": owned, f"milestone_statuses.{team.project}": MILESTONE_STATUSES}
    told |= {f"calendars.{key}": calendar.as_settings() for key, calendar in team_calendars(company).items()}
    told["flow"] = {"active_statuses": [*ACTIVE], "wait_statuses": [*WAIT]}
    # A date reads alike in TOML and, quoted, in JSON.
    told["ai"] = {"enabled_on": company.ai_tools_at.date().isoformat()}
    told |= more or {}
    told["recordings"] = dict(recorded)
    lines = [f"home = {json.dumps(str(home.resolve()))}"]
    for name, table in told.items():
        lines += _table(name, table)
    for one in monorepos(company):
        lines += _table("monorepos", one, "[[{}]]")
    return _HEADER + "\n".join(lines) + "\n"


def _table(name: str, table: Mapping[str, Any], header: str = "[{}]") -> Iterator[str]:
    """Yield the lines of a table, those of the tables in it, and of its lists of tables, after its own keys."""
    yield from ("", header.format(name))
    # A text, a number, a truth value and a list of them read alike in JSON and in TOML.
    yield from (f"{_key(key)} = {json.dumps(value)}" for key, value in table.items() if not _has_tables(value))
    for key, value in table.items():
        inner = f"{name}.{json.dumps(key)}"
        if isinstance(value, Mapping):
            yield from _table(inner, value)
        elif _has_tables(value):
            for one in value:
                yield from _table(inner, one, "[[{}]]")


def _has_tables(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value))


def _key(key: str) -> str:
    """Return a key as TOML reads it: bare where it may be, and as it is where it names a place in a table below."""
    return key if re.fullmatch(r"[\w.-]+", key, re.ASCII) else json.dumps(key)


if __name__ == "__main__":
    demo()

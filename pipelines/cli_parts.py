"""What the commands share: exit codes, times as they are written, and how a sentence is said."""

import sys
from datetime import datetime
from typing import Any, NoReturn

import click

from pipelines.clock import parse_time

DONE, FAILED, WRONG_USE, DONE_WITH_LOSSES, NOT_PUBLISHED = 0, 1, 2, 3, 4

EXIT_CODES = """\b
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


as_of = click.option(
    "--as-of", type=_Moment(), help="The moment that ages and freshness are counted from (ISO 8601; default: now)."
)


def say(sentence: str) -> None:
    """Print a sentence."""
    click.echo(sentence)


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Print what is wrong, and end."""
    click.echo(f"storyline: {sentence}", err=True)
    sys.exit(code)

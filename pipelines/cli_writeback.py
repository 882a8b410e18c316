"""`storyline writeback`: what would be written on tickets, and writing it."""

import sys

import click

from pipelines.cli_parts import DONE, DONE_WITH_LOSSES, EXIT_CODES, WRONG_USE, fail, say
from pipelines.settings import Settings, load_settings


@click.command(epilog=EXIT_CODES)
@click.option("--send", "is_sent", is_flag=True, help="Write what the mode allows: approve what is approved, auto all.")
@click.option("--story", "stories", multiple=True, metavar="KEY", help="Only this story; may be given several times.")
@click.option("--backfill", "is_backfill", is_flag=True, help="Also stories that shipped before it was switched on.")
@click.option("--approve", "approved", multiple=True, metavar="KEY|ID", help="Let what waits of it be written.")
@click.option("--reject", "rejected", multiple=True, metavar="KEY|ID", help="Never write what waits of it.")
@click.option("--history", "told", multiple=True, metavar="KEY|ID", help="Tell what became of its messages, and end.")
def writeback(
    *, is_sent: bool, stories: tuple[str, ...], is_backfill: bool, approved: tuple[str, ...],
    rejected: tuple[str, ...], told: tuple[str, ...],
) -> None:  # fmt: skip
    """Show which comments would be written on which tickets and why, as a difference to what stands there.

    Nothing is written without --send, and nothing in the modes off and dry_run (writeback.mode).
    """
    from pipelines.writeback import Asked, NotSentError, approve, send, show

    settings, asked = load_settings(), Asked(stories, is_backfill)
    if told:
        _tell(settings, told, others=bool(is_sent or stories or is_backfill or approved or rejected))
        return
    try:
        for names, is_approved in ((approved, True), (rejected, False)):
            for line in approve(settings, names, is_approved=is_approved) if names else ():
                say(line)
        if not is_sent:
            for line in () if approved or rejected else show(settings, asked):
                say(line)
            return
        done = send(settings, asked)
    except (NotSentError, LookupError) as error:
        fail(str(error.args[0]), WRONG_USE)
    for line in [*done.sentences, *done.waiting] or ["Nothing was due."]:
        say(line)
    sys.exit(DONE_WITH_LOSSES if done.troubles else DONE)


def _tell(settings: Settings, names: tuple[str, ...], *, others: bool) -> None:
    from pipelines.message_history import history

    if others:
        fail("--history goes with no other option; it only tells", WRONG_USE)
    try:
        for line in history(settings, names):
            say(line)
    except LookupError as error:
        fail(str(error.args[0]), WRONG_USE)

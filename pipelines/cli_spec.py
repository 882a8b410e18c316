"""`storyline spec`: a draft of a story's specification, and posting it."""

import sys

import click

from pipelines.cli_parts import DONE, DONE_WITH_LOSSES, EXIT_CODES, WRONG_USE, fail
from pipelines.settings import load_settings


@click.command(epilog=EXIT_CODES)
@click.argument("key", metavar="KEY")
@click.option("--post", "is_posted", is_flag=True, help="Post it on the ticket, as far as writeback.mode allows.")
@click.option("--new", "is_new", is_flag=True, help="Ask the language model again, though nothing changed.")
def spec(*, key: str, is_posted: bool, is_new: bool) -> None:
    """Draft the specification of the story KEY in eight sections, as Markdown on standard output.

    A language model writes it where its key is in the environment; else it holds what the ticket itself tells. What
    became of posting it is said on standard error. A person has to review it.
    """
    from pipelines.specs.material import UnknownTicketError
    from pipelines.specs.posting import specify

    try:
        done = specify(load_settings(), key, is_posted=is_posted, is_new=is_new)
    except UnknownTicketError as error:
        fail(str(error.args[0]), WRONG_USE)
    click.echo(done.markdown, nl=False)
    for sentence in done.sentences:
        click.echo(sentence, err=True)
    sys.exit(DONE_WITH_LOSSES if done.troubles else DONE)

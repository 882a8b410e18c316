"""Progress for a person at a terminal; plain lines where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# How many were done since it was last told.
Count = Callable[[int], None]
# (what is being done, steps done, steps in all or 0 where unknown)
Stages = Callable[[str, int, int], None]
# What is waited for, in a few words.
Notice = Callable[[str], None]


def uncounted(_count: int) -> None:
    """Take no notice of a count."""


def unwatched(_what: str, _done: int, _total: int) -> None:
    """Take no notice of a stage."""


def unheard(_text: str) -> None:
    """Take no notice of what is waited for."""


@contextmanager
def counting(what: str) -> Iterator[Count]:
    """Show a count that grows; the block is handed a function that takes how many were done since."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.advance(task, count)


@contextmanager
def stages() -> Iterator[Stages]:
    """Show one bar a stage; without a terminal, one line when a stage begins."""
    with noticed_stages() as (step, _):
        yield step


@contextmanager
def noticed_stages() -> Iterator[tuple[Stages, Notice]]:
    """Show one bar a stage, and behind it what is waited for; without a terminal, a line each."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("{task.fields[notice]}"), console=console, disable=not console.is_terminal
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None, notice="")
                if not console.is_terminal:
                    console.print(f"{what} …", highlight=False)
            bar.update(tasks[what], completed=done, total=total or None, notice="")

        def notice(text: str) -> None:
            if tasks and console.is_terminal:
                bar.update(list(tasks.values())[-1], notice=text)
            else:
                console.print(text, highlight=False)

        yield step, notice

"""Progress for a person at a terminal; plain lines where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# How many were done since it was last told.
Count = Callable[[int], None]
# (what is being done, steps done, steps in all or 0 where unknown)
Stages = Callable[[str, int, int], None]


def uncounted(_count: int) -> None:
    """Take no notice of a count."""


def unwatched(_what: str, _done: int, _total: int) -> None:
    """Take no notice of a stage."""


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
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
                if not console.is_terminal:
                    console.print(f"{what} …", highlight=False)
            bar.update(tasks[what], completed=done, total=total or None)

        yield step

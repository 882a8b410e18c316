"""One rollout, planted in every flag service: what it was, and how a service is made to go through it.

A service joins with a file `rollout_<vendor>.py` beside this one that holds a `ROLLOUT`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pipelines.collect import Collected
from pipelines.settings import Settings

FLAG = "csv-export"
PRODUCTION = "production"
# Whom the flag names: the segment `internal`, of our own people.
PEOPLE = ("ann@example.com", "bob@example.com")


@dataclass(frozen=True)
class Planted:
    """A step: whom the flag serves from a moment on.

    Attributes:
        percentage: of the people whom no rule names; 0 with `is_on`: our own people alone.
    """

    at: datetime
    is_on: bool
    percentage: float


# To our own people, to 1 and 10 %, a pause of a week-end, to 50 and 100 %, rolled back, raised again, off.
PLANTED = tuple(
    Planted(datetime(2026, 3, day, hour, tzinfo=UTC), is_on, percentage)
    for day, hour, is_on, percentage in (
        (2, 9, True, 0),
        (3, 9, True, 1),
        (4, 10, True, 10),
        (9, 9, True, 50),
        (10, 9, True, 100),
        (10, 15, True, 10),
        (11, 11, True, 100),
        (20, 16, False, 0),
    )
)


class Service(Protocol):
    """A flag service that plays; its flag is made with the first step."""

    def go(self, step: Planted) -> None:
        """Let the flag serve what a step says, at its moment, as a person would do it in the service's pages."""

    def collect(self, home: Settings, hours: int) -> Collected:
        """Collect once, so many hours after the first time."""


@dataclass(frozen=True)
class Rollout:
    """How one service goes through the planted rollout.

    Attributes:
        has_history: it tells of each step later on; else only of how the flag stands when it is asked.
    """

    vendor: str
    play: Callable[[], AbstractContextManager[Service]]
    has_history: bool

"""The lives of the company's flags: when each is made, tried out, let out step by step, and put away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.company.company import Company
from pipelines.company.facts import Flag, FlagStep, Story
from pipelines.company.flags import PRODUCTION

STAGING = "staging"
ENVIRONMENTS = (PRODUCTION, STAGING)
_TRIED_OUT_AFTER = timedelta(minutes=30)
_PUT_AWAY_AFTER = timedelta(days=90)
_ALL = 100.0
_SWITCHES = ("search-kill-switch", "spring-sale")


@dataclass(frozen=True, slots=True)
class FlagLife:
    """All that ever happens to a flag, in every environment.

    Attributes:
        story: None of a switch that lets out no story.
        made_at: nobody has the feature then, wherever.
        steps: oldest first.
        put_away_at: None for never.
        is_kept: it is made to stay.
    """

    key: str
    story: Story | None
    made_at: datetime
    steps: tuple[FlagStep, ...]
    put_away_at: datetime | None = None
    is_kept: bool = False


def life_of(story: Story, flag: Flag) -> FlagLife:
    """Return the life of a story's flag, which is made with the first pull request: code asks for it before users."""
    made = min(pull.opened_at for pull in story.pull_requests)
    steps = list(flag.steps)
    if all(step.environment == PRODUCTION for step in steps):
        # On for everybody who tries it out, from the first day.
        steps.append(FlagStep(made + _TRIED_OUT_AFTER, STAGING, _ALL))
    last = flag.steps[-1]
    is_out = last.environment == PRODUCTION and last.percentage >= _ALL
    gone = last.at + _PUT_AWAY_AFTER if is_out else None
    return FlagLife(flag.key, story, made, tuple(sorted(steps, key=lambda step: step.at)), gone)


def switches(company: Company) -> Iterator[FlagLife]:
    """Yield the flags that no story has: a switch for the worst day, and one that names a ticket that never was."""
    made = company.begins_at + timedelta(days=3)
    for key in _SWITCHES:
        on = FlagStep(made + timedelta(days=1), PRODUCTION, _ALL)
        yield FlagLife(key, None, made, (on,), is_kept=True)


def flag_lives(company: Company) -> list[FlagLife]:
    """Return the lives of all flags, in the order in which they are made."""
    found = [life_of(story, story.flag) for story in company.stories if story.flag]
    return sorted([*found, *switches(company)], key=lambda life: (life.made_at, life.key))

"""What belongs to no story: tickets made by mistake, pull requests of bots, and of people who were in a hurry."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import Commit, Mistake, PullRequest, Review, Team
from pipelines.company.people import BOTS

# Beyond the numbers of the stories, so that none is taken twice.
_FIRST_MISTAKE = 900
_WEEKS_BETWEEN = 3
_CHORES = ("Fix a typo", "Read UTF-8 and check SHA-256", "Tidy up after RFC-2616", "Pin the linter", "Mend the build")
_PACKAGES = ("left-pad", "httpx", "polars", "vite", "react")


def mistakes(dice: Dice, team: Team, begins_at: datetime, ends_at: datetime) -> Iterator[Mistake]:
    """Yield the tickets of a team that are deleted again, some within the hour and some after weeks."""
    for number, at in enumerate(_moments(dice, begins_at, ends_at)):
        part = dice.of(number)
        reporter = part.pick(team.members)
        created = working_after(reporter, at, part.spread(1))
        deleted = working_after(reporter, created, part.spread(30, 1.5))
        key = f"{team.project}-{_FIRST_MISTAKE + number}"
        yield Mistake(key, "Please ignore", team.key, created, deleted, reporter.key)


def pull_requests(dice: Dice, team: Team, begins_at: datetime, ends_at: datetime) -> Iterator[PullRequest]:
    """Yield the pull requests of a team's repository that name no ticket, though some seem to."""
    for number, at in enumerate(_moments(dice, begins_at, ends_at)):
        part = dice.of(number)
        person = part.pick(team.members)
        is_bot = part.chance(0.6)
        author = BOTS[0] if is_bot else person
        title = f"Bump {part.pick(_PACKAGES)} from 1.{number} to 1.{number + 1}" if is_bot else part.pick(_CHORES)
        opened = working_after(author, at, part.spread(1))
        commit = Commit(
            part.digest(), (), opened - timedelta(minutes=5), opened - timedelta(minutes=5), author.key, title
        )
        reviewer = next(one for one in team.members if one != person)
        approved = working_after(reviewer, opened, part.spread(6, 0.8))
        reviews = (Review(approved, reviewer.key, "approved"),)
        merged = working_after(reviewer, approved, part.spread(0.3))
        branch = f"{'dependabot' if is_bot else author.login}/{number}"
        yield PullRequest(
            team.repository, branch, title, author.key, opened, None, (commit,), reviews, merged, reviewer.key, "squash"
        )


def _moments(dice: Dice, begins_at: datetime, ends_at: datetime) -> Iterator[datetime]:
    at = begins_at
    while (at := at + timedelta(weeks=dice.spread(_WEEKS_BETWEEN))) < ends_at:
        yield at

"""Pull requests that come of what is in production: what follows a story up, and what repairs a harm."""

from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.company.branches import merge_sha
from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import Commit, Person, PullRequest, Review, Team
from pipelines.company.harm import Harm

# A pull request, and the stories that it names.
Drawn = tuple[PullRequest, tuple[str, ...]]


def follow_up(dice: Dice, team: Team, pull: PullRequest, story: str, shipped_at: datetime) -> Drawn:
    """Return one more pull request of a story that is in production already."""
    author = next((one for one in team.members if one.key == pull.author), team.members[0])
    reviewer = dice.pick([one for one in team.members if one != author])
    times = _calm(dice, (author, reviewer), shipped_at + timedelta(days=dice.whole(1, 8)))
    title = f"{story}: Polish what was shipped"
    return _drawn(dice, team, (title, f"{story.lower()}-polish"), (author.key, reviewer.key), times), (story,)


def revert(dice: Dice, team: Team, broken: PullRequest, stories: tuple[str, ...], harm: Harm) -> Drawn:
    """Return the pull request that takes another one back."""
    names = (f'Revert "{broken.title}"', f"revert/{broken.branch}")
    who = _two(dice, team)
    pull = _drawn(dice, team, names, who, _hasty(dice, harm), repair="revert", repairs=merge_sha(broken))
    return pull, stories


def hotfix(dice: Dice, team: Team, broken: PullRequest, stories: tuple[str, ...], harm: Harm) -> Drawn:
    """Return the pull request that repairs another one in haste: by its label, or by the incident that it fixes."""
    story = stories[0] if stories and dice.chance(0.5) else None
    title = f"{story}: Stop the crash" if story else "Stop the crash"
    # One that names nothing it repairs is understood by the incident alone.
    names_it = harm.incident is None or dice.chance(0.5)
    fixes = harm.incident.key if harm.incident and harm.incident.told_in == "forge" and not names_it else None
    pull = _drawn(
        dice, team, (title, f"hotfix/{dice.digest()[:6]}"), _two(dice, team), _hasty(dice, harm),
        labels=() if fixes else ("hotfix",), repair="incident fix" if fixes else "hotfix",
        repairs=merge_sha(broken) if names_it else None, fixes=fixes,
    )  # fmt: skip
    return pull, (story,) if story else ()


def backport(dice: Dice, team: Team, pull: PullRequest, story: str) -> Drawn:
    """Return the pull request that picks another one onto a release branch, from which nothing is deployed."""
    author, reviewer = team.members[0], dice.pick(team.members[1:])
    names = (f"{pull.title} (backport)", f"backport/{pull.branch}")
    times = _calm(dice, (author, reviewer), pull.merged_at)
    drawn = _drawn(dice, team, names, (author.key, reviewer.key), times)
    picked = replace(drawn.commits[0], message=f"{pull.title}\n\n(cherry picked from commit {merge_sha(pull)})")
    return replace(drawn, commits=(picked,), base="release/1"), (story,)


def _two(dice: Dice, team: Team) -> tuple[str, str]:
    author = dice.pick(team.members)
    return author.key, dice.pick([one for one in team.members if one != author]).key


def _calm(dice: Dice, who: tuple[Person, Person], since: datetime) -> tuple[datetime, datetime, datetime, datetime]:
    """Return when it is written, opened, approved and merged, in the hours in which people work."""
    author, reviewer = who
    written = working_after(author, since, dice.spread(2))
    opened = working_after(author, written, 0.2)
    approved = working_after(reviewer, opened, dice.spread(3))
    return written, opened, approved, working_after(reviewer, approved, 0.3)


def _hasty(dice: Dice, harm: Harm) -> tuple[datetime, datetime, datetime, datetime]:
    """Return when it is written, opened, approved and merged: at any hour, since production is hurt."""
    at, times = harm.found_at, []
    for low, high in ((8, 90), (1, 6), (3, 25), (1, 5)):
        at += timedelta(minutes=dice.whole(low, high))
        times.append(at)
    return times[0], times[1], times[2], times[3]


def _drawn(
    dice: Dice, team: Team, names: tuple[str, str], who: tuple[str, str],
    times: tuple[datetime, datetime, datetime, datetime], labels: tuple[str, ...] = (),
    repair: str | None = None, repairs: str | None = None, fixes: str | None = None,
) -> PullRequest:  # fmt: skip
    (title, branch), (author, reviewer), (written, opened, approved, merged) = names, who, times
    commit = Commit(dice.digest(), (), written, written, author, title)
    reviews = (Review(approved, reviewer, "approved"),)
    return PullRequest(
        team.repository, branch, title, author, opened, None, (commit,), reviews, merged, reviewer, "squash",
        labels, repair, repairs, fixes,
    )  # fmt: skip

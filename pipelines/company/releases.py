"""How merged work reaches production: a deployment after each merge, some of which fail and are tried again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pipelines.company.dice import Dice
from pipelines.company.facts import Deployment, PullRequest

_FAILS = 0.07


def deployments_of(dice: Dice, repository: str, merged: Iterable[PullRequest]) -> tuple[Deployment, ...]:
    """Return the production deployments of a repository's service: of each merge, in the order of the merges.

    They queue: one begins when the one before has ended, so the order of ends is that of the merges.
    """
    service = repository.partition("/")[2]
    found: list[Deployment] = []
    free: datetime | None = None
    for pull in sorted(merged, key=lambda one: (one.merged_at, one.branch)):
        part = dice.of(pull.branch)
        begin = pull.merged_at + timedelta(minutes=part.whole(6, 20))
        begin = max(begin, free or begin)
        while True:
            end = begin + timedelta(seconds=part.whole(90, 900))
            is_success = not part.chance(_FAILS)
            key = f"{service}-{len(found) + 1}"
            found.append(Deployment(key, service, "production", merge_sha(pull), begin, end, is_success))
            if is_success:
                break
            # The same sha once more, when somebody has looked.
            begin = end + timedelta(minutes=part.whole(5, 60))
        free = end + timedelta(minutes=1)
    return tuple(found)


def merge_sha(pull: PullRequest) -> str:
    """Return the commit that a pull request came onto the default branch as."""
    last = pull.commits[-1].sha
    return Dice("merge", pull.repository, last).digest()

"""How merged work reaches production: a deployment after each merge, some of which fail and are tried again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pipelines.company.dice import Dice
from pipelines.company.facts import Deployment, PullRequest

_FAILS = 0.07


def deployments_of(
    dice: Dice, repository: str, merged: Iterable[PullRequest], begins_at: datetime
) -> tuple[Deployment, ...]:
    """Return the production deployments of a repository's service: of its root, then of each merge, in their order.

    They queue: one begins when the one before has ended, so the order of ends is that of the merges.
    """
    service = repository.partition("/")[2]
    free = begins_at + timedelta(minutes=5)
    root = Deployment(f"{service}-1", service, "production", root_sha(repository), begins_at, free, is_success=True)
    found = [root]
    for pull in sorted(merged, key=lambda one: (one.merged_at, one.branch)):
        part = dice.of(pull.branch)
        begin = pull.merged_at + timedelta(minutes=part.whole(6, 20))
        begin = max(begin, free + timedelta(minutes=1))
        while True:
            end = begin + timedelta(seconds=part.whole(90, 900))
            is_success = not part.chance(_FAILS)
            key = f"{service}-{len(found) + 1}"
            found.append(Deployment(key, service, "production", merge_sha(pull), begin, end, is_success))
            if is_success:
                break
            # The same sha once more, when somebody has looked.
            begin = end + timedelta(minutes=part.whole(5, 60))
        free = end
    return tuple(found)


def root_sha(repository: str) -> str:
    """Return the first commit of a repository."""
    return Dice("root", repository).digest()


def merge_sha(pull: PullRequest) -> str:
    """Return the commit that a pull request came onto the default branch as."""
    last = pull.commits[-1].sha
    return Dice("merge", pull.repository, last).digest()

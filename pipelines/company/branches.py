"""How the commits of a default branch are called."""

from pipelines.company.dice import Dice
from pipelines.company.facts import PullRequest


def root_sha(repository: str) -> str:
    """Return the first commit of a repository."""
    return Dice("root", repository).digest()


def merge_sha(pull: PullRequest) -> str:
    """Return the commit that a pull request came onto the default branch as; it names the pull request everywhere."""
    return Dice("merge", pull.repository, pull.commits[-1].sha).digest()

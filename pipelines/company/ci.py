"""What continuous integration made of each push: queues, gates, flaky tests, real failures, overtaken runs."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pipelines.company.branches import merge_sha
from pipelines.company.dice import Dice
from pipelines.company.facts import PullRequest
from pipelines.company.operations import Build, Job
from pipelines.company.work import MENDS

WORKFLOW = "CI"
# Seconds of each gate; those of a stage go side by side, and the next stage waits for them.
_STAGES: tuple[dict[str, int], ...] = (
    {"lint": 40, "types": 70},
    {"unit": 150, "integration": 260, "build": 120},
    {"e2e": 380},
)
_FLAKY_GATES = {"integration": 0.4, "e2e": 0.6}
_BROKEN_GATES = {"lint": 0.2, "types": 0.2, "unit": 0.4, "integration": 0.2}
_FLAKES = 0.08
_REDS = 0.04
_STOPPED = 0.02
_LINES, _LINES_A_DAY = 20_000, 12


def builds_of(dice: Dice, repository: str, pulls: Iterable[PullRequest], begins_at: datetime) -> tuple[Build, ...]:
    """Return every attempt of every run of a repository, oldest first: of each push to a pull request and to main."""
    found: list[Build] = []
    for pull in sorted(pulls, key=lambda one: (one.opened_at, merge_sha(one))):
        for place, (at, sha, until, is_red) in enumerate(_pushes(pull)):
            part, pushed = dice.of("pull", sha), (at, until, is_red)
            about = (repository, f"{merge_sha(pull)[:12]}-{place}", sha, pull.branch, "pull_request")
            found += _run(part, about, pushed, begins_at)
        sha, part = merge_sha(pull), dice.of("main", merge_sha(pull))
        about = (repository, f"{sha[:12]}-main", sha, pull.base, "push")
        found += _run(part, about, (pull.merged_at, None, part.chance(_REDS)), begins_at)
    return tuple(sorted(found, key=lambda one: (one.created_at, one.key, one.attempt)))


def _pushes(pull: PullRequest) -> Iterator[tuple[datetime, str, datetime | None, bool]]:
    """Yield each push: when, what, when the next one overtook it, and whether it broke something."""
    first = [one for one in pull.commits_before or pull.commits if one.committed_at <= pull.opened_at][-1]
    later = [one for one in pull.commits_before or pull.commits if one.committed_at > pull.opened_at]
    heads = [(pull.opened_at, first), *((one.committed_at, one) for one in later)]
    if pull.rewritten_at:
        heads.append((pull.rewritten_at, pull.commits[-1]))
    for place, (at, commit) in enumerate(heads):
        after = heads[place + 1] if place + 1 < len(heads) else None
        yield at, commit.sha, after[0] if after else None, bool(after and after[1].message == MENDS)


def _run(
    dice: Dice, about: tuple[str, str, str, str, str], pushed: tuple[datetime, datetime | None, bool], begins: datetime
) -> Iterator[Build]:
    """Yield the attempts of one run. A flaky one is tried again until it is green; a red one stays red."""
    at, until, is_red = pushed
    repository, key, sha, branch, event = about
    created = at + timedelta(seconds=dice.whole(2, 9))
    flakes = 0 if is_red or not dice.chance(_FLAKES) else dice.whole(1, 2)
    begin = created + timedelta(seconds=round(dice.spread(25, 1.0)))
    if not is_red and not flakes and dice.chance(_STOPPED):
        # By hand, and never begun again.
        until = begin + timedelta(seconds=dice.whole(5, 60))
    for attempt in range(1, flakes + 2):
        begin = begin if until is None else min(begin, until)
        gate = dice.weighed(_BROKEN_GATES if is_red else _FLAKY_GATES) if is_red or attempt <= flakes else None
        jobs, is_cut = _cut(_jobs(dice.of(attempt), begin, gate), until)
        conclusion = "cancelled" if is_cut else "failure" if gate else "success"
        end = max(job.finished_at for job in jobs)
        yield Build(
            key, repository, WORKFLOW, attempt, sha, branch, event, branch if event == "pull_request" else None,
            created, begin, end, conclusion, jobs, bool(gate) and not is_red and not is_cut,
            _coverage(dice, jobs, created - begins),
        )  # fmt: skip
        begin = end + timedelta(minutes=dice.whole(3, 90))
        if is_cut or (until is not None and begin >= until):
            return


def _jobs(dice: Dice, begin: datetime, broken: str | None) -> tuple[Job, ...]:
    """Return the gates; what would come after a failed stage is skipped."""
    found: list[Job] = []
    is_over = False
    for stage in _STAGES:
        for name, seconds in stage.items():
            if is_over:
                found.append(Job(name, begin, begin, "skipped"))
                continue
            end = begin + timedelta(seconds=max(round(dice.spread(seconds, 0.25)), 1))
            found.append(Job(name, begin, end, "failure" if name == broken else "success"))
        begin = max(job.finished_at for job in found)
        is_over = is_over or broken in stage
    return tuple(found)


def _cut(jobs: tuple[Job, ...], until: datetime | None) -> tuple[tuple[Job, ...], bool]:
    """Return the gates as they were when a newer push ended the run, and whether one did."""
    if until is None or all(job.finished_at <= until for job in jobs):
        return jobs, False
    begun = [job for job in jobs if job.started_at < until] or [Job(jobs[0].name, until, until, "cancelled")]
    left = [job if job.finished_at <= until else Job(job.name, job.started_at, until, "cancelled") for job in begun]
    return tuple(left), True


def _coverage(dice: Dice, jobs: tuple[Job, ...], age: timedelta) -> tuple[int, int] | None:
    if not any(job.name == "unit" and job.conclusion == "success" for job in jobs):
        return None
    lines = _LINES + _LINES_A_DAY * max(age.days, 0)
    return round(lines * min(0.72 + age.days / 5_000 + dice.unit() / 50, 0.95)), lines

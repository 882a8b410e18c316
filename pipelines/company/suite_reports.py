"""What the test runners of each build report: how many tests passed, which ones failed, and which only seemed to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.operations import Build, Job

# Tests of each gate that runs any; those at its beginning are shaky.
TESTS = {"unit": 640, "integration": 120, "e2e": 36}
_SHAKY = 4
_RETRIED = 0.03


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """A suite's results in one attempt of a run.

    Attributes:
        failed: names of the tests that failed.
        flaky: of those that the runner tried again by itself, and which passed then.
    """

    build: Build
    suite: str
    at: datetime
    tests: int
    failed: tuple[str, ...]
    flaky: tuple[str, ...]


def suite_reports(company: Company) -> Iterator[SuiteReport]:
    """Yield the report of each gate that ran tests to their end, in the order of the builds."""
    dice = Dice(company.seed, "tests")
    for build in company.builds:
        for job in build.jobs:
            if job.name in TESTS and job.conclusion in ("success", "failure"):
                yield _report(dice.of(build.key, build.attempt, job.name), build, job)


def _report(dice: Dice, build: Build, job: Job) -> SuiteReport:
    tests = TESTS[job.name]
    failed: set[int] = set()
    if job.conclusion == "failure":
        # What fails for no fault of the code is one of few; what is broken breaks some of all.
        most = _SHAKY if build.is_flaky else tests
        failed = {dice.whole(1, most) for _ in range(dice.whole(1, 2 if build.is_flaky else 5))}
    retried = {dice.whole(1, _SHAKY)} if dice.of("retried").chance(_RETRIED) else set()
    return SuiteReport(
        build, job.name, job.finished_at, tests, _names(job.name, failed), _names(job.name, retried - failed)
    )


def _names(suite: str, numbers: set[int]) -> tuple[str, ...]:
    return tuple(f"{suite}.test_{number:03}" for number in sorted(numbers))

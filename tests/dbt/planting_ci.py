"""CI of one repository: each run is a trap, named by what happened to it. Everything begins on a Monday at nine."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.events.records import RawRecord
from tests.dbt.planting import Row, change, day, fact, record

REPOSITORY = "acme/ci"
_TOOK = timedelta(minutes=10)


def records() -> list[RawRecord]:
    """The runs, two pull requests that met a red branch, and what tests reported."""
    return [
        record("repository ci", _repository()),
        # Red, and green when it is tried again; tried once more a week later, it turns nothing red.
        run("flaky", 1, "failure", 0.1, created=0.1),
        run("flaky", 2, "success", 0.2, created=0.1),
        run("flaky", 3, "failure", 9, created=0.1),
        # Red from a Sunday to a Tuesday. One change is merged meanwhile, one waits; a stopped run mends nothing.
        run("sunday", 1, "failure", 6, jobs=[("Integration tests", "failure"), ("golangci-lint", "success"),
                                             ("deploy preview", "skipped")]),
        run("stopped", 1, "cancelled", 7.5),
        run("tuesday", 1, "success", 8),
        change(901, "Merged into red", day(5), approved=day(5.5), merged=day(7), repository=REPOSITORY),
        change(902, "Waited for green", day(6), approved=day(6.5), merged=day(8.5), repository=REPOSITORY),
        change(903, "Approved later", day(8), approved=day(8.2), merged=day(8.5), repository=REPOSITORY),
        # A timer's run, without jobs, and a pull request's from a branch that is called as ours.
        run("timer", 1, "failure", 10, event="schedule", workflow="E2E nightly"),
        run("fork", 1, "failure", 11, event="pull_request"),
        # Red to this day.
        run("red", 1, "timed_out", 99),
        record("report 1", _report("flaky", 1, 0.1, failed=["t.shaky", "t.broken"])),
        record("report 2", _report("flaky", 2, 0.2, failed=["t.broken"])),
        record("report 3", _report("sunday", 1, 6, failed=["t.shaky"], flaky=["t.retried"])),
        # Fewer tests ran, so that it is not named proves nothing.
        record("report 4", _report("sunday", 2, 6.1, failed=[], passed=3)),
    ]  # fmt: skip


def run(
    name: str, attempt: int, conclusion: str, ended: float, *, created: float | None = None,
    event: str = "push", workflow: str = "Checks", jobs: Sequence[tuple[str, str]] = (),
) -> RawRecord:  # fmt: skip
    """An attempt of a run that ended on a day and took ten minutes; asked for a minute before it began, if not told."""
    end = day(ended)
    begin = end - _TOOK
    asked = day(created) - _TOOK - timedelta(minutes=1) if created else begin - timedelta(minutes=1)
    subject, about = f"build:{REPOSITORY}/{name}.{attempt}", {"repository": REPOSITORY, "run_id": name}
    told = about | {
        "run_attempt": attempt, "workflow": workflow, "sha": name.ljust(40, "0"), "branch": "main", "event": event,
        "status": "completed", "created_at": asked,
    }  # fmt: skip
    return record(
        f"run {name}.{attempt}",
        fact("build.started", subject, begin, told),
        fact("build.finished", subject, end, told | {"conclusion": conclusion, "is_end_exact": True}),
        *(_job(subject, about | {"run_attempt": attempt}, job, outcome, (begin, end)) for job, outcome in jobs),
    )


def _job(subject: str, about: Row, name: str, outcome: str, times: tuple[datetime, datetime]) -> Row:
    told = {"job_id": name, "name": name, "status": "completed", "conclusion": outcome}
    told |= {"started_at": times[0], "finished_at": times[1]}
    return fact("build.job_finished", subject, times[1], about | told, what=name)


def _repository() -> Row:
    told = {"repository": REPOSITORY, "default_branch": "main"}
    return fact("repository.described", f"repository:{REPOSITORY}", day(0), told)


def _report(
    commit: str, number: int, at: float, *, failed: list[str], flaky: Sequence[str] = (), passed: int | None = None
) -> Row:
    told = {
        "repository": REPOSITORY, "sha": commit.ljust(40, "0"), "suite": "unit", "failed": len(failed), "skipped": 0,
        "passed": 9 - len(failed) if passed is None else passed, "failed_tests": failed, "flaky_tests": list(flaky),
    }  # fmt: skip
    return fact("build.tests_reported", f"commit:{REPOSITORY}@{commit}", day(at), told, what=str(number))

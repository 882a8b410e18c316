"""CI runs by attempt, and their jobs. A re-run is another attempt, never a correction of the first."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload

Status = Literal["queued", "in_progress", "completed"]


class Build(Payload):
    """`build.queued` and `build.started`; `status` is that of the newest version of this attempt."""

    repository: str
    run_id: str
    run_attempt: int
    workflow: str | None = None
    sha: str | None = None
    branch: str | None = None
    event: str | None = None
    url: str | None = None
    status: Status
    change_numbers: list[int] = Field(default_factory=list)
    created_at: Moment | None = None


class BuildFinished(Build):
    """`build.finished`; `conclusion` in lower case, as `success`, `failure`, `timed_out`.

    `is_end_exact` is null where the moment may lie after the end, as that of a record's last touch; the last job's end
    then tells better.
    """

    conclusion: str | None = None
    is_end_exact: bool | None = None


class BuildJob(Payload):
    """`build.job_started` and `build.job_finished`."""

    repository: str
    run_id: str
    run_attempt: int
    job_id: str
    name: str | None = None
    status: Status
    conclusion: str | None = None
    started_at: Moment | None = None
    finished_at: Moment | None = None


class BuildTested(Payload):
    """`build.tests_reported`: a suite's results; the `flaky_tests` failed and passed within one run."""

    repository: str
    run_id: str | None = None
    run_attempt: int | None = None
    sha: str | None = None
    change_number: int | None = None
    suite: str
    passed: int
    failed: int
    skipped: int = 0
    flaky: int | None = None
    failed_tests: list[str] = Field(default_factory=list)
    flaky_tests: list[str] = Field(default_factory=list)
    duration_seconds: float | None = None


class BuildCovered(Payload):
    """`build.coverage_reported`: how many lines the tests of a commit reach."""

    repository: str
    run_id: str | None = None
    run_attempt: int | None = None
    sha: str | None = None
    change_number: int | None = None
    lines_covered: int
    lines_total: int


EVENTS = (
    EventType("build.queued", Build, "A CI run was asked for.", "dev.cdevents.pipelinerun.queued"),
    EventType("build.started", Build, "A CI run began.", "dev.cdevents.pipelinerun.started"),
    EventType("build.finished", BuildFinished, "A CI run ended.", "dev.cdevents.pipelinerun.finished"),
    EventType("build.job_started", BuildJob, "A job of a CI run began.", "dev.cdevents.taskrun.started"),
    EventType("build.job_finished", BuildJob, "A job of a CI run ended.", "dev.cdevents.taskrun.finished"),
    EventType("build.tests_reported", BuildTested, "The tests of a commit were run, with these results."),
    EventType("build.coverage_reported", BuildCovered, "The tests of a commit reached so many of its lines."),
)

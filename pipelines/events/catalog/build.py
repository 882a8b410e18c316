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
    """`build.finished`; `conclusion` in lower case, as `success`, `failure`, `timed_out`."""

    conclusion: str | None = None


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


EVENTS = (
    EventType("build.queued", Build, "A CI run was asked for.", "dev.cdevents.pipelinerun.queued"),
    EventType("build.started", Build, "A CI run began.", "dev.cdevents.pipelinerun.started"),
    EventType("build.finished", BuildFinished, "A CI run ended.", "dev.cdevents.pipelinerun.finished"),
    EventType("build.job_started", BuildJob, "A job of a CI run began.", "dev.cdevents.taskrun.started"),
    EventType("build.job_finished", BuildJob, "A job of a CI run ended.", "dev.cdevents.taskrun.finished"),
)

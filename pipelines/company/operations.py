"""What happens around the code, as plain facts: CI, incidents, support, monitoring. Moments as in `facts.py`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A gate of a CI run: `lint`, `types`, `unit`, `integration`, `build` or `e2e`."""

    name: str
    started_at: datetime
    finished_at: datetime
    conclusion: str


@dataclass(frozen=True, slots=True)
class Build:
    """One attempt of a CI run; a re-run of the same run is another one with the next attempt.

    Attributes:
        key: of the run, the same for all of its attempts.
        event: `pull_request` or `push`.
        pull_branch: of the pull request that it checks, None on the default branch.
        conclusion: `success`, `failure` or `cancelled`.
        is_flaky: it failed for no fault of the code.
        coverage: lines reached and lines in all, None where no test ran.
    """

    key: str
    repository: str
    workflow: str
    attempt: int
    sha: str
    branch: str
    event: str
    pull_branch: str | None
    created_at: datetime
    started_at: datetime
    finished_at: datetime
    conclusion: str
    jobs: tuple[Job, ...] = ()
    is_flaky: bool = False
    coverage: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Production was hurt, by a deployment or a flag, or by neither.

    Attributes:
        kind: `availability`, `security` or `other`.
        is_explicit: whether the report names what it blames; else only time tells.
        told_in: who keeps the report: the `forge`, the `tracker`, the `pager`, or the `on_call` tool of the first team.
    """

    key: str
    service: str
    title: str
    opened_at: datetime
    resolved_at: datetime | None
    severity: str
    is_critical: bool = False
    kind: str = "availability"
    deployment: str | None = None
    flag: str | None = None
    is_explicit: bool = False
    told_in: str = "pager"


@dataclass(frozen=True, slots=True)
class SupportTicket:
    """A user asked for help.

    Attributes:
        topic: what it is really about, which no field of the ticket tells.
        requester: the user's key, as of the product's events.
        is_internal: asked by one of our own people.
        request: the wish that it holds, as `add excel format`, None for none.
        story: whose feature the wish is about.
        deleted_at: None for kept; spam is, and now and then a ticket by mistake.
    """

    key: str
    topic: str
    subject: str
    text: str
    requester: str
    opened_at: datetime
    solved_at: datetime | None
    tags: tuple[str, ...] = ()
    is_internal: bool = False
    request: str | None = None
    story: str | None = None
    merged_into: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What monitoring saw of a service in one bucket, by the arm of a flag that its requests were in.

    Attributes:
        variant: `on` or `off`, None where requests carry no label.
        latencies: seconds of the median and of the 95th percentile.
    """

    service: str
    flag: str | None
    variant: str | None
    at: datetime
    bucket_seconds: int
    requests: int
    errors: int
    latencies: tuple[float, float]

"""Deployments and the statuses they went through."""

from typing import Literal

from pipelines.events.catalog.base import EventType, Moment, Payload

State = Literal["queued", "pending", "in_progress", "success", "failure", "error", "inactive"]


class DeploymentCreated(Payload):
    """`deployment.created`; `is_production` as the vendor declares it, null where it declares nothing."""

    repository: str
    deployment_id: str
    environment: str | None = None
    is_production: bool | None = None
    is_transient: bool | None = None
    service: str | None = None
    sha: str | None = None
    ref: str | None = None
    task: str | None = None
    description: str | None = None
    url: str | None = None
    created_at: Moment | None = None


class DeploymentStatusChanged(Payload):
    """`deployment.status_changed`; `inactive` only says that a later deployment took over."""

    repository: str
    deployment_id: str
    status_id: str
    state: State
    environment: str | None = None
    url: str | None = None


EVENTS = (
    EventType("deployment.created", DeploymentCreated, "A deployment was asked for."),
    EventType("deployment.status_changed", DeploymentStatusChanged, "A deployment reached a status."),
)

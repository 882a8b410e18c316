"""Feature flags: what a flag is, and after each change how it stands in an environment and whom it reaches."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload

Change = Literal["turned_on", "turned_off", "rollout", "targeting", "prerequisites", "other"]
ReleaseKind = Literal["progressive", "guarded"]
ReleaseStatus = Literal["pending", "in_progress", "waiting", "completed", "reverted", "unknown"]


class Flag(Payload):
    """Which flag a fact is about; `project` holds its key, as two projects may use one."""

    project: str
    flag_key: str


class FlagUpdated(Flag):
    """`flag.created` and `flag.updated`: the flag by its newest version.

    `custom_properties` are the team's own, by name; stories may be told in them, in the tags, the name or the
    description.
    """

    name: str | None = None
    description: str | None = None
    tags: list[str] = Field(default_factory=list)
    custom_properties: dict[str, list[str]] = Field(default_factory=dict)
    variations: list[str] = Field(default_factory=list)
    is_temporary: bool | None = None
    is_archived: bool | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    url: str | None = None


class FlagConfigured(Flag):
    """`flag.configured`: how a flag stands in an environment after a change.

    Attributes:
        changes: what the change was about; empty where the vendor does not tell.
        is_on: whether rules count at all; off, everybody gets the off variation.
        served_percentage: of the environment's users who get the feature, 0 to 100, those whom a rule for single people
            or segments names left out; null where it cannot be known, and `unknown_reason` says why.
        feature_variation: which variation is the feature, of a flag with several.
        targeted_users: single people who are named, one by one.
        targeted_segments: groups that a rule names, as our own people.
        prerequisites: flags that must serve a variation first, as `flag=variation`.
        is_rerandomised: whether people are drawn anew from this change on.
        is_observed: the moment is that of a poll, so the change came some time before it.
    """

    environment: str
    changes: list[Change] = Field(default_factory=list)
    is_production: bool | None = None
    is_on: bool | None = None
    served_percentage: float | None = Field(default=None, ge=0, le=100)
    unknown_reason: str | None = None
    feature_variation: str | None = None
    targeted_users: int | None = None
    targeted_segments: list[str] = Field(default_factory=list)
    prerequisites: list[str] = Field(default_factory=list)
    is_rerandomised: bool | None = None
    version: int | None = None
    is_observed: bool = False


class FlagEnvironmentDefined(Payload):
    """`flag.environment_defined`: where flags stand; `is_production` is null where the vendor does not tell."""

    project: str
    environment: str
    name: str | None = None
    is_production: bool | None = None


class FlagStepped(Flag):
    """A step of a flag's life that carries nothing more."""


class FlagReleaseStep(Payload):
    """A planned share of a release, 0 to 100, and when it was served."""

    percentage: float
    started_at: Moment | None = None
    ended_at: Moment | None = None


class FlagReleased(Flag):
    """`flag.release_updated`: a release that the flag service itself carries out, by its newest version."""

    environment: str
    release_id: str
    kind: ReleaseKind
    status: ReleaseStatus
    steps: list[FlagReleaseStep] = Field(default_factory=list)
    started_at: Moment | None = None
    ended_at: Moment | None = None


EVENTS: tuple[EventType, ...] = (
    EventType("flag.created", FlagUpdated, "A feature flag came into being."),
    EventType("flag.updated", FlagUpdated, "A feature flag stands as its newest version says."),
    EventType("flag.configured", FlagConfigured, "A flag was changed in an environment and now reaches these people."),
    EventType("flag.archived", FlagStepped, "A flag was put away; nothing asks for it any more."),
    EventType("flag.restored", FlagStepped, "An archived flag was taken out again."),
    EventType("flag.deleted", FlagStepped, "The flag service no longer has the flag."),
    EventType("flag.environment_defined", FlagEnvironmentDefined, "The flag service has this environment."),
    EventType("flag.release_updated", FlagReleased, "A release by steps stands as its newest version says."),
)

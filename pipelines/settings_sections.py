"""The tables of `storyline.toml` and their defaults; what each vendor may say there is its source's own."""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Section(BaseModel):
    """A table of the settings: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# Where a ticket stands in the line by the name of its status.
MilestoneStatuses = dict[str, Literal["backlog", "spec", "code_complete", "reviewed"]]


class People(Section):
    """Who is a bot although the account says it is a person."""

    bots: tuple[str, ...] = (
        "golangcibot", "codecov-io", "codecov-commenter", "coveralls", "houndci-bot", "k8s-ci-robot",
        "k8s-github-robot", "googlebot", "greenkeeperio-bot", "mergify-bot", "pyup-bot", "rustbot", "bors",
        "bors-servo", "snyk-bot", "sonarcloud", "stickler-ci", "facebook-github-bot", "jenkins-bot",
        "netlify-bot", "vercel-bot", "renovate-bot", "dependabot-support", "imgbot", "allcontributors",
        "cla-assistant", "CLAassistant", "gitter-badger", "web-flow",
    )  # fmt: skip


class Stories(Section):
    """What is measured, by what a story's milestones are known, and which words only look like keys.

    Attributes:
        feature_events: a story's key by the name of the product event that tells of its use.
        spec_posts: a draft that `storyline spec --post` posted is a specification, too.
        feature_property: of product events, which names the story or the flag whose feature was used.
    """

    unmeasured_types: tuple[str, ...] = ("Epic", "Initiative", "Theme", "Insight", "Interview")
    spec_statuses: tuple[str, ...] = ("Spec", "Specification", "Specified", "Ready for Development")
    spec_labels: tuple[str, ...] = ("spec", "specified", "spec-ready")
    spec_link_pattern: str = r"\b(spec|specs|specification|specifications)\b"
    spec_posts: bool = True
    ai_labels: tuple[str, ...] = ("ai-assisted", "ai-generated")
    review_requires_human: bool = True
    flap_seconds: float = Field(default=60, ge=0)
    cancelled_resolutions: tuple[str, ...] = (
        "Won't Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Can't Reproduce", "Not Reproducible", "Declined",
        "Rejected", "Invalid", "Incomplete", "Not a Bug", "Not an Issue", "Works as Designed", "Obsolete", "Abandoned",
        "Withdrawn", "Canceled", "Cancelled", "wontfix", "not_planned",
    )  # fmt: skip
    cancelled_statuses: tuple[str, ...] = (
        "Cancelled", "Canceled", "Won't Do", "Won't Fix", "Duplicate", "Rejected", "Declined", "Abandoned", "Obsolete",
    )  # fmt: skip
    follow_up_relations: tuple[str, ...] = (
        "is learned from", "is follow-up of", "follow-up of", "is follow up of",
    )  # fmt: skip
    interview_types: tuple[str, ...] = ("Interview", "User Interview", "Insight", "Research", "User Research")
    interview_link_patterns: tuple[str, ...] = (r"\binterviews?\b", r"\buser research\b")
    ignored_key_prefixes: tuple[str, ...] = (
        "UTF", "SHA", "ISO", "RFC", "CVE", "CWE", "GHSA", "PEP", "AES", "RSA", "MD", "HTTP", "TLS", "SSL", "X",
        "COVID", "GPT", "WIN", "ARM", "IPV", "ES", "PY", "UTC", "GMT", "IEEE", "ASCII", "BASE", "INT", "FLOAT",
    )  # fmt: skip
    feature_events: dict[str, str] = Field(default_factory=dict)
    feature_property: str = Field(default="feature", pattern=r"^[^\"\\']+$")

    @field_validator("spec_link_pattern")
    @classmethod
    def _can_be_searched_for(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression ({error})") from None
        if not pattern:
            raise ValueError("an empty pattern is found in every title")
        return pattern


class Delivery(Section):
    """What counts as production, as an incident and as a hotfix.

    Attributes:
        production_environments: names of which `*` stands for anything.
        rollout_window_hours: a commit that goes through the environments of production within these is one deployment.
        rework_types: of tickets whose work is unplanned, beside that of incidents.
    """

    production_environments: tuple[str, ...] = (
        "production", "prod", "live", "production-*", "prod-*", "production/*", "prod/*", "production *",
    )  # fmt: skip
    incident_labels: tuple[str, ...] = ("incident", "outage", "sev1", "sev2", "production-incident")
    incident_types: tuple[str, ...] = ("Incident", "Production Incident", "Outage", "[System] Incident")
    hotfix_labels: tuple[str, ...] = ("hotfix", "revert", "rollback")
    incident_window_hours: int = Field(default=24, ge=1)
    rollout_window_hours: int = Field(default=72, ge=1)
    rework_types: tuple[str, ...] = ()


class Flags(Section):
    """Which stories flags let out where nothing else tells, and from which share on a story is in production.

    Attributes:
        stories: a story's key by the flag's, or by `project/flag` where two projects use one key.
        production_environments: empty: those that the flag service calls critical or production, and `production`.
        first_users_percentage: of production's users, 0 to 100.
        holdback_percentage: from this share on the rest is held back on purpose; below it, a stop is a pause.
        pause_after_days: a step that stood so long is a pause, or a holdback.
        stale_after_days: a flag that stood at 100 % so long and was not put away is stale.
    """

    stories: dict[str, str] = Field(default_factory=dict)
    production_environments: tuple[str, ...] = ()
    first_users_percentage: float = Field(default=10, gt=0, le=100)
    holdback_percentage: float = Field(default=90, gt=0, le=100)
    pause_after_days: float = Field(default=5, gt=0)
    stale_after_days: float = Field(default=60, gt=0)


class Team(Section):
    """A team owns tickets by project and changes by repository; its calendar is one of `[calendars]`."""

    projects: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    calendar: str | None = None


class Membership(Section):
    """From how many acts on, and over which silence, somebody who worked for a team is called its member."""

    minimum_acts: int = Field(default=3, ge=1)
    gap_days: int = Field(default=60, ge=1)


class Freshness(Section):
    """From which age on a source is called stale."""

    stale_after_hours: int = Field(default=36, ge=1)


class NetworkSettings(Section):
    """How vendors are reached over HTTP."""

    proxy: str | None = None
    ca_bundle: Path | None = None
    timeout_seconds: float = Field(default=30, gt=0)
    max_response_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    max_wait_seconds: float = Field(default=3_900, ge=0)
    attempts: int = Field(default=6, ge=1)


class UsageSettings(Section):
    """Where product events lie."""

    segments: Path | None = None

"""What the settings say of comments on tickets: whether any are written, where, when, and how many an hour."""

from datetime import datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.time_zone import TimeZone

Mode = Literal["off", "dry_run", "approve", "auto"]


class FollowUps(BaseModel):
    """Which stories get a follow-up story, made in their own project.

    Attributes:
        enabled: they are made; else they are only proposed in the comment.
        least_people: of a story's top request, from which on it is taken up; nothing of fewer than three is told of.
        adoption_target: share, 0 to 1, that users reach within the window; missed where even the upper end of the
            interval of a mature cohort lies below it. None: no story misses it.
        issue_type: of the new ticket, for trackers that have types; `labels` have to be known to some of them.
        most_per_run: what is due beyond it waits for the next run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    least_people: int = Field(default=3, ge=3)
    adoption_target: float | None = Field(default=None, gt=0, lt=1)
    issue_type: str = Field(default="Story", min_length=1)
    labels: tuple[str, ...] = ()
    most_per_run: int = Field(default=3, ge=1)


class Writeback(BaseModel):
    """How comments reach tickets.

    Attributes:
        mode: `off`; `dry_run` shows what would be written; `approve` writes what a person approved; `auto` writes all.
        enabled_at: nothing is written for a story that all had before; None: since the first run in this mode.
        projects: keys of those that are written to; empty: all but `excluded_projects`.
        quiet_from: nothing is written from then until `quiet_until`, by `time_zone`; equal: at any time.
        comments_per_hour: to one project.
        correction_threshold: a comment that stands is written anew when a figure moved by more than this share of it.
        follow_ups: stories that are made of what others taught.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "dry_run"
    enabled_at: datetime | None = None
    projects: tuple[str, ...] = ()
    excluded_projects: tuple[str, ...] = ()
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    time_zone: TimeZone = "UTC"
    comments_per_hour: int = Field(default=20, ge=1)
    correction_threshold: float = Field(default=0.1, gt=0)
    follow_ups: FollowUps = FollowUps()

    @field_validator("enabled_at")
    @classmethod
    def _has_a_zone(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("write it with its zone, as 2026-01-05T00:00:00Z")
        return moment

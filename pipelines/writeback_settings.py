"""What the settings say of what is written back: comments, events and release notes; where, when and how often."""

from datetime import datetime, time
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pipelines.time_zone import TimeZone

Mode = Literal["off", "dry_run", "approve", "auto"]
EventKind = Literal["story_shipped", "rollout_step", "impact_measured"]
MarkKind = Literal["annotation", "release"]
EVENTS: tuple[str, ...] = get_args(EventKind)
# What goes to product analytics: nobody is told by it, and it stands on no ticket.
ANALYTICS: tuple[str, ...] = (*EVENTS, *get_args(MarkKind))
RELEASE_NOTE, FOLLOW_UP, SPEC = "release_note", "follow_up", "spec"


def _has_a_zone(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError("write it with its zone, as 2026-01-05T00:00:00Z")
    return moment


_Moment = Annotated[datetime | None, AfterValidator(_has_a_zone)]


class Analytics(BaseModel):
    """What goes back to product analytics.

    Attributes:
        enabled: whether anything does.
        enabled_at: nothing is told of what happened before; None: since the first run with it.
        kinds: events, notes on charts and releases that are sent.
        device_prefix: of the devices that events are told of, in place of a user's.
        device_shards: stories are dealt among so many devices, since one may send some thirty events a second.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    enabled_at: _Moment = None
    kinds: tuple[EventKind | MarkKind, ...] = (*get_args(EventKind), *get_args(MarkKind))
    device_prefix: str = Field(default="storyline", pattern=r"^[a-z0-9-]{5,40}$")
    device_shards: int = Field(default=8, ge=1, le=1000)


class ReleaseNotes(BaseModel):
    """What is written into the notes of releases.

    Attributes:
        enabled: whether anything is.
        enabled_at: nothing is written of a story that all had before; None: since the first run with it.
        repositories: whose releases are written to, as `acme/shop`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    enabled_at: _Moment = None
    repositories: tuple[str, ...] = ()


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
        correction_threshold: what was told is corrected when a figure moved by more than this share of it.
        follow_ups: stories that are made of what others taught.
        approve_in_report: every reader of the report may approve and reject; else the command alone does.
        analytics: what goes back to product analytics; `release_notes`: into the notes of releases.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "dry_run"
    enabled_at: _Moment = None
    projects: tuple[str, ...] = ()
    excluded_projects: tuple[str, ...] = ()
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    time_zone: TimeZone = "UTC"
    comments_per_hour: int = Field(default=20, ge=1)
    correction_threshold: float = Field(default=0.1, gt=0)
    follow_ups: FollowUps = FollowUps()
    approve_in_report: bool = False
    analytics: Analytics = Analytics()
    release_notes: ReleaseNotes = ReleaseNotes()

    def lacks(self, kind: str) -> str | None:
        """Say why messages of a kind are not sent at all; None where they may be."""
        if kind in ANALYTICS and not (self.analytics.enabled and kind in self.analytics.kinds):
            return f"writeback.analytics sends no {kind}"
        if kind == RELEASE_NOTE and not self.release_notes.enabled:
            return "writeback.release_notes is not enabled"
        if kind == FOLLOW_UP and not self.follow_ups.enabled:
            return "follow-up stories are off (writeback.follow_ups.enabled)"
        return None

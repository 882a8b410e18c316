"""What the settings say of comments on tickets: whether any are written, where, when, and how many an hour."""

from datetime import datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.time_zone import TimeZone

Mode = Literal["off", "dry_run", "approve", "auto"]


class Writeback(BaseModel):
    """How comments reach tickets.

    Attributes:
        mode: `off`; `dry_run` shows what would be written; `approve` writes what a person approved; `auto` writes all.
        enabled_at: nothing is written for a story that all had before; None: since the first run in this mode.
        projects: keys of those that are written to; empty: all but `excluded_projects`.
        quiet_from: nothing is written from then until `quiet_until`, by `time_zone`; equal: at any time.
        comments_per_hour: to one project.
        correction_threshold: a comment that stands is written anew when a figure moved by more than this share of it.
        approve_in_report: every reader of the report may approve and reject; else the command alone does.
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
    approve_in_report: bool = False

    @field_validator("enabled_at")
    @classmethod
    def _has_a_zone(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("write it with its zone, as 2026-01-05T00:00:00Z")
        return moment

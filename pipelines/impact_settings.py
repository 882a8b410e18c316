"""What the settings say of impact: who is counted, in which arm, what counts as activity, and when a window is over."""

from pydantic import BaseModel, ConfigDict, Field


class Impact(BaseModel):
    """How people who met a feature are counted.

    Attributes:
        control_variants: what a flag serves to those who do not get the feature; every other variant is the feature.
        passive_events: product events that nobody did, as a notification that arrived: no sign of activity.
        conversion_events: product events that are a conversion; without any, every event with revenue above 0 is one.
        adoption_days: since all users have a feature, in which those who tried it are counted.
        ticket_weeks: whole weeks on each side of a launch, at most, in which support tickets are counted.
        late_hours: a window is over once it ended so long before the newest upload: until then events may still come.
        longest_delay_days: what is told to have been done longer than this before its upload has no known time.
        clock_tolerance_minutes: a device whose events are all uploaded later than this has a slow clock.
        flag_delay_seconds: after a flag's change its product may still serve what it served before.
        bot_events_per_minute: who is as fast as this on most days is a program; and
        bot_events_per_day: who did more than this on any day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    control_variants: tuple[str, ...] = ("off", "control", "false", "disabled", "0", "no", "none")
    passive_events: tuple[str, ...] = ()
    conversion_events: tuple[str, ...] = ()
    adoption_days: int = Field(default=30, ge=1)
    ticket_weeks: int = Field(default=8, ge=4, le=26)
    late_hours: float = Field(default=48, ge=0)
    longest_delay_days: float = Field(default=14, gt=0)
    clock_tolerance_minutes: float = Field(default=30, gt=0)
    flag_delay_seconds: float = Field(default=120, ge=0)
    bot_events_per_minute: float = Field(default=60, gt=0)
    bot_events_per_day: int = Field(default=5_000, ge=1)

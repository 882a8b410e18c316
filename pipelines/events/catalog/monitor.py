"""What monitoring measured of a service: error rate and latency over time, by flag variant where it is labelled."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload

Measure = Literal[
    "error_rate", "requests", "errors", "latency_p50_seconds", "latency_p95_seconds", "crash_free_rate", "sessions",
    "crashed_sessions", "latency_bucket", "other",
]  # fmt: skip


class Point(Payload):
    """A value over the bucket that begins at `at`; null where nothing was measured; `count` of what it is made of."""

    at: Moment
    value: float | None = None
    count: float | None = None


class MonitorMeasured(Payload):
    """`monitor.measured`: one series over one window; it happened when the window ended.

    Attributes:
        monitor_id: which query or series, by the settings' own name.
        bucket_seconds: how long each point's bucket is.
        labels: what else tells the series apart; of `latency_bucket`, requests that took at most so many seconds, `le`
            has these.
    """

    monitor_id: str
    measure: Measure
    service: str | None = None
    environment: str | None = None
    release: str | None = None
    flag_key: str | None = None
    variant: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    window_start: Moment
    window_end: Moment
    bucket_seconds: float
    points: list[Point]


EVENTS: tuple[EventType, ...] = (
    EventType("monitor.measured", MonitorMeasured, "Monitoring measured a service over a window of time."),
)

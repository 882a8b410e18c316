"""What the line itself concluded of a rollout: an event of our own, told by no vendor."""

from typing import Literal

from pipelines.events.catalog.base import EventType, Moment, Payload

Verdict = Literal["ok", "pause", "investigate", "roll_back", "too_early"]


class VerdictReached(Payload):
    """`rollout.verdict_reached`: the verdict on a step and guardrail is another than before, as of a moment.

    Attributes:
        change_number: counts the changes of this step and guardrail, from 1 on.
        previous_verdict: `too_early` where there was none.
        window_ended_at: of the newest that was judged; null where no time bounds it.
        step_ended_at: null while the step lasts.
    """

    flag_key: str
    environment: str
    epoch: int
    step: int
    guardrail: str
    change_number: int
    verdict: Verdict
    previous_verdict: Verdict
    reason: str
    story_key: str | None = None
    percentage: float | None = None
    treated_value: float | None = None
    control_value: float | None = None
    threshold: float | None = None
    n_treated: int = 0
    n_control: int = 0
    window_ended_at: Moment | None = None
    step_ended_at: Moment | None = None


EVENTS: tuple[EventType, ...] = (
    EventType("rollout.verdict_reached", VerdictReached, "A guardrail's verdict on a step of a rollout changed."),
)

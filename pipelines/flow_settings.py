"""What the settings say of flow: in which statuses somebody works on a story, in which it waits, what lately means."""

from collections import Counter

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FlowStatuses(BaseModel):
    """The statuses of the value stream, by their present names. What is in neither list is outside of it.

    Attributes:
        active_statuses: somebody works on a story that stands there.
        wait_statuses: it waits there for somebody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    active_statuses: tuple[str, ...] = ()
    wait_statuses: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "FlowStatuses":
        counted = Counter(name.strip().lower() for name in (*self.active_statuses, *self.wait_statuses))
        twice = sorted(name for name, count in counted.items() if count > 1)
        if twice:
            raise ValueError(f"a status is declared once, as active or as wait: {', '.join(twice)}")
        return self


class Flow(FlowStatuses):
    """Statuses for all projects, and for those that have a table of their own; that one then holds alone.

    Attributes:
        window_days: what counts as lately where time in the stages is told of late.
    """

    window_days: int = Field(default=90, ge=1)
    projects: dict[str, FlowStatuses] = Field(default_factory=dict)

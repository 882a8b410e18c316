"""How each model, test and estimate of a transform ended."""

from dataclasses import dataclass
from typing import Any, Literal

from pipelines.models import one_line

Status = Literal["ok", "warn", "failed", "skipped"]

# The kind of an estimate, beside dbt's own of models and tests.
ESTIMATE = "estimate"
_STATUSES: dict[str, Status] = {
    "success": "ok",
    "pass": "ok",
    "no-op": "ok",
    "warn": "warn",
    "skipped": "skipped",
}


def short_name(unique_id: str) -> str:
    """Return a node's name out of dbt's id; a unit test's id has its model's name before its own."""
    kind, _project, name, *rest = unique_id.split(".")
    return rest[0] if kind == "unit_test" else name


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one model or test ended.

    Attributes:
        unique_id: dbt's name for it, as `model.storyline.fct_stories`.
        failures: rows that a test found wrong; 0 where none or not a test.
        seconds: time it took.
    """

    unique_id: str
    status: Status
    failures: int
    message: str
    seconds: float

    @property
    def name(self) -> str:
        """Its short name."""
        return short_name(self.unique_id)

    @property
    def is_model(self) -> bool:
        """Whether dbt builds it; an estimate is computed."""
        return not self.is_test and not self.unique_id.startswith(f"{ESTIMATE}.")

    @property
    def is_test(self) -> bool:
        """Whether it tests rather than builds."""
        return self.unique_id.startswith(("test.", "unit_test."))


def estimated(table: str, seconds: float) -> NodeResult:
    """Return how an estimate ended that was computed: well."""
    return NodeResult(unique_id(table), "ok", 0, "", seconds)


def unique_id(table: str) -> str:
    """Return the name of an estimate beside those of dbt's nodes."""
    return f"{ESTIMATE}.storyline.{table}"


def ended(result: Any, rows: str | None = None) -> NodeResult:
    """Return how a node of dbt ended, by dbt's own result.

    Args:
        rows: the first rows that a test found wrong, in words.
    """
    # A test whose rows only warn counts them below zero.
    message = one_line(result.message or "").replace("Got -", "Got ")
    return NodeResult(
        unique_id=result.node.unique_id,
        status=_STATUSES.get(str(result.status), "failed"),
        failures=abs(result.failures or 0),
        message=f"{message} ({rows})" if rows else message,
        seconds=result.execution_time,
    )

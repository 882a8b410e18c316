"""What the settings say of CI: which job is which gate, and which workflows must be green on the default branch."""

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator

# Tried in this order, the first that is found wins: "integration tests" are no unit tests, "type check" is no lint.
GATES: dict[str, tuple[str, ...]] = {
    "end to end": (r"(^|[^a-z])(e2e|end.?to.?end|playwright|cypress|selenium|acceptance|browser)",),
    "integration": (r"(^|[^a-z])(integration|contract|smoke|api.?test)",),
    "types": (r"(^|[^a-z])(types?([^a-z]|$)|type.?check|mypy|pyright|tsc([^a-z]|$))",),
    "lint": (
        r"(^|[^a-z])(lint|[a-z]+lint([^a-z]|$)|format|fmt|style|ruff|flake8|black|prettier|clippy|checkstyle|rubocop)",
    ),
    "unit": (r"(^|[^a-z])(unit|tests?([^a-z]|$)|pytest|jest|vitest|junit|rspec)",),
    "build": (r"(^|[^a-z])(build|compil|packag|bundl|assembl|docker|image|wheel)",),
}

# To look ahead, behind or back, which RE2 cannot.
_BEYOND_RE2 = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=)|\\[1-9]")


class Ci(BaseModel):
    """Which jobs are which gates, and what must be green.

    Attributes:
        gates: regular expressions (RE2) by gate; the first gate of which one is found in a job's name wins, in whatever
            case. What none finds is looked for in the workflow's name, else the gate is `other`.
        required_workflows: names of those that make the default branch red; empty: all that run on a push to it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    required_workflows: tuple[str, ...] = ()
    gates: dict[str, tuple[str, ...]] = Field(default_factory=lambda: dict(GATES))

    @field_validator("gates")
    @classmethod
    def _can_be_searched_for(cls, gates: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for gate, patterns in gates.items():
            if gate == "other" or not patterns:
                raise ValueError(f"gate {gate!r} needs a name that is not 'other', and at least one pattern")
            for pattern in patterns:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"{pattern!r} is no regular expression ({error})") from None
                if _BEYOND_RE2.search(pattern):
                    raise ValueError(f"{pattern!r} looks around or back; RE2 cannot search for it")
        return gates

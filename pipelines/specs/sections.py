"""A specification in eight sections, and the form in which a model gives it: nothing here knows where it comes from."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SECTIONS = (
    "feature_summary", "api_contract", "data_model", "component_structure", "implementation_steps", "edge_cases",
    "acceptance_criteria", "testing_strategy",
)  # fmt: skip
MOST_LINES, LONGEST_LINE, LONGEST = 40, 600, 20_000

# The lines of each section by its name, in the order of `SECTIONS`.
Sections = Mapping[str, tuple[str, ...]]


class _Answer(BaseModel):
    """An answer: exactly eight sections."""

    model_config = ConfigDict(extra="forbid", strict=True)

    feature_summary: list[str] = Field(min_length=1, max_length=MOST_LINES)
    api_contract: list[str] = Field(min_length=1, max_length=MOST_LINES)
    data_model: list[str] = Field(min_length=1, max_length=MOST_LINES)
    component_structure: list[str] = Field(min_length=1, max_length=MOST_LINES)
    implementation_steps: list[str] = Field(min_length=1, max_length=MOST_LINES)
    edge_cases: list[str] = Field(min_length=1, max_length=MOST_LINES)
    acceptance_criteria: list[str] = Field(min_length=1, max_length=MOST_LINES)
    testing_strategy: list[str] = Field(min_length=1, max_length=MOST_LINES)


def sections_of(text: str) -> Sections:
    """Return the sections of an answer.

    Raises:
        ValueError: it is not JSON of the form that was asked for.
    """
    try:
        told = _Answer.model_validate_json(text).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise ValueError(f"{place}: {first['type']}") from None
    return {name: tuple(told[name]) for name in SECTIONS}


def schema() -> dict[str, Any]:
    """Return the JSON schema of an answer, in the part of it that both vendors hold models to."""
    lines = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "properties": dict.fromkeys(SECTIONS, lines),
        "required": list(SECTIONS),
        "additionalProperties": False,
    }

"""What the settings say of AI tools: since when who has them, which signs they leave, and whose tools leave none."""

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class AiSignal(BaseModel):
    """A sign of a tool that the built-in list does not know.

    Attributes:
        kind: where it stands; of a trailer, footer and checkbox `pattern` is a regular expression (RE2), of an author
            and reviewer the login without `[bot]`, of a branch its first letters, of a note its ref.
        tool: that leaves it.
        is_declared: whether a person sets it by hand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["trailer", "checkbox", "footer", "author", "branch", "note", "reviewer"]
    pattern: str = Field(min_length=1)
    tool: str = Field(min_length=1)
    is_declared: bool = False

    @model_validator(mode="after")
    def _can_be_searched_for(self) -> "AiSignal":
        if self.kind in ("trailer", "checkbox", "footer"):
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"{self.pattern!r} is no regular expression ({error})") from None
        return self


class Ai(BaseModel):
    """Since when who has AI tools, and by what it is seen that they were used.

    Attributes:
        enabled_on: first day (UTC) for the whole organisation, None where that is not known.
        teams: first day by team, and `developers` by the tracker's account; each goes before the wider one.
        unmarked_teams: whose tools leave no sign: where none is found, nothing is known.
        signals: beside the built-in ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled_on: date | None = None
    unmarked_teams: tuple[str, ...] = ()
    teams: dict[str, date] = Field(default_factory=dict)
    developers: dict[str, date] = Field(default_factory=dict)
    signals: tuple[AiSignal, ...] = ()

"""What a ticket bears beside its moves, as plain facts: signs of the AI tools, its specification, its new project."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AiSign(StrEnum):
    """How it can be told that the AI tools were used; often by nothing."""

    LABEL = "label"
    TRAILER = "co-authored-by"
    DECLARED = "assisted-by"
    FOOTER = "footer"
    BOT = "bot"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SpecDocument:
    """A specification outside of the tracker: a `link` of the ticket, or only named in a `comment`."""

    at: datetime
    by: str
    title: str
    told_in: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A ticket was moved to another team's project, where it has another key."""

    at: datetime
    by: str
    key: str
    team: str

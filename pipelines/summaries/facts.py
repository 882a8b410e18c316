"""What may be said of a story, fact by fact: typed, with its unit, its interval and its grade, and as it is printed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

# Raised whenever another comment comes out of equal facts, or other facts out of equal rows.
VERSION = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known.

    Attributes:
        id: by which a sentence calls it, as `c1.figure`.
        kind: share, ratio, difference, change, count, interval, people, outcome, group, basis, name, day or duration.
        unit: of `value`: share (0 to 1), times, people, tickets, seconds, days; none of a text.
        text: as it is printed, with its unit; code alone writes it.
        value: the figure; of an interval null, and `low` and `high` its ends.
        grade: of the evidence behind it, A to D; null where nothing is claimed.
    """

    id: str
    kind: str
    unit: str
    text: str
    value: float | int | None = None
    low: float | None = None
    high: float | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row of impact says.

    Attributes:
        id: as `c1`; its facts are called `c1.figure` and so on.
        form: which sentence tells it and which words are allowed, as `randomised_ratio` or `adoption`.
        subject: adoption, retention, conversion or tickets.
        answer: the mart's, as `increased`.
        facts: all of which a sentence has to hold.
        sentence: the template's own, its facts as `{{c1.figure}}`.
        is_offered: whether a model may word it; refusals and bare counts are the template's.
    """

    id: str
    form: str
    subject: str
    audience: str
    metric: str
    answer: str
    grade: str | None
    facts: tuple[Fact, ...]
    sentence: str
    is_offered: bool
    definition_version: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the figures of a story call for, and nobody has taken up yet.

    Attributes:
        id: as `p1`; its facts are called `p1.theme` and so on.
        reason: `top_request` or `adoption`.
        item_ids: of what users wrote, where it was asked for by them.
    """

    id: str
    reason: str
    item_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactPack:
    """All that a story's comment rests on.

    Attributes:
        state: `shipped` or `rolled_back`; of the latter nothing is claimed.
        shipped_at: since when all have it; of what was rolled back, since when users had it.
        final_at: from when on the figures are final; `is_final` also where nobody is waited for before.
        facts: of the story itself.
        lines: sentences of the template that are about no claim, by what they are.
        claims: in the order in which they are told.
        next_steps: stories that it calls for and that are not there.
        definition_version: of the comment's wording and of the estimates.
    """

    story_key: str
    epoch: int
    flag_keys: tuple[str, ...]
    state: str
    locale: str
    time_zone: str
    shipped_at: datetime
    final_at: datetime
    is_final: bool
    facts: tuple[Fact, ...]
    lines: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...]
    definition_version: str
    next_steps: tuple[NextStep, ...] = ()

    def everything(self) -> Iterator[Fact]:
        """Yield all facts, of the story and of its claims."""
        yield from self.facts
        for claim in self.claims:
            yield from claim.facts

    @property
    def offered(self) -> tuple[Claim, ...]:
        """The claims that a model may word."""
        return tuple(claim for claim in self.claims if claim.is_offered)

    def line(self, name: str) -> list[str]:
        """Return the sentences of a part of the comment."""
        return [sentence for part, sentence in self.lines if part == name]

    def canonical_json(self) -> str:
        """Return the pack as JSON with sorted keys and no spare blanks: equal facts have equal text."""
        told = asdict(self)
        return json.dumps(
            told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_iso
        )  # fmt: skip

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, hex."""
        return hashlib.sha256(self.canonical_json().encode("utf-8")).hexdigest()


def _iso(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is no fact")
    return value.astimezone(UTC).isoformat()

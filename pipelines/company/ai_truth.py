"""What the AI tools truly do, and what the plain comparison makes of it: larger stories came with them."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from statistics import fmean, median
from typing import Any

from pipelines.company.company import Company
from pipelines.company.facts import Status, Story
from pipelines.company.simulation import drawn_again
from pipelines.company.ticket_facts import AiSign
from pipelines.company.work import AI_FACTOR

# What each sign says where it can be seen: a person's word, or a tool's trace.
_SAYS = {
    AiSign.LABEL: "declared", AiSign.DECLARED: "declared", AiSign.TRAILER: "detected", AiSign.FOOTER: "detected",
    AiSign.BOT: "detected", AiSign.NONE: "none_detected",
}  # fmt: skip


def ai_truth(company: Company, as_of: datetime) -> dict[str, Any]:
    """Return the effect that was planted and the crude figures around it, as plain JSON.

    `factor` is what hours of coding are multiplied by, of one and the same story. `crude_ratio` is the median time from
    start to review of stories with the tools over that of stories begun before them; `by_size` has the same by points,
    null where either side has none. The mix of sizes hides the effect in the first, not in the second. `signs` counts
    the stories with the tools by what of it can be seen: `none` of a quarter.

    Nights and weekends stay as long as they are, so days shrink by less than hours of coding. `true_ratio` is what the
    tools make of the time from start to code complete, each story against itself drawn without them: the geometric mean
    over those with the tools, and by size; `enablement_ratio` that over all stories begun since the tools were there.
    `assistance` is what can be told of each story by its key.
    """
    written = [(story, seconds) for story in company.stories if (seconds := _seconds(story, as_of)) is not None]
    before = [pair for pair in written if _began(pair[0]) < company.ai_tools_at]
    after = [pair for pair in written if pair[0].is_ai_assisted]
    gains = ai_gains(company)
    sizes = sorted({story.size for story, _ in [*before, *after]})
    return {
        "factor": AI_FACTOR,
        "tools_at": company.ai_tools_at.isoformat(),
        "crude_ratio": _ratio(before, after),
        "by_size": {
            str(size): {
                "before": sum(story.size == size for story, _ in before),
                "after": sum(story.size == size for story, _ in after),
                "ratio": _ratio(_of(before, size), _of(after, size)),
                "true_ratio": _mean(gains[story.key] for story, _ in _of(after, size)),
            }
            for size in sizes
        },
        "true_ratio": _mean(gains[story.key] for story, _ in after),
        "enablement_ratio": _mean(gains[story.key] for story, _ in written if _began(story) >= company.ai_tools_at),
        "assistance": {story.key_at(as_of): _assistance(story, as_of) for story in company.stories},
        "signs": dict(Counter(story.ai_sign.value for story, _ in after)),
    }


def ai_gains(company: Company) -> dict[str, float]:
    """Return, by story, the log of what the tools make of its time from start to code complete; 0 without them."""
    real, without = drawn_again(company, AI_FACTOR), drawn_again(company, 1.0)
    return {one.key: math.log(_coding(one) / _coding(other)) for one, other in zip(real, without, strict=True)}


def _coding(story: Story) -> float:
    ready = max(pull.ready_at or pull.opened_at for pull in story.pull_requests)
    return (ready - _began(story)).total_seconds()


def _mean(logs: Iterable[float]) -> float | None:
    found = list(logs)
    return math.exp(fmean(found)) if found else None


def _assistance(story: Story, as_of: datetime) -> str:
    is_labelled = story.ai_sign is AiSign.LABEL and _began(story) <= as_of
    is_written = any(pull.opened_at <= as_of for pull in story.pull_requests)
    return _SAYS[story.ai_sign] if is_labelled or is_written else "unknown"


def _of(pairs: Iterable[tuple[Story, float]], size: int) -> list[tuple[Story, float]]:
    return [pair for pair in pairs if pair[0].size == size]


def _ratio(before: list[tuple[Story, float]], after: list[tuple[Story, float]]) -> float | None:
    if not before or not after:
        return None
    return median(seconds for _, seconds in after) / median(seconds for _, seconds in before)


def _began(story: Story) -> datetime:
    return next(move.at for move in story.moves if move.status is Status.IN_PROGRESS)


def _seconds(story: Story, as_of: datetime) -> float | None:
    """Return the time from start to review, None where it was not there by then."""
    there = next(move.at for move in story.moves if move.status is Status.IN_REVIEW)
    return (there - _began(story)).total_seconds() if there <= as_of else None

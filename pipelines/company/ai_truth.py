"""What the AI tools truly do, and what the plain comparison makes of it: larger stories came with them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Any

from pipelines.company.company import Company
from pipelines.company.facts import Status, Story
from pipelines.company.work import AI_FACTOR


def ai_truth(company: Company, as_of: datetime) -> dict[str, Any]:
    """Return the effect that was planted and the crude figures around it, as plain JSON.

    `factor` is what hours of coding are multiplied by, of one and the same story. `crude_ratio` is the median time from
    start to review of stories with the tools over that of stories begun before them; `by_size` has the same by points,
    null where either side has none. The mix of sizes hides the effect in the first, not in the second. `signs` counts
    the stories with the tools by what of it can be seen: `none` of a quarter.
    """
    written = [(story, seconds) for story in company.stories if (seconds := _seconds(story, as_of)) is not None]
    before = [pair for pair in written if _began(pair[0]) < company.ai_tools_at]
    after = [pair for pair in written if pair[0].is_ai_assisted]
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
            }
            for size in sizes
        },
        "signs": dict(Counter(story.ai_sign.value for story, _ in after)),
    }


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

"""What is true of each story's stages, told by its milestones, its moves and its team's calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from pipelines.company.company import Company
from pipelines.company.facts import Status, Story
from pipelines.company.team_calendars import TeamCalendar, team_calendars
from pipelines.company.truth import StoryTruth, story_truths

_MILESTONES = ("interview", "backlog", "spec", "code_complete", "reviewed", "production", "full_rollout")
# After which milestone a ticket stands in a status; Ready waits for work, and what it waits with is specified.
_STANDS = {
    Status.BACKLOG: "backlog",
    Status.SPEC: "spec",
    Status.READY: "spec",
    Status.IN_PROGRESS: "spec",
    Status.IN_REVIEW: "code_complete",
}
# What the settings must be told: this the line cannot know by itself.
MILESTONE_STATUSES = {Status.IN_REVIEW.value: "code_complete"}
_SLIP = timedelta(seconds=60)
_MICROSECOND = timedelta(microseconds=1)

# A stay of a ticket: the milestone after which it stands, None where it is done; its begin, and its end if it has one.
Stay = tuple[str | None, datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class StageTruth:
    """A stage of a story as of a moment. Times in microseconds; of the stage that lasts they are its age."""

    story_key: str
    stage: str
    entered_at: datetime
    left_at: datetime | None
    is_current: bool
    microseconds: int
    business_microseconds: int
    first_entered_at: datetime | None
    last_entered_at: datetime | None
    visit_count: int
    visit_microseconds: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, times in ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }


def stage_truths(company: Company, as_of: datetime) -> list[StageTruth]:
    """Return every stage of each story that is a ticket by then."""
    calendars = team_calendars(company)
    stories = {story.key_at(as_of): story for story in company.stories}
    return [
        stage
        for truth in story_truths(company, as_of)
        for stage in _stages(truth, stories[truth.story_key], calendars, as_of)
    ]


def _stages(
    truth: StoryTruth, story: Story, calendars: dict[str, TeamCalendar], as_of: datetime
) -> Iterator[StageTruth]:
    calendar = calendars[story.transfer.team if story.transfer and story.transfer.at <= as_of else story.team]
    stays = _stays(story, as_of)
    reached = (
        truth.interviewed_at, truth.backlog_at, truth.spec_at, truth.code_complete_at, truth.reviewed_at,
        truth.production_at, truth.full_rollout_at,
    )  # fmt: skip
    known = [(name, at) for name, at in zip(_MILESTONES, reached, strict=True) if at is not None]
    ends: list[tuple[str, datetime | None]] = [*known]
    if (following := _expected(truth, story, known[-1][0], as_of)) is not None:
        ends.append((following, None))
    for (begin, entered_at), (end, left_at) in pairwise(ends):
        assert entered_at is not None, "only the last is not reached"
        until = left_at or as_of
        # Whatever stands behind the last milestone that is reached belongs to the stage that lasts.
        names = _MILESTONES[_MILESTONES.index(begin) : _MILESTONES.index(end) if left_at else None]
        visits = _visits(stays, names)
        yield StageTruth(
            truth.story_key, f"{begin}_to_{end}", entered_at, left_at, left_at is None,
            (until - entered_at) // _MICROSECOND, calendar.worked(entered_at, until) // _MICROSECOND,
            visits[0][0][1] if visits else None, visits[-1][0][1] if visits else None, len(visits),
            sum((visit[-1][2] - visit[0][1]) // _MICROSECOND for visit in visits if visit[-1][2]),
        )  # fmt: skip


def _expected(truth: StoryTruth, story: Story, last: str, as_of: datetime) -> str | None:
    """Return the milestone that a story waits for, None where it waits for none."""
    moves = [move for move in story.moves if move.at <= as_of]
    if last == _MILESTONES[-1] or (moves and moves[-1].status is Status.DONE):
        return None
    is_begun = truth.started_at is not None or any(pull.opened_at <= as_of for pull in story.pull_requests)
    return "code_complete" if last == "backlog" and is_begun else _MILESTONES[_MILESTONES.index(last) + 1]


def _stays(story: Story, as_of: datetime) -> list[Stay]:
    """Return where the ticket stood one after the other; a slip of a hand is no stay, and what was before it lasts."""
    came = [(Status.BACKLOG, story.created_at), *((move.status, move.at) for move in story.moves if move.at <= as_of)]
    lasted = [later - at for (_, at), (_, later) in pairwise(came)]
    kept = [one for one, length in zip(came, [*lasted, _SLIP], strict=True) if length >= _SLIP]
    begins = [story.created_at, *(at for _, at in kept[1:])]
    return [
        (_STANDS.get(status), at, left) for (status, _), at, left in zip(kept, begins, [*begins[1:], None], strict=True)
    ]


def _visits(stays: Sequence[Stay], names: Sequence[str]) -> list[list[Stay]]:
    """Return each unbroken row of stays behind these milestones."""
    return [list(row) for is_here, row in groupby(stays, key=lambda stay: stay[0] in names) if is_here]

"""What is true of each story, told by the facts themselves and by no part of the line that measures them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipelines.company.company import Company
from pipelines.company.facts import PullRequest, Status, Story
from pipelines.company.flags import PRODUCTION
from pipelines.company.people import BOTS
from pipelines.company.releases import carried_at, merge_sha

_FIRST_USERS = 10.0
_ALL_USERS = 100.0


@dataclass(frozen=True, slots=True)
class StoryTruth:
    """A story's milestones as of a moment; None where it has not come to them."""

    story_key: str
    interviewed_at: datetime | None
    backlog_at: datetime
    spec_at: datetime | None
    started_at: datetime | None
    code_complete_at: datetime | None
    reviewed_at: datetime | None
    production_at: datetime | None
    full_rollout_at: datetime | None
    first_done_at: datetime | None
    reopened_count: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, times in ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }


def story_truths(company: Company, as_of: datetime) -> list[StoryTruth]:
    """Return what is true at a moment of each story that is a ticket by then."""
    ended = carried_at(company.deployments)
    return [_truth(story, ended, as_of) for story in company.stories if story.created_at <= as_of]


def _truth(story: Story, ended: dict[str, datetime], as_of: datetime) -> StoryTruth:
    def by_then(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= as_of else None

    def all_by_then(found: Iterable[datetime]) -> datetime | None:
        """Return the last of several moments, None where one has not come or there is none."""
        return by_then(max(found, default=None))

    steps = [step for step in story.flag.steps if step.at <= as_of] if story.flag else []
    pulls = [pull for pull in story.pull_requests if pull.opened_at <= as_of]
    own = own_set(pulls, ended, has_flag=bool(story.flag), let_out_at=first_share(steps, _FIRST_USERS))
    shipped = all_by_then(ended[merge_sha(pull)] for pull in own if merge_sha(pull) in ended)
    done = [move.at for move in story.moves if move.status is Status.DONE and move.at <= as_of]
    again = [move for move in story.moves if done and move.at > done[0] and move.status is not Status.DONE]
    return StoryTruth(
        story_key=story.key_at(as_of),
        interviewed_at=by_then(story.interview.held_at if story.interview else None),
        backlog_at=story.created_at,
        spec_at=by_then(_specified(story)),
        started_at=by_then(_first(story, Status.IN_PROGRESS)),
        code_complete_at=all_by_then(pull.ready_at or pull.opened_at for pull in own),
        reviewed_at=all_by_then(map(reviewed, own)),
        production_at=first_share(steps, _FIRST_USERS) if story.flag else shipped,
        full_rollout_at=last_unbroken(steps) if story.flag else shipped,
        first_done_at=done[0] if done else None,
        reopened_count=sum(move.at <= as_of for move in again),
    )


def own_set(
    pulls: Sequence[PullRequest], ended: dict[str, datetime], *, has_flag: bool, let_out_at: datetime | None = None
) -> list[PullRequest]:
    """Return the pull requests that a story's milestones stand for: what comes once it is in production follows up.

    A story with a flag is in production when its users are, which is after all of its code.

    Args:
        pulls: that were opened, oldest first.
        ended: when the deployment of each merge ended.
        let_out_at: when the flag first reached users.
    """
    own: list[PullRequest] = []
    for pull in pulls:
        # A backport goes nowhere from its branch, and nobody waits for it.
        there = [ended[merge_sha(one)] for one in own if merge_sha(one) in ended]
        frozen_at = let_out_at if has_flag else max(there, default=None)
        if own and frozen_at and frozen_at < pull.opened_at:
            break
        own.append(pull)
    return own


def _specified(story: Story) -> datetime | None:
    """Return when a story first had a specification: its status, or a link whose time the tracker tells."""
    linked = story.spec.at if story.spec and story.spec.told_in == "link" else None
    return min((at for at in (_first(story, Status.SPEC), linked) if at), default=None)


def _first(story: Story, status: Status) -> datetime | None:
    return next((move.at for move in story.moves if move.status is status), None)


def reviewed(pull: PullRequest) -> datetime:
    """Return when a human approved a pull request, else when it was merged."""
    bots = {bot.key for bot in BOTS}
    return next((one.at for one in pull.reviews if one.state == "approved" and one.by not in bots), pull.merged_at)


def first_share(steps: Iterable[Any], share: float) -> datetime | None:
    """Return when a flag first reached so much of production."""
    reached = (step.at for step in steps if step.environment == PRODUCTION and step.percentage >= share)
    return next(reached, None)


def last_unbroken(steps: Iterable[Any]) -> datetime | None:
    """Return since when a flag stands at all of production without a break, None where it does not."""
    since = None
    for step in steps:
        if step.environment == PRODUCTION:
            since = (since or step.at) if step.percentage >= _ALL_USERS else None
    return since

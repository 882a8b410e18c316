"""How a story is written: branches, commits, reviews by people and bots, and how it is merged."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import Commit, Person, PullRequest, Review, Team
from pipelines.company.people import BOTS
from pipelines.company.ticket_facts import AiSign

# Hours of coding for one point, and what the AI tools make of it: their true effect.
HOURS_PER_POINT = 3.0
AI_FACTOR = 0.75
_METHODS = {"squash": 0.75, "merge": 0.15, "rebase": 0.1}
_PULL_REQUESTS = {1: 0.7, 2: 0.22, 3: 0.08}
_UNREVIEWED = 0.04
_MENDED = 0.12
_REWRITTEN = 0.06
_COPILOT, _REVIEW_BOT = BOTS[2], BOTS[3]
# What a commit says that answers a build which failed for good reason.
MENDS = "Mend what the build found"
_TRAILERS = {
    AiSign.TRAILER: "Co-authored-by: Claude <noreply@anthropic.com>",
    AiSign.DECLARED: "Assisted-by: Claude:claude-sonnet-4-5",
}
_FOOTER = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be written: a ticket's key and title, its size, by whom, since when.

    Attributes:
        has_review_bot: whether an AI reviews along with the people.
        ai_factor: what the AI tools make of the hours of coding.
    """

    key: str
    title: str
    size: int
    is_ai_assisted: bool
    author: Person
    team: Team
    begun_at: datetime
    ai_sign: AiSign = AiSign.NONE
    has_review_bot: bool = False
    ai_factor: float = AI_FACTOR


def pull_requests(dice: Dice, task: Task) -> tuple[PullRequest, ...]:
    """Return the pull requests of a task, one after the other."""
    count = dice.weighed(_PULL_REQUESTS)
    hours = task.size * HOURS_PER_POINT * (task.ai_factor if task.is_ai_assisted else 1.0) / count
    found: list[PullRequest] = []
    begun = task.begun_at
    for number in range(1, count + 1):
        part = _pull_request(dice.of("pull", number), task, number, begun, hours)
        # The next is begun while this one waits for its review.
        begun = part.ready_at or part.opened_at
        found.append(part)
    return tuple(found)


def _pull_request(dice: Dice, task: Task, number: int, begun: datetime, hours: float) -> PullRequest:
    author = task.author
    slug = "-".join(task.title.lower().split()[:4])
    # A key is in the branch or in the title, mostly in both; a few forget it in either, never in both.
    in_title = dice.chance(0.85)
    in_branch = dice.chance(0.9) or not in_title
    key = task.key.lower() if dice.chance(0.5) else task.key
    branch = f"{key}-{slug}-{number}" if in_branch else f"{slug}-{number}"
    title = f"{task.key}: {task.title}" if in_title else task.title
    title += f" ({number})" if number > 1 else ""
    written = _written(dice.of("commits"), task, begun, dice.spread(hours, 0.35))
    opened = working_after(author, written[-1].committed_at, dice.spread(0.2))
    written += _mended(dice.of("mended"), task, opened, written[-1])
    begun = max(opened, written[-1].committed_at)
    ready = working_after(author, begun, dice.spread(3)) if dice.chance(0.4) else None
    reviews, repaired = _reviews(dice.of("reviews"), task, opened, ready or begun, written[-1])
    done = max([ready or begun, *(review.at for review in reviews)])
    merger = dice.pick((author, dice.pick(task.team.members)))
    pull = PullRequest(
        task.team.repository, branch, title, author.key, opened, ready, (*written, *repaired), reviews,
        working_after(merger, done, dice.spread(0.5)), merger.key, dice.weighed(_METHODS),
    )  # fmt: skip
    return _rewritten(dice.of("rewritten"), _signed(task, pull))


def _mended(dice: Dice, task: Task, opened: datetime, last: Commit) -> tuple[Commit, ...]:
    if not dice.chance(_MENDED):
        return ()
    at = working_after(task.author, opened + timedelta(minutes=12), dice.spread(0.5))
    return (Commit(dice.digest(), (last.sha,), at, at, task.author.key, MENDS),)


def _signed(task: Task, pull: PullRequest) -> PullRequest:
    """Return a pull request with the sign of the AI tools that it bears."""
    if task.ai_sign is AiSign.BOT:
        commits = tuple(replace(commit, author=_COPILOT.key) for commit in pull.commits)
        return replace(pull, author=_COPILOT.key, commits=commits)
    if task.ai_sign is AiSign.FOOTER:
        return replace(pull, footer=_FOOTER)
    if trailer := _TRAILERS.get(task.ai_sign):
        first, *others = pull.commits
        return replace(pull, commits=(replace(first, message=f"{first.message}\n\n{trailer}"), *others))
    return pull


def _rewritten(dice: Dice, pull: PullRequest) -> PullRequest:
    """Return a pull request whose branch was now and then rewritten between its last review and its merge."""
    if not dice.chance(_REWRITTEN):
        return pull
    last = max([pull.opened_at, *(one.at for one in pull.reviews), *(one.committed_at for one in pull.commits)])
    at = (last + (pull.merged_at - last) / 2).replace(microsecond=0)
    commits: list[Commit] = []
    for commit in pull.commits:
        parents = (commits[-1].sha,) if commits else ()
        commits.append(replace(commit, sha=dice.digest(), parents=parents, committed_at=at))
    return replace(pull, commits=tuple(commits), rewritten_at=at, commits_before=pull.commits)


def _written(dice: Dice, task: Task, begun: datetime, hours: float) -> tuple[Commit, ...]:
    count = dice.whole(1, min(2 + task.size, 8))
    found: list[Commit] = []
    at = begun
    for number in range(1, count + 1):
        at = working_after(task.author, at, hours / count)
        # A rebase before the push: committed later than authored.
        committed = at + timedelta(minutes=dice.whole(1, 50)) if dice.chance(0.15) else at
        parents = (found[-1].sha,) if found else ()
        message = f"{task.title}: part {number}" + (f"\n\n{task.key}" if dice.chance(0.3) else "")
        found.append(Commit(dice.digest(), parents, at, committed, task.author.key, message))
    return tuple(found)


def _reviews(
    dice: Dice, task: Task, opened: datetime, ready: datetime, last: Commit
) -> tuple[tuple[Review, ...], tuple[Commit, ...]]:
    """Return the reviews, and the commits that they asked for."""
    reviews = [Review(opened + timedelta(seconds=dice.whole(20, 90)), BOTS[1].key, "commented")]
    if task.has_review_bot and dice.chance(0.5):
        # It may even approve; that stands for nobody's review.
        state = "approved" if dice.chance(0.2) else "commented"
        reviews.append(Review(opened + timedelta(seconds=dice.whole(100, 240)), _REVIEW_BOT.key, state))
    repaired: list[Commit] = []
    if dice.chance(_UNREVIEWED):
        return tuple(reviews), ()
    reviewer = dice.pick([person for person in task.team.members if person != task.author])
    at = working_after(reviewer, ready, dice.spread(3, 0.8))
    while dice.chance(0.3) and len(repaired) < 3:
        reviews.append(Review(at, reviewer.key, "changes_requested"))
        mended = working_after(task.author, at, dice.spread(2))
        parent = repaired[-1] if repaired else last
        repaired.append(Commit(dice.digest(), (parent.sha,), mended, mended, task.author.key, "Answer the review"))
        at = working_after(reviewer, mended, dice.spread(2))
    reviews.append(Review(at, reviewer.key, "approved"))
    return tuple(reviews), tuple(repaired)

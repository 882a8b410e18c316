"""Draws the whole life of the company: who works on what, when it ships, and how it is let out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.company.abandoned import abandoned
from pipelines.company.calendar import working_after
from pipelines.company.company import Company, Scale
from pipelines.company.delivery import released, shared, surrounded
from pipelines.company.dice import Dice
from pipelines.company.effects import effects_of
from pipelines.company.facts import Interview, Move, Person, Status, Story, Team
from pipelines.company.flags import Course, course_of, rollout
from pipelines.company.people import teams_of
from pipelines.company.releases import carried_at, merge_sha
from pipelines.company.strays import mistakes
from pipelines.company.strays import pull_requests as stray_pulls
from pipelines.company.ticket_facts import AiSign
from pipelines.company.work import AI_FACTOR, Task, pull_requests

# Where its story ends unless somebody says otherwise.
ENDS = datetime(2026, 3, 4, 6, tzinfo=UTC)
AI_TOOLS_AFTER_MONTHS = 10
_THINGS = (
    "CSV export",
    "saved filters",
    "guest checkout",
    "dark mode",
    "bulk edit",
    "gift cards",
    "audit trail",
    "SSO",
)
_WORDS = ("Add", "Extend", "Rework", "Speed up", "Simplify")
_KINDS = {"Story": 0.7, "Bug": 0.2, "Task": 0.1}
_FLAGGED = 0.65
# Most of what the tools did can be seen in the end; a quarter cannot.
_SIGNS = {
    AiSign.LABEL: 0.25, AiSign.TRAILER: 0.25, AiSign.DECLARED: 0.1, AiSign.FOOTER: 0.1, AiSign.BOT: 0.05,
    AiSign.NONE: 0.25,
}  # fmt: skip
# After the AI tools came, larger stories were taken on: the plain medians hide what the tools do.
_SIZES_BEFORE = {1: 0.3, 2: 0.3, 3: 0.2, 5: 0.15, 8: 0.05}
_SIZES_AFTER = {1: 0.1, 2: 0.2, 3: 0.25, 5: 0.25, 8: 0.2}


def simulate(scale: Scale, seed: int = 1, ends_at: datetime = ENDS) -> Company:
    """Draw a company. The same scale, seed and end give the same one."""
    dice, begins = Dice(seed), ends_at - timedelta(days=round(scale.months * 365.25 / 12))
    ai_tools = begins + (ends_at - begins) * AI_TOOLS_AFTER_MONTHS / 18
    teams = teams_of(dice, scale.teams, begins.date(), scale.months)
    drawn = list(_drawn(dice, teams, scale, (begins, ends_at), ai_tools))
    strays = [one for team in teams for one in stray_pulls(dice.of("strays", team.key), team, begins, ends_at)]
    wrong = tuple(one for team in teams for one in mistakes(dice.of("mistakes", team.key), team, begins, ends_at))
    drawn = shared(dice.of("shared"), teams, drawn)
    done = released(dice, teams, drawn, strays, begins)
    shipped = [deployment for one in done for deployment in one.deployments]
    ended, courses = carried_at(shipped), _courses(dice, drawn)
    stories = tuple(
        _let_out(dice.of("let out", story.key), _team(teams, story), story, ended, courses.get(story.key))
        for story in drawn
    )
    company = Company(
        seed, begins, ends_at, ai_tools, teams, stories, tuple(shipped), wrong, tuple(strays),
        effects=tuple(effects_of(dice.of("effects"), stories)), scale=scale,
    )  # fmt: skip
    company = surrounded(dice, company, done)
    # Brings the tables of users with it, which who reads a company alone need not load.
    from pipelines.company.support import support_tickets

    given_up = tuple(one for team in teams for one in abandoned(dice.of("abandoned", team.key), team, company.stories))
    return replace(company, support_tickets=support_tickets(company), abandoned=given_up)


def drawn_again(company: Company, ai_factor: float) -> list[Story]:
    """Return the company's stories up to their last merges, drawn once more with another effect of the AI tools.

    Every draw is the same one, so that a story differs from itself by what the tools do and by nothing else.
    """
    life = (company.begins_at, company.ends_at)
    return list(_drawn(Dice(company.seed), company.teams, company.scale, life, company.ai_tools_at, ai_factor))


def _team(teams: tuple[Team, ...], story: Story) -> Team:
    return next(team for team in teams if team.key == story.team)


def _drawn(
    dice: Dice, teams: tuple[Team, ...], scale: Scale, life: tuple[datetime, datetime], ai_tools: datetime,
    ai_factor: float = AI_FACTOR,
) -> Iterator[Story]:  # fmt: skip
    numbers = dict.fromkeys((team.project for team in teams), 0)
    for number in range(scale.stories):
        part = dice.of("story", number)
        team = part.pick(teams)
        numbers[team.project] += 1
        # Evenly over the time, so that the last ones are still open at its end.
        at = life[0] + (life[1] - life[0]) * ((number + part.unit()) / scale.stories)
        yield _begun(part, team, f"{team.project}-{numbers[team.project]}", at, ai_tools, ai_factor)


def _begun(dice: Dice, team: Team, key: str, at: datetime, ai_tools: datetime, ai_factor: float) -> Story:
    """Return a story up to its last merge."""
    reporter, author = dice.pick(team.members), dice.pick(team.members)
    kind, title = dice.weighed(_KINDS), f"{dice.pick(_WORDS)} {dice.pick(_THINGS)}"
    interview = None
    if kind == "Story" and dice.chance(0.75):
        held = working_after(reporter, at, 0.5)
        interview = Interview(f"interview-{key.lower()}", held, f"A talk about {title.lower()}")
        at = working_after(reporter, held, dice.spread(8))
    created = working_after(reporter, at, 0.1)
    moves, at = list[Move](), created
    if dice.chance(0.8):
        at = working_after(reporter, at, dice.spread(6))
        moves.append(Move(at, Status.SPEC, reporter.key))
        at = working_after(reporter, at, dice.spread(4))
        moves.append(Move(at, Status.READY, reporter.key))
    at = working_after(author, at, dice.spread(5, 0.9))
    moves.append(Move(at, Status.IN_PROGRESS, author.key))
    is_late = at >= ai_tools
    size, is_ai = dice.weighed(_SIZES_AFTER if is_late else _SIZES_BEFORE), is_late and dice.chance(0.7)
    sign = dice.of("ai sign").weighed(_SIGNS) if is_ai else AiSign.NONE
    task = Task(key, title, size, is_ai, author, team, at, sign, is_late, ai_factor)
    pulls = pull_requests(dice.of("work"), task)
    # The tracker's clock and the forge's differ by seconds.
    skew = timedelta(seconds=dice.of("skew").whole(-5, 5))
    moves += _to_review(dice, author, max(pull.ready_at or pull.opened_at for pull in pulls) + skew)
    return Story(
        key, title, kind, team.key, size, created, reporter.key, author.key, is_ai, interview, tuple(moves), pulls,
        None, sign,
    )  # fmt: skip


def _to_review(dice: Dice, author: Person, at: datetime) -> Iterator[Move]:
    """Yield the move to review; a hand that slips moves the card there and back within seconds first."""
    if dice.chance(0.08):
        slip = at + timedelta(seconds=dice.whole(2, 20))
        yield Move(at, Status.IN_REVIEW, author.key)
        yield Move(slip, Status.IN_PROGRESS, author.key)
        at = slip + timedelta(seconds=dice.whole(2, 20))
    yield Move(at, Status.IN_REVIEW, author.key)


def _courses(dice: Dice, stories: list[Story]) -> dict[str, Course]:
    """Return the course of each story's flag, by the keys of those that get one."""
    chosen = (
        story.key for story in stories if story.type == "Story" and dice.of("flagged", story.key).chance(_FLAGGED)
    )
    return {key: course_of(dice, number) for number, key in enumerate(chosen)}


def _let_out(dice: Dice, team: Team, story: Story, ended: dict[str, datetime], course: Course | None) -> Story:
    """Return a story with its rollout, and how its ticket was closed: some are opened once more."""
    owner = next(person for person in team.members if person.key == story.assignee)
    shipped = max(ended[merge_sha(pull)] for pull in story.pull_requests)
    flag = rollout(dice.of("flag"), story.key, course, owner, shipped) if course else None
    done = working_after(owner, flag.steps[-1].at if flag else shipped, dice.spread(0.5))
    return replace(story, flag=flag, moves=(*story.moves, *_closed(dice, owner, done)))


def _closed(dice: Dice, owner: Person, done: datetime) -> Iterator[Move]:
    yield Move(done, Status.DONE, owner.key)
    if dice.chance(0.08):
        again = working_after(owner, done, dice.spread(12))
        yield Move(again, Status.IN_PROGRESS, owner.key)
        yield Move(working_after(owner, again, dice.spread(4)), Status.DONE, owner.key)

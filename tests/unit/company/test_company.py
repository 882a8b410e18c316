"""The demo company is drawn alike each time, keeps to its own calendar, and knows what is true of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pipelines.company import Company, Scale, simulate, story_truths
from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import FlagStep, Person
from pipelines.company.releases import carried_at, merge_sha
from pipelines.company.truth import first_share, last_unbroken
from pipelines.company.work import Task, pull_requests

AFTERWARDS = datetime(2027, 9, 1, tzinfo=UTC)
MONDAY = datetime(2025, 3, 24, 8, tzinfo=UTC)
ANN = Person("p1", "Ann", "ann@acme.example", "ann", "Europe/Berlin", away=((date(2025, 4, 1), date(2025, 4, 2)),))


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.demo())


def test_the_same_seed_gives_the_same_company_and_another_another():
    assert simulate(Scale.small(), 7) == simulate(Scale.small(), 7)
    assert simulate(Scale.small(), 7) != simulate(Scale.small(), 8)


def test_draws_of_one_part_do_not_shift_another():
    one, other = Dice(1, "a"), Dice(1, "a")
    other.of("part").unit()
    assert [one.unit() for _ in range(5)] == [other.unit() for _ in range(5)]


def test_draws_are_spread_as_they_say():
    dice = Dice(1)
    drawn = sorted(dice.spread(8, 0.5) for _ in range(4_000))
    assert drawn[2_000] == pytest.approx(8, rel=0.05)
    assert sum(dice.chance(0.3) for _ in range(4_000)) / 4_000 == pytest.approx(0.3, abs=0.03)
    counted = [dice.weighed({"a": 3, "b": 1}) for _ in range(4_000)]
    assert counted.count("a") / 4_000 == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        # Berlin: 9 to 17.30, an hour ahead of UTC, two after the last Sunday of March.
        (MONDAY, 1, datetime(2025, 3, 24, 9, tzinfo=UTC)),
        (datetime(2025, 3, 24, 16, tzinfo=UTC), 1, datetime(2025, 3, 25, 8, 30, tzinfo=UTC)),
        (datetime(2025, 3, 28, 15, 30, tzinfo=UTC), 2, datetime(2025, 3, 31, 8, tzinfo=UTC)),
        (datetime(2025, 3, 31, 15, tzinfo=UTC), 1, datetime(2025, 4, 3, 7, 30, tzinfo=UTC)),
        (MONDAY, 0, MONDAY),
    ],
)
def test_nobody_works_at_night_at_weekends_or_on_leave(at, hours, then):
    assert working_after(ANN, at, hours) == then


def test_a_year_of_work_is_of_the_hours_that_it_has():
    at = working_after(ANN, MONDAY, 8.5 * 250)
    assert timedelta(days=350) <= at - MONDAY <= timedelta(days=354)


def test_people_move_tickets_and_write_in_their_own_day(company):
    people = {person.key: person for team in company.teams for person in team.members}
    for story in company.stories:
        for at, key in [
            *((move.at, move.by) for move in story.moves),
            # At any hour where production is hurt.
            *(
                (review.at, review.by)
                for pull in story.pull_requests
                for review in pull.reviews
                if review.by in people and not pull.repair
            ),
        ]:
            there = at.astimezone(ZoneInfo(people[key].time_zone))
            assert there.weekday() < 5
            assert not any(first <= there.date() <= last for first, last in people[key].away)


def test_every_story_goes_forward_and_all_of_it_ships(company):
    ended = carried_at(company.deployments)
    assert len(company.stories) == 300
    assert len({story.key for story in company.stories}) == 300
    for story in company.stories:
        assert [move.at for move in story.moves] == sorted(move.at for move in story.moves)
        assert story.moves[0].at > story.created_at
        for pull in story.pull_requests:
            assert pull.commits[0].authored_at < pull.opened_at <= (pull.ready_at or pull.opened_at) < pull.merged_at
            # A backport goes onto a branch that nothing is deployed from.
            assert pull.base != "main" or pull.merged_at < ended[merge_sha(pull)]
            named = {story.key, *(part.key for part in company.subtasks if part.story == story.key)}
            assert any(key in pull.branch.upper() or key in pull.title for key in named)


def test_the_truth_at_a_moment_is_what_had_happened_by_then(company):
    middle = company.begins_at + (company.ends_at - company.begins_at) / 2
    early, late = story_truths(company, middle), story_truths(company, company.ends_at + timedelta(days=400))
    assert 0 < len(early) < len(late) == 300
    final = {truth.story_key: truth.as_json() for truth in late}
    for truth in early:
        for name, value in truth.as_json().items():
            if value is None or name in ("story_key", "reopened_count", "full_rollout_at"):
                continue
            assert datetime.fromisoformat(value) <= middle
            # The set of pull requests may still grow.
            if name not in ("code_complete_at", "reviewed_at", "production_at"):
                assert final[truth.story_key][name] == value


def test_the_company_holds_every_course_of_a_rollout(company):
    flags = [story.flag for story in company.stories if story.flag]
    assert sum(flag.has_holdback for flag in flags) >= 20
    # A flag goes on naming the first key of a story that was moved.
    truths = dict(zip((one.key for one in company.stories), story_truths(company, AFTERWARDS), strict=True))
    never = [flag for flag in flags if truths[flag.story].full_rollout_at is None]
    assert any(flag.steps[-1].environment == "staging" for flag in never)
    assert any(flag.steps[-1].percentage == 0 for flag in never)
    for flag in flags:
        if flag.has_holdback:
            held, whole = flag.steps[-2:]
            assert (held.percentage, whole.percentage, whole.at - held.at) == (95, 100, timedelta(days=38))


def test_a_rollout_counts_from_its_first_tenth_and_its_last_unbroken_whole():
    def steps(*shares: float) -> list[FlagStep]:
        return [FlagStep(MONDAY + timedelta(days=day), "production", share) for day, share in enumerate(shares)]

    assert first_share(steps(1, 10, 0, 50), 10) == MONDAY + timedelta(days=1)
    assert last_unbroken(steps(10, 100, 100)) == MONDAY + timedelta(days=1)
    assert last_unbroken(steps(100, 0, 100)) == MONDAY + timedelta(days=2)
    assert last_unbroken(steps(100, 50)) is None


def test_after_the_ai_tools_came_larger_stories_are_taken_on_which_hides_what_they_do(company):
    sizes: dict[bool, list[int]] = {True: [], False: []}
    for story in company.stories:
        is_late = story.moves[-1].at > company.ai_tools_at and story.created_at > company.ai_tools_at
        assert is_late or not story.is_ai_assisted or story.created_at < company.ai_tools_at
        sizes[is_late].append(story.size)
    assert sum(sizes[True]) / len(sizes[True]) > 1.3 * sum(sizes[False]) / len(sizes[False])


@pytest.mark.parametrize("number", range(5))
def test_the_ai_tools_save_a_quarter_of_the_coding_of_the_same_story(company, number):
    # Somebody who never rests, so that hours of work are hours.
    author = replace(company.teams[0].members[0], is_bot=True, time_zone="UTC")
    task = Task("SHOP-1", "Add CSV export", 5, False, author, company.teams[0], MONDAY)

    def coding(is_ai_assisted: bool) -> float:
        (first, *_) = pull_requests(Dice(number), replace(task, is_ai_assisted=is_ai_assisted))
        written = [commit for commit in first.commits if commit.message.startswith("Add CSV")]
        return (written[-1].authored_at - MONDAY).total_seconds()

    assert coding(True) / coding(False) == pytest.approx(0.75, abs=0.001)


def test_what_is_messy_in_the_world_is_messy_here(company):
    slips = [
        story
        for story in company.stories
        if any(after.at - before.at < timedelta(seconds=30) for before, after in pairwise(story.moves))
    ]
    assert len(slips) >= 10
    assert sum(pull.author == "b1" for pull in company.strays) >= 20
    assert any("UTF-8" in pull.title for pull in company.strays)
    lived = [wrong.deleted_at - wrong.created_at for wrong in company.mistakes]
    assert min(lived) < timedelta(days=1)
    assert max(lived) > timedelta(days=20)
    keys = [wrong.key for wrong in company.mistakes] + [story.key for story in company.stories]
    assert len(keys) == len(set(keys))

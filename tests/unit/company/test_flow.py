"""The company gives some of its tickets up, and what is true of its flow is worked out as it should be."""

from collections import Counter
from datetime import timedelta

import pytest

from pipelines.company import Company, Scale, simulate
from pipelines.company.abandoned import ENDS, abandoned_truths
from pipelines.company.facts import Status
from pipelines.company.flow_truth import flow_truths
from pipelines.company.stage_time_truth import Curve, kaplan_meier


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.demo())


# What lifelines 0.30.3 and scipy 1.17.1 say of the same; the second and third are Gehan's patients of 1965.
@pytest.mark.parametrize(
    ("ended", "still_open", "curve"),
    [
        ([4, 5, 6, 7, 8, 9, 14, 16, 20, 22], [5, 10, 11, 13, 16], Curve(14, 6, 20, 22)),
        (
            [6, 6, 6, 7, 10, 13, 16, 22, 23],
            [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
            Curve(23, 13, None, None),
        ),
        ([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [], Curve(8, 4, 11, 15)),
        ([], [1, 2, 3], Curve(None, None, None, None)),
        ([], [], Curve(None, None, None, None)),
        ([5], [], Curve(5, None, None, 5)),
    ],
)
def test_the_curve_of_what_ended_and_what_is_open_is_the_textbooks(ended, still_open, curve):
    assert kaplan_meier([*((at, True) for at in ended), *((at, False) for at in still_open)]) == curve


def test_tickets_are_given_up_in_every_way(company):
    ways = Counter((one.reason, one.moves[0].status in ENDS) for one in company.abandoned)
    assert {reason for reason, _ in ways} == {"wont_do", "duplicate", "cannot_reproduce"}
    assert ways["wont_do", True] > 0
    assert ways["wont_do", False] > 0
    assert any(move.status is Status.BACKLOG for one in company.abandoned for move in one.moves)
    stories = {story.key: story for story in company.stories}
    for one in company.abandoned:
        assert (one.double_of is not None) == (one.reason == "duplicate")
        assert one.double_of is None or stories[one.double_of].created_at < one.created_at
        assert [move.at for move in one.moves] == sorted(move.at for move in one.moves)


def test_what_was_given_up_and_taken_up_again_is_open(company):
    again = next(one for one in company.abandoned if any(move.status is Status.BACKLOG for move in one.moves))
    ended, taken_up = (
        next(move.at for move in again.moves if move.status in ENDS),
        next(move.at for move in again.moves if move.status is Status.BACKLOG),
    )
    (early,), (late,) = abandoned_truths([again], ended), abandoned_truths([again], taken_up)
    assert (early.is_cancelled, early.cancelled_at, early.is_open) == (True, ended, False)
    assert (late.is_cancelled, late.cancelled_at, late.is_open) == (False, None, True)


def test_a_past_week_is_told_alike_whenever_one_looks(company):
    # But for tickets that were moved to another team or deleted since.
    middle = company.begins_at + (company.ends_at - company.begins_at) / 2
    known = {
        (truth.week_on, truth.story_type): truth
        for truth in flow_truths(company, company.ends_at)
        if truth.team == "all" and truth.story_type == "Story"
    }
    for truth in flow_truths(company, middle):
        if truth.team == "all" and truth.story_type == "Story" and truth.week_on < (middle - timedelta(days=7)).date():
            assert truth == known[truth.week_on, truth.story_type]

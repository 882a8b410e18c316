"""What may be said of a topic's tickets around a launch, by how many weeks there are and how they ran."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from pipelines.impact.resampling import Real
from pipelines.impact.series import Change, ratio_of_rate_ratios
from pipelines.impact.topic_change import Finding, Week, finding
from pipelines.impact.topic_wording import about, of_all, sentence, why

EXPORT = about("how to export data")
MOST = 8


def weeks(before: Sequence[int], after: Sequence[int], control: int = 40, days: float = 5_000) -> list[Week]:
    """Weeks with these tickets on the topic, and as many on others in each."""
    numbers = [*range(-len(before), 0), *range(1, len(after) + 1)]
    return [
        Week(number, tickets, control, tickets + control, days)
        for number, tickets in zip(numbers, (*before, *after), strict=True)
    ]


def told(before: Sequence[int], after: Sequence[int], **more: int) -> Finding:
    return finding(weeks(before, after, **more), MOST)


def test_the_sentence_has_the_counts_and_the_score_interval_of_the_reference():
    # 33 of 42,000 against 95 of 40,000: 67 % fewer, 51 to 78; the topic had been asked as often in the weeks before.
    before = [Week(number, tickets, 50, 70, 5_000) for number, tickets in zip(range(-16, 0), [12] * 9 + [11] + [12] * 6,
                                                                               strict=True)]  # fmt: skip
    after = [Week(number, tickets, 50, 70, 5_250) for number, tickets in zip(range(1, 9), [4] * 7 + [5], strict=True)]
    found = finding([*before, *after], MOST)
    assert (found.before.events, found.before.exposure, found.after.events) == (95, 40_000, 33)
    assert (found.answer, found.grade, found.span) == ("lower", "B", 8)
    assert sentence(EXPORT, found) == (
        'Support tickets about "how to export data": 67 % fewer per active user (51 to 78 %; 33 after, 95 before, '
        "8 weeks each), against other topics 65 % fewer (47 to 77 %)."
    )
    against = ratio_of_rate_ratios(
        Change(found.before, found.after), Change(type(found.before)(400, 40_000), type(found.after)(400, 42_000))
    )
    assert against is not None
    assert found.adjusted is not None
    assert found.adjusted.value == pytest.approx(against.value)
    assert "their trends before the launch do not differ" in why(found)


def test_a_fall_that_all_topics_share_is_none_of_the_story():
    steady, shared = weeks([12] * 16, [], 60), weeks([], [6] * 8, 30)
    found = finding([*steady, *shared], MOST)
    assert found.crude is not None
    assert found.crude.excludes(1)
    assert (found.answer, found.grade) == ("no_clear_difference", "B")
    assert sentence(EXPORT, found).endswith(", no clear change.")
    assert of_all(found).startswith(
        "All support tickets: 50 % fewer per active user (42 to 57 %; 288 after, 576 before"
    )


def test_a_spike_that_passes_by_itself_is_claimed_of_nobody():
    found = told([10] * 10 + [24] * 6, [10] * 8)
    assert (found.answer, found.grade) == ("no_clear_difference", "D")
    assert "before and after only" in sentence(EXPORT, found)
    # As short as it may be, so that the trend does not give it away.
    short = told([10, 12, 9, 11] * 3 + [20, 22, 19, 21], [10, 9, 11, 10])
    assert (short.answer, short.grade) == ("no_clear_difference", "D")


def test_too_few_weeks_before_allow_no_more_than_before_and_after():
    found = told([20] * 7, [8] * 8)
    assert (found.answer, found.grade, found.span) == ("lower", "D", 7)
    assert sentence(EXPORT, found).endswith("before and after only: too few weeks before, 7 of 8.")
    assert why(found) == "Too few weeks before, 7 of 8."
    # From eight on some are kept to tell whether the others were usual.
    assert (told([20] * 8, [8] * 8).grade, told([20] * 8, [8] * 8).span) == ("B", 4)
    assert told([20] * 12, [8] * 8).span == 8


def test_it_is_too_early_until_four_weeks_are_over_and_later_ones_are_added_up_to_the_most():
    assert sentence(EXPORT, told([9] * 16, [3] * 3)).endswith(
        "too early to tell, only 3 of 4 whole weeks after are over."
    )
    assert (told([9] * 16, [3] * 3).answer, told([9] * 16, [3] * 3).grade) == ("too_early", None)
    assert [told([9] * 16, [3] * number).span for number in (4, 6, 8)] == [4, 6, 8]
    assert finding(weeks([9] * 16, [3] * 8), 6).span == 6


def test_under_ten_tickets_on_both_sides_are_counts_alone():
    found = told([1] * 16, [0] * 7 + [3])
    assert (found.answer, found.grade, found.crude) == ("not_enough_data", None, None)
    assert sentence(EXPORT, found).endswith(": 3 after, 8 before (8 weeks each), too few for a rate.")


def test_none_after_is_told_as_it_is_and_never_as_a_hundred_percent():
    found = told([2] * 16, [0] * 8)
    assert found.grade == "D"
    assert ": 0 (was 16; 8 weeks each), before and after only" in sentence(EXPORT, found)
    assert "100 %" not in sentence(EXPORT, found)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"others": ["SHOP-9"]}, "SHOP-9 went out in these weeks and is meant to change the topic as well"),
        ({"control": 0}, "too few tickets on other topics to compare with"),
    ],
)
def test_without_a_control_it_is_before_and_after_alone(changed, said):
    found = finding(weeks([20] * 16, [8] * 8, changed.get("control", 40)), MOST, changed.get("others", ()))
    assert (found.grade, found.answer) == ("D", "lower")
    assert said in sentence(EXPORT, found)


def test_weeks_in_which_nobody_is_known_to_have_been_active_tell_nothing():
    known = weeks([20] * 16, [8] * 8)
    lost = [week if week.number != 3 else Week(3, 8, 40, 48, 0.0) for week in known]
    assert (finding(lost, MOST).answer, finding(lost, MOST).span) == ("not_enough_data", 0)
    late = [week for week in known if week.number > 2]
    assert finding(late, MOST).objections == ("nothing is known of the first weeks after",)
    assert finding(known[16:], MOST).objections == ("nothing is known of the time before",)
    assert finding([], MOST).answer == "too_early"


def nulls(seed: int, count: int, before: int, spread: float, spike: float = 1.0) -> Iterator[Finding]:
    """Stories that do nothing: counts that are alike from week to week, a season that all topics share, more users."""
    dice = np.random.default_rng(seed)
    number = np.arange(before + MOST)
    shared: Real = np.exp(-0.008 * number + 0.1 * np.sin(number / 8))
    days = 5_000 * (1 + 0.01 * number)
    for _ in range(count):
        means = 8 * shared * alike(dice, len(number), spread) * days / 5_000
        means[before - 6 : before] *= spike
        topic, control = (
            dice.poisson(means),
            dice.poisson(50 * shared * alike(dice, len(number), spread / 2) * days / 5_000),
        )
        places = [*range(-before, 0), *range(1, MOST + 1)]
        yield finding(
            [
                Week(place, int(one), int(other), int(one + other), float(exposure))
                for place, one, other, exposure in zip(places, topic, control, days, strict=True)
            ],
            MOST,
        )


def alike(dice: np.random.Generator, count: int, spread: float, memory: float = 0.5) -> Real:
    """Factors around 1 that remember the week before."""
    log = np.empty(count)
    log[0] = dice.normal(0, spread)
    for place in range(1, count):
        log[place] = memory * log[place - 1] + dice.normal(0, spread * np.sqrt(1 - memory**2))
    return np.exp(log - spread**2 / 2)


def claims(found: Iterator[Finding]) -> float:
    """The share of which something is claimed, whatever the grade."""
    counted = Counter(one.answer in ("higher", "lower") for one in found)
    return counted[True] / counted.total()


@pytest.mark.parametrize("before", [8, 12, 16])
@pytest.mark.parametrize("spread", [0.15, 0.3])
def test_of_stories_that_do_nothing_no_more_than_one_in_twenty_is_said_to_do_something(before, spread):
    # Of 200 at a true rate of 5 %, 18 or more come by chance once in a hundred times.
    assert claims(nulls(11, 200, before, spread)) < 18 / 200


def test_a_story_after_a_spike_that_does_nothing_is_not_said_to_have_ended_it():
    assert claims(nulls(12, 200, 16, 0.15, spike=2.4)) < 18 / 200

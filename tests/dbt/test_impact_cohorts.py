"""What is told of the people of `planting_cohorts`: each of them is an edge that changes the answer."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from scipy.stats import CensoredData, ecdf

from pipelines.settings import Settings
from tests.conftest import build
from tests.dbt.planting import day, plant
from tests.dbt.planting_cohorts import AS_OF, AT, HOUR, INSTANT, company, lines
from tests.dbt.planting_usage import device, person, plant_usage
from warehouse.connection import reader

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("cohorts")
    settings = Settings(home=folder / "home", sources={"amplitude": {"internal_domains": ["acme.example"]}})
    plant(settings, company(), as_of=AS_OF)
    plant_usage(settings, lines(), folder / "exports", as_of=AS_OF)
    outcome = build(settings, "int_impact_counts", "int_exposed_outcomes", "int_impact_epochs", "fct_adoption_curve")
    assert outcome.ok, outcome.error
    return settings


@pytest.fixture(scope="module")
def ask(settings: Settings) -> Iterator[Ask]:
    with reader(settings.database) as connection:
        yield lambda sql, *values: connection.execute(sql, list(values)).fetchall()


@pytest.fixture(scope="module")
def of(ask: Ask, settings: Settings) -> Callable[..., Any]:
    """What is told of somebody's exposure: columns of the outcomes."""

    def told(user: str, columns: str, flag: str = "trial", of: str = "int_exposed_outcomes") -> list[tuple[Any, ...]]:
        return ask(
            f"select {columns} from intermediate.{of} where flag_key = ? and person_key = ? order by epoch",
            flag, person(settings, user),
        )  # fmt: skip

    return told


@pytest.mark.parametrize(
    ("user", "returned", "on_day_7", "after"),
    [
        ("first", True, False, False), ("before", False, False, False), ("last", True, True, True),
        ("after", False, False, True), ("late", True, False, False), ("patient", True, False, False),
        ("lost", False, False, False),
    ],
)  # fmt: skip
def test_a_window_holds_its_first_moment_and_not_the_one_it_ends_with(of, user, returned, on_day_7, after):
    columns = "has_returned_d1_d7, has_returned_day_7, has_returned_d7_d13, has_returned_unbounded"
    assert of(user, columns) == [(returned, on_day_7, after, returned or after)]


@pytest.mark.parametrize(
    ("user", "has_bought", "revenue"),
    [("first", True, 5), ("last", True, 7.5), ("week over", False, 0), ("late", False, 0)],
)
def test_what_is_bought_counts_in_the_seven_days_since_the_feature_was_met(of, user, has_bought, revenue):
    assert of(user, "has_bought_7d, revenue_7d") == [(has_bought, revenue)]


def test_what_is_delivered_twice_counts_once_and_what_was_given_back_is_taken_off(of):
    columns = "has_bought_7d, revenue_7d, event_count_7d, use_count_7d, use_days_7d, has_used_again_d1_d7"
    assert of("doubled", columns) == [(True, 3, 4, 2, 2, True)]
    assert of("last", "has_used_7d, first_used_at") == [(True, AT + 168 * HOUR - INSTANT)]
    assert of("week over", "has_used_7d, first_used_at") == [(False, AT + 168 * HOUR)]


def test_a_device_is_its_one_users_signed_out_too_and_of_several_it_is_nobodys(of, ask, settings):
    assert of("mobile", "has_returned_d1_d7") == [(True,)]
    assert of("sharer", "has_returned_d1_d7, arm") == of("other sharer", "has_returned_d1_d7, arm") == [
        (False, "control")
    ]  # fmt: skip
    assert of("merged", "arm, prior_active_days") == [("treated", 1)]
    by_device = "select arm, excluded_for from intermediate.int_exposures where story_key = 'IM-1' and person_key = ?"
    assert ask(by_device, device(settings, "tablet")) == [("treated", "shared_device")]
    assert ask(by_device, device(settings, "kiosk")) == [("control", None)]


def test_a_slow_clock_is_put_forward_and_a_fast_one_cut_at_the_upload(of):
    assert of("slow", "first_exposed_at, step, prior_active_days, event_count_7d") == [(AT, 2, 2, 2)]
    assert of("fast", "first_exposed_at, step") == [(AT, 2)]


@pytest.mark.parametrize(
    ("user", "arm", "step", "at", "reason"),
    [
        ("control", "control", 2, AT, None), ("twice met", "treated", 2, AT, None),
        ("early", "control", 3, day(30) + timedelta(seconds=60), None),
        ("torn", "treated", 2, AT, "several_variants"), ("ours", "treated", 2, AT, "internal"),
        ("named", "treated", 1, day(15), "targeted"), ("program", "treated", 2, AT, "bot"),
    ],
)  # fmt: skip
def test_everybody_is_in_the_arm_that_they_met_first_or_in_none(
    of, user: str, arm: str, step: int, at: datetime, reason: str | None
):
    told = of(user, "epoch, arm, step, first_exposed_at, excluded_for", of="int_exposures")
    assert told == [(1, arm, step, at, reason)]
    assert len(of(user, "1")) == (reason is None)


def test_each_rollout_is_a_trial_of_its_own(of):
    columns = "epoch, variant, arm, step, percentage, first_exposed_at, has_returned_d1_d7"
    assert of("back", columns, flag="again") == [
        (1, "treatment-b", "treated", 2, 50, AT, True),
        (2, "treatment-b", "treated", 1, 50, day(31), False),
    ]
    assert of("open page", "epoch, excluded_for", flag="again", of="int_exposures") == [(1, None)]


def test_adoption_is_counted_in_the_month_since_all_have_it_of_those_who_met_it_by_then(of, ask):
    assert of("eager", "is_active_in_month, use_days_in_month") == [(True, 2)]
    assert of("tardy", "is_active_in_month, use_days_in_month") == [(False, 0)]
    assert of("first", "is_active_in_month") == [(False,)]
    counts = (
        "select audience, cast(sum(n) as integer), sum(outcome_sum) from intermediate.int_impact_counts"
        " where story_key = ? and measure = 'tried_month' group by 1 order by 1"
    )
    assert ask(counts, "IM-1") == [("all_active", 2, 1), ("exposed_active", 1, 1)]


def test_activity_before_is_of_whole_days_before_the_day_itself(of):
    assert of("regular", "prior_active_days, event_count_7d") == [(3, 5)]


def test_without_a_flag_everybody_who_was_active_since_the_release_has_met_it(ask, settings):
    told = ask(
        "select arm, step, first_exposed_at, prior_active_days, has_used_7d, event_count_7d"
        " from intermediate.int_exposed_outcomes where story_key = 'IM-3' and flag_key is null and person_key = ?",
        person(settings, "regular"),
    )
    assert told == [("treated", 1, AT - 24 * HOUR, 3, True, None)]


def test_whoever_met_it_too_late_to_be_known_waits_and_is_counted_so(ask):
    sums = (
        "select arm, cast(sum(n) as integer), sum(outcome_sum), cast(sum(n_excluded_immature) as integer)"
        " from intermediate.int_impact_counts where story_key = 'IM-1' and audience = 'exposed'"
        " and measure = 'returned_d1_d7' group by 1 order by 1"
    )
    assert ask("select known_until from intermediate.int_usage_span") == [(AS_OF - 48 * HOUR,)]
    # `new` is not over, and of `newest` nobody can say anything yet.
    assert ask(sums) == [("control", 6, 2, 0), ("treated", 16, 7, 1)]


def test_nobody_changed_sides_in_a_window_that_ends_where_the_share_changes(ask):
    """Half-open on both ends; a window without an end is never whole."""
    told = ask(
        "select measure, sum(n) filter (control = 'throughout'), sum(n) filter (control = 'partly'),"
        " sum(n) filter (control = 'none') from intermediate.int_impact_counts where story_key = 'IM-4'"
        " and audience = 'exposed' and measure in ('bought_7d', 'returned_d1_d7', 'returned_d7_d13',"
        " 'returned_unbounded') group by 1 order by 1"
    )
    assert [tuple(int(one or 0) for one in row[1:]) for row in told] == [(4, 0, 2), (3, 1, 2), (1, 3, 2), (0, 4, 2)]


def test_a_fall_ends_a_comparison_as_a_raise_does(ask):
    """Two met it four days before it was taken back."""
    told = ask(
        "select control, cast(sum(n) as integer) from intermediate.int_impact_counts where story_key = 'IM-2'"
        " and epoch = 1 and audience = 'exposed' and measure = 'bought_7d' group by 1"
    )
    assert told == [("partly", 2)]
    epochs = "select epoch, rolled_back_at from intermediate.int_impact_epochs where story_key = 'IM-2' order by 1"
    assert ask(epochs) == [(1, day(25)), (2, None)]


def test_sums_of_squares_and_products_are_those_of_the_people(ask):
    told = ask(
        "select sum(outcome_sum), sum(outcome_square_sum), sum(covariate_sum), sum(covariate_square_sum),"
        " sum(product_sum) from intermediate.int_impact_counts"
        " where story_key = 'IM-1' and audience = 'exposed' and measure = 'revenue_7d'"
    )
    counted = ask(
        "select cast(sum(revenue_7d) as double), cast(sum(revenue_7d * revenue_7d) as double), sum(prior_active_days),"
        " sum(prior_active_days * prior_active_days), cast(sum(prior_active_days * revenue_7d) as double)"
        " from intermediate.int_exposed_outcomes where flag_key = 'trial' and first_exposed_at < '2026-04-01'"
    )
    assert told == counted
    assert told[0][0] == 5 + 7.5 + 3


def test_the_curve_is_that_of_the_textbook_with_its_interval(ask):
    """scipy's survival function of the people themselves; a day that is not over tells of nobody."""
    people = ask(
        "select greatest(1, least(30, floor(epoch(span.known_until - first_exposed_at) / 86400))),"
        " floor(epoch(first_used_at - first_exposed_at) / 86400) + 1"
        " from intermediate.int_exposed_outcomes cross join intermediate.int_usage_span as span"
        " where flag_key = 'trial' and arm = 'treated' and first_exposed_at < span.known_until - interval 1 day"
    )
    days = [used if used and used <= seen else seen for seen, used in people]
    is_open = [not (used and used <= seen) for seen, used in people]
    survival = ecdf(CensoredData.right_censored(days, is_open)).sf
    band = survival.confidence_interval(method="log-log")
    told = ask(
        "select day_number, adoption_rate, ci_low, ci_high from marts.fct_adoption_curve where flag_key = 'trial'"
        " order by day_number"
    )
    assert len(told) == 30
    by_day = {number: values for number, *values in told}
    for place, number in enumerate(survival.quantiles):
        expected = [1 - one.probabilities[place] for one in (survival, band.high, band.low)]
        assert by_day[int(number)] == pytest.approx(expected, abs=1e-9)
    assert sum(not one for one in is_open) >= 4

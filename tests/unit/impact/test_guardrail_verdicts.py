"""What is said of a step by its counts, in the cases that an operator would ask about."""

import numpy as np
import pytest

from pipelines.guardrail_settings import Guardrails
from pipelines.impact.bounds import Count, difference_low
from pipelines.impact.guardrail_verdicts import (
    Latencies,
    Limits,
    of_business,
    of_errors,
    of_incidents,
    of_latencies,
    of_usage,
    paired,
)

LIMITS = Limits.of(Guardrails().limits)
QUIET, NOBODY = Count(2, 4000), Count(0, 0)


def errors(treated: Count, control: Count = QUIET, concurrent: Count | None = None):
    return of_errors(treated, concurrent or treated, control, LIMITS)


@pytest.mark.parametrize(
    ("treated", "control", "verdict", "said"),
    [
        (NOBODY, NOBODY, "too_early", "Nobody counted requests"),
        (Count(3, 120), QUIET, "too_early", "300 requests are needed"),
        (Count(45, 4000), QUIET, "pause", "may still be chance"),
        (Count(60, 4000), QUIET, "roll_back", "more often than without"),
        (Count(2, 4000), QUIET, "ok", "not above 1 %"),
        # Few requests, and nearly all of them fail: nobody waits for more.
        (Count(40, 50), QUIET, "roll_back", "surely above"),
        # Trouble of the whole service stands in both arms.
        (Count(120, 4000), Count(115, 4000), "investigate", "so are those without"),
        (Count(45, 4000), Count(50, 4000), "investigate", "so are those without"),
        # Surely a little worse than those without it, and no breach of its own.
        (Count(485, 10_738), Count(397, 10_624), "investigate", "so are those without"),
        (Count(700, 10_000), Count(400, 10_000), "roll_back", "by more than 1 % above those without"),
        # All have it: nothing can be compared, so nothing is taken back by itself.
        (Count(120, 4000), NOBODY, "pause", "nobody is without the feature"),
        (Count(60, 4000), Count(0, 40), "pause", "not surely more often"),
        # Far below the limit, and still surely several times as often.
        (Count(36, 4000), QUIET, "investigate", "times as often"),
    ],
)
def test_errors_are_judged_by_what_is_sure_and_against_those_without_the_feature(treated, control, verdict, said):
    told = errors(treated, control)
    assert (told.verdict, said in told.reason) == (verdict, True), told.reason
    assert (told.n, told.n_control, told.threshold) == (treated.trials, control.trials, 0.01)


def test_the_reason_tells_the_counts():
    assert errors(Count(60, 4000)).reason == (
        "60 of 4,000 requests with the feature failed (1.5 %, at least 1.2 %), 2 of 4,000 requests without it at the "
        "same time (0.05 %): surely above 1 %, and more often than without the feature."
    )


def latencies(ratio: float, low: float | None, n: int = 5000, n_control: int = 5000):
    return of_latencies(Latencies(0.4 * ratio, 0.4, n, n_control, ratio, low, "of histograms"), LIMITS)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (of_latencies(None, LIMITS), "too_early"),
        (latencies(3.5, 3.2, 999), "too_early"),
        (latencies(3.5, 3.2, 1000, 1000), "roll_back"),
        (latencies(3.5, 2.9), "investigate"),
        (latencies(3.5, None), "investigate"),
        (latencies(2.2, 1.9), "investigate"),
        (latencies(1.9, 1.8), "ok"),
        (of_latencies(Latencies(None, 0.4, 5000, 5000, None, None, "of histograms"), LIMITS), "too_early"),
    ],
)
def test_latency_is_taken_back_where_surely_three_times_and_looked_into_from_twice_on(told, verdict):
    assert told.verdict == verdict, told.reason


def test_percentiles_of_buckets_are_divided_in_pairs_and_never_averaged():
    told = paired(1.2, 0.4, (4000, 4000), [1.0, 3.1, 3.2, 3.3, 3.4, 3.5, 90.0], 0.95)
    assert (told.ratio, told.ratio_low) == (3.3, 1.0)
    assert of_latencies(told, LIMITS).verdict == "investigate"
    steady = paired(1.3, 0.4, (4000, 4000), [3.1, 3.2, 3.3, 3.4], 0.95)
    assert (steady.ratio, steady.ratio_low) == (3.25, None)


def test_one_incident_that_blames_the_flag_is_enough_and_silence_is_no_health():
    assert of_incidents("critical incident", ["I-1", "I-2"], 5, has_incidents=True).verdict == "roll_back"
    assert of_incidents("critical incident", [], 5, has_incidents=True).verdict == "ok"
    assert of_incidents("critical incident", [], 0, has_incidents=False).verdict == "too_early"


@pytest.mark.parametrize(
    ("used", "verdict"),
    [(None, "too_early"), (Count(9, 20), "too_early"), (Count(2300, 10_000), "ok"), (Count(12, 100), "too_early"),
     (Count(40, 1000), "investigate")],
)  # fmt: skip
def test_usage_is_met_missed_or_not_known_yet(used, verdict):
    assert of_usage(used, LIMITS).verdict == verdict


@pytest.mark.parametrize(
    ("treated", "control", "verdict"),
    [(Count(5, 100), Count(50, 100), "too_early"), (Count(300, 3000), Count(450, 3000), "pause"),
     (Count(1500, 5000), Count(1480, 5000), "ok"), (Count(48, 400), Count(50, 400), "too_early"),
     (Count(390, 3000), Count(450, 3000), "too_early")],
)  # fmt: skip
def test_a_business_metric_is_lost_well_or_not_known_yet(treated, control, verdict):
    assert of_business("orders", treated, control, LIMITS).verdict == verdict


def test_of_what_is_looked_at_every_night_and_does_nothing_hardly_any_is_ever_called_lost():
    """Two arms that buy alike, fifty people a night each, looked at on thirty nights."""
    draw = np.random.default_rng(7)
    lost = fixed = 0
    for _ in range(300):
        sold = [draw.binomial(50, 0.2, 30).cumsum().tolist() for _arm in range(2)]
        nights = [tuple(Count(side[night], 50 * (night + 1)) for side in sold) for night in range(30)]
        lost += any(of_business("orders", *night, LIMITS).verdict == "pause" for night in nights)
        fixed += any((difference_low(*night[::-1], LIMITS.confidence) or 0) > 0 for night in nights)
    # Of 300, two binomial errors of 0.05 are 8; one look's bound cries far oftener.
    assert lost <= 15 + 8
    assert fixed > 45

"""How strong something unmeasured would have to be."""

import pytest

from pipelines.impact.estimate import Estimate
from pipelines.impact.evalue import EValue, e_value


def ratio(value: float | None, low: float | None, high: float | None) -> Estimate:
    return Estimate(value, low, high, "any")


# VanderWeele and Ding (2017), Annals of Internal Medicine 167, 268: 3.9 [1.8, 8.7] gives 7.3 and 3.0 (breastfeeding and
# infant deaths); 0.80 [0.71, 0.91] gives 1.8 and 1.43 (maternal leukaemia).
@pytest.mark.parametrize(
    ("figures", "point", "bound"),
    [((3.9, 1.8, 8.7), 7.26, 3.0), ((0.80, 0.71, 0.91), 1.81, 1.43), ((1.8, 1.59, 2.03), 3.0, 2.56)],
)
def test_published_e_values(figures, point, bound):
    told = e_value(ratio(*figures))
    assert told is not None
    assert (told.point, told.bound) == pytest.approx((point, bound), abs=0.01)


def test_an_interval_that_holds_one_needs_nothing_to_be_explained_away():
    assert e_value(ratio(1.8, 0.96, 3.0)) == EValue(pytest.approx(3.0), 1.0)
    assert e_value(ratio(0.5, 0.2, 1.1)).bound == 1.0
    assert e_value(ratio(1.0, 0.9, 1.1)) == EValue(1.0, 1.0)


def test_a_ratio_that_is_not_defined_has_none():
    assert e_value(ratio(None, 2.75, None)) is None
    assert e_value(ratio(0.0, 0.0, 0.4)) is None
    assert e_value(ratio(1.8, None, None)).bound is None


def test_something_exactly_that_strong_explains_the_ratio_away():
    # The bounding factor of a confounder of strength E with both is E E / (E + E - 1): the ratio itself.
    for value in (1.2, 1.8, 5.0):
        strength = e_value(ratio(value, None, None)).point
        assert strength * strength / (2 * strength - 1) == pytest.approx(value)

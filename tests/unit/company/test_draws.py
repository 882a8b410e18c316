"""Draws for many rows are as good as dice, and each row's is its own."""

import numpy as np
import pytest

from pipelines.company.draws import Draws

ROWS = np.arange(200_000)


def test_a_row_draws_the_same_whatever_is_drawn_beside_it():
    draws = Draws(1, "a")
    assert draws.unit(ROWS)[1_234] == draws.unit(np.array([9, 1_234]))[1] == draws.unit(1_234)[0]
    assert draws.unit(ROWS[:3][:, None], ROWS[:2][None, :])[2, 1] == draws.unit(2, 1)[0] != draws.unit(1, 2)[0]


def test_other_names_and_other_seeds_give_other_draws():
    drawn = [Draws(1, "a"), Draws(2, "a"), Draws(1, "b"), Draws(1, "a").of("b")]
    assert len({draws.unit(0)[0] for draws in drawn}) == 4
    assert Draws(1, "a").of("b").unit(7) == Draws(1, "a", "b").unit(7)


@pytest.mark.parametrize("columns", [(ROWS,), (ROWS, 3), (7, ROWS), (ROWS * 86_400_000,), (-ROWS,)])
def test_draws_fill_the_unit_evenly_and_neighbours_know_nothing_of_each_other(columns):
    drawn = Draws(1, "even").unit(*columns)
    counted = np.bincount((drawn * 100).astype(int), minlength=100)
    # 99 degrees of freedom: one in ten thousand is above 158.
    assert ((counted - 2_000) ** 2 / 2_000).sum() < 158
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01
    assert drawn.min() > 0
    assert drawn.max() < 1


def test_other_ways_to_draw_are_spread_as_they_say():
    draws = Draws(1, "ways")
    assert draws.chance(0.3, ROWS).mean() == pytest.approx(0.3, abs=0.005)
    assert np.bincount(draws.below(4, ROWS)) / len(ROWS) == pytest.approx([0.25] * 4, abs=0.005)
    assert np.bincount(draws.pick([3, 0, 1], ROWS)) / len(ROWS) == pytest.approx([0.75, 0, 0.25], abs=0.005)
    normal = draws.normal(ROWS)
    assert (normal.mean(), normal.std()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.01))

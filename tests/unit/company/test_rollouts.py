"""Every course of a rollout is dealt often enough, and with each kind of effect, whatever the seed."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from pipelines.company import Scale, simulate
from pipelines.company.dice import Dice
from pipelines.company.effects import Kind
from pipelines.company.flags import PRODUCTION, Course, course_of


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_company_of_the_demos_size_holds_back_twenty_features_or_more_and_has_every_course(seed):
    company = simulate(Scale.demo(), seed)
    flags = [story.flag for story in company.stories if story.flag]
    kept = [flag for flag in flags if flag.has_holdback and flag.steps[-1].at < company.ends_at]
    assert len(kept) >= 20
    for flag in kept:
        held, whole = flag.steps[-2:]
        assert (held.percentage, whole.percentage, whole.at - held.at) == (95, 100, timedelta(days=38))
    falls = [sum(after.percentage < before.percentage for before, after in pairwise(flag.steps)) for flag in flags]
    assert any(count and flag.steps[-1].percentage == 0 for count, flag in zip(falls, flags, strict=True))
    assert any(count and flag.steps[-1].percentage == 100 for count, flag in zip(falls, flags, strict=True))
    assert any(flag.steps[-1].environment != PRODUCTION for flag in flags)
    held = Counter(effect.kind for effect in company.effects if effect.story in {flag.story for flag in kept})
    assert held[Kind.NOTHING] >= 6
    assert set(held) == set(Kind)


def test_a_course_is_dealt_whatever_is_dealt_after_it():
    dealt = [course_of(Dice(1), number) for number in range(32)]
    assert Counter(dealt[:16]) == Counter(dealt[16:])
    assert set(dealt[:16]) == set(Course)
    assert dealt[:16] != dealt[16:]


@pytest.mark.parametrize("seed", [*range(1, 31)])
def test_a_company_of_any_seed_can_be_drawn(seed):
    company = simulate(Scale.small(), seed)
    assert len(company.stories) == 24
    assert len(company.support_tickets) > 100

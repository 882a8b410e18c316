"""A rollout as an experiment: which of its people may be compared, how surely, and what the comparison says.

What is compared, and how, hangs on how many people there are, on steps, on time and on whether there are ten events to
divide; never on which arm did better.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.impact.cuped import cuped
from pipelines.impact.distributions import z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.means import Moment, PairSums, Sums, of_share, of_sums
from pipelines.impact.proportions import Share, newcombe
from pipelines.impact.ratios import allows_ratio, koopman
from pipelines.impact.sample_ratio import SampleRatio, sample_ratio
from pipelines.impact.sample_ratio import Step as Drawn
from pipelines.impact.sequential import LEAST_UNITS, watched
from pipelines.impact.story_cells import Cell, added, share_of
from pipelines.impact.strata import (
    Stratum,
    mantel_haenszel_ratio,
    post_stratified_difference,
    post_stratified_ratio,
)

# In each arm: of a step that counts at all, and together before a figure is told.
LEAST_PEOPLE = 30
# In each arm of each step: before means of counts and money are told, and before activity before is adjusted for.
LEAST_FOR_MEANS = 100
WATCHED = "watched without end: always-valid interval"


@dataclass(frozen=True, slots=True)
class Step:
    """Both arms of a step: outcome with active days before, and outcome with use."""

    treated: PairSums
    control: PairSums
    treated_use: PairSums
    control_use: PairSums

    @property
    def n(self) -> int:
        """People of both arms."""
        return self.treated.n + self.control.n


@dataclass(frozen=True, slots=True)
class Effect:
    """What a comparison says: a ratio where one may be told, and the difference."""

    ratio: Estimate | None
    difference: Estimate
    method: str
    variance_ratio: float | None = None

    @property
    def told(self) -> Estimate:
        """The figure that is told; which of the two it is hangs on counts alone."""
        return self.ratio or self.difference


def steps_of(cells: Iterable[Cell]) -> list[Step]:
    """Return the steps with enough people of whom the measure is known in either arm."""
    found: dict[int | None, dict[str, list[Cell]]] = {}
    for cell in cells:
        found.setdefault(cell.step, {"treated": [], "control": []})[cell.arm].append(cell)
    steps = [
        Step(*(added([one.before for one in arms[arm]]) for arm in ("treated", "control")),
             *(added([one.use for one in arms[arm]]) for arm in ("treated", "control")))
        for arms in found.values()
    ]  # fmt: skip
    return [step for step in steps if min(step.treated.n, step.control.n) >= LEAST_PEOPLE]


def sample_ratios(cells: Iterable[Cell]) -> dict[int | None, SampleRatio]:
    """Return the test of each step that serves some and not others: all who first met the feature in it count."""
    drawn: dict[tuple[int | None, float], list[int]] = {}
    for cell in cells:
        if cell.control != "none" and cell.percentage is not None:
            counts = drawn.setdefault((cell.step, cell.percentage), [0, 0])
            counts[cell.arm == "control"] += cell.met
    return {step: sample_ratio(Drawn(counts, (share, 100 - share))) for (step, share), counts in drawn.items()}


def effect_of(steps: Sequence[Step], *, is_share: bool, may_adjust: bool, is_watched: bool) -> Effect | None:
    """Return what the steps say of treated against control; None where there is too little for any interval.

    Args:
        may_adjust: nobody's past was touched by the feature, so that activity before may take noise out.
        is_watched: it will be looked at again while people come.
    """
    if not steps:
        return None
    treated, control = (added([getattr(step, arm) for step in steps]) for arm in ("treated", "control"))
    shares = (share_of(treated), share_of(control)) if is_share else None
    has_ratio = shares is None or allows_ratio(*shares)
    smallest = min(min(step.treated.n, step.control.n) for step in steps)
    if shares is None and smallest < LEAST_FOR_MEANS:
        return None
    if is_watched:
        return _watched(steps, is_share=is_share) if has_ratio and smallest >= LEAST_UNITS else None
    if may_adjust and has_ratio and smallest >= LEAST_FOR_MEANS:
        return _adjusted(steps)
    if shares is not None and len(steps) == 1:
        return _single(*shares)
    return _stratified(steps, is_share=is_share) if has_ratio else None


def standardised(steps: Sequence[Step]) -> tuple[float, float]:
    """Return both arms' means, each as if its people were spread over the steps like all."""
    whole = sum(step.n for step in steps)
    means = [(step.n / whole, step.treated.y / step.treated.n, step.control.y / step.control.n) for step in steps]
    return math.fsum(w * one for w, one, _ in means), math.fsum(w * other for w, _, other in means)


def _single(treated: Share, control: Share) -> Effect | None:
    difference = newcombe(treated, control)
    if difference is None:
        return None
    ratio = koopman(treated, control) if allows_ratio(treated, control) else None
    return Effect(ratio, difference, "Koopman score ratio, Newcombe difference" if ratio else difference.method)


def _moment(sums: PairSums, *, is_share: bool) -> Moment | None:
    return of_share(share_of(sums)) if is_share else of_sums(Sums(sums.n, sums.y, sums.yy))


def _strata(steps: Sequence[Step], *, is_share: bool) -> list[Stratum]:
    return [
        Stratum(_moment(step.treated, is_share=is_share), _moment(step.control, is_share=is_share)) for step in steps
    ]


def _stratified(steps: Sequence[Step], *, is_share: bool) -> Effect | None:
    strata = _strata(steps, is_share=is_share)
    difference = post_stratified_difference(strata)
    if difference is None:
        return None
    if is_share:
        ratio = mantel_haenszel_ratio([(share_of(step.treated), share_of(step.control)) for step in steps])
        name = "Mantel-Haenszel ratio"
    else:
        ratio, name = post_stratified_ratio(strata), "post-stratified ratio"
    told = ratio.estimate if ratio else None
    return Effect(told, difference.estimate, f"{name} and post-stratified difference by step")


def _adjusted(steps: Sequence[Step]) -> Effect | None:
    """Compare within steps what is left once active days before are taken into account."""
    strata, left = list[Stratum](), 0.0
    for step in steps:
        found = cuped(step.treated, step.control)
        assert found is not None
        strata.append(Stratum(found.treated, found.comparison))
        left += found.variance_ratio * step.n
    difference, ratio = post_stratified_difference(strata), post_stratified_ratio(strata)
    if difference is None:
        return None
    method = "CUPED by active days before within step, post-stratified"
    return Effect(ratio.estimate if ratio else None, difference.estimate, method, left / sum(step.n for step in steps))


def _watched(steps: Sequence[Step], *, is_share: bool) -> Effect | None:
    found = post_stratified_difference(_strata(steps, is_share=is_share))
    if found is None:
        return None
    plain = found.estimate
    # A post-stratified interval has both ends.
    assert plain.value is not None
    assert plain.low is not None
    assert plain.high is not None
    error = (plain.high - plain.low) / (2 * z_of(CONFIDENCE))
    return Effect(None, watched(plain.value, error**2, found.n), WATCHED)

"""What use tells without a lot that was drawn: how many use a feature, and how those who do compare with the others."""

from collections.abc import Iterator, Sequence

from pipelines.impact import story_wording as words
from pipelines.impact.estimate import Estimate
from pipelines.impact.landmark import Landmark, landmark
from pipelines.impact.means import Sums, mean, of_sums
from pipelines.impact.proportions import Share, newcombe, wilson
from pipelines.impact.ratios import allows_ratio, koopman
from pipelines.impact.story_cells import BY_ACTIVITY, SHARES, Case, Cell, Row, added, share_of
from pipelines.impact.story_claims import LOOKS, PRIMARY, Claim, compared, early, side_of, taken_back
from pipelines.impact.story_trial import LEAST_PEOPLE

AT_LANDMARK = "returned_d7_d13"
# Metric, the audience it is told of, and the audience whose cells it is counted from.
_TOLD = (
    ("tried_month", "exposed_active", "exposed_active"), ("habitual_month", "exposed_active", "exposed_active"),
    ("tried_month", "all_active", "all_active"), ("habitual_month", "all_active", "all_active"),
    ("adopted_7d", "exposed_treated", "exposed"), ("habitual_7d", "exposed_treated", "exposed"),
    ("use_days_7d", "exposed_treated", "exposed"), ("uses_7d", "exposed_treated", "exposed"),
    ("used_again_d1_d7", "adopters", "adopters"),
)  # fmt: skip
# Users in strata without any other, or too many of them, and strata adjust for nothing.
LEAST_OVERLAP = 0.8


def told_alone(case: Case) -> Iterator[Claim]:
    """Yield how many use it, and how much, without anybody to compare with."""
    for metric, audience, counted in _TOLD:
        cells = case.of(counted, metric)
        if audience == "exposed_treated":
            cells = [cell for cell in cells if cell.arm == "treated"]
        if cells:
            yield _described(case, audience, metric, cells)


def _described(case: Case, audience: str, metric: str, cells: Sequence[Cell]) -> Claim:
    sums, waiting = added([cell.before for cell in cells]), sum(cell.waiting for cell in cells)
    if told := taken_back(case):
        answer, wording, reason = told
        return Claim(audience, metric, answer, wording, reason, "none", cells)
    if sums.n < LEAST_PEOPLE:
        answer = "too_early" if waiting else "not_enough_data"
        reason = f"{LEAST_PEOPLE} people are needed; {waiting:,} are still within their window."
        return Claim(audience, metric, answer, words.of_few(audience, metric, sums.y, sums.n), reason, "none", cells)
    if metric in SHARES:
        told_share = wilson(share_of(sums))
        assert told_share is not None
        figure, wording = told_share, words.of_share(audience, metric, told_share, sums.n)
    else:
        moment = of_sums(Sums(sums.n, sums.y, sums.yy))
        assert moment is not None
        figure = mean(moment)
        wording = words.of_mean(audience, metric, figure, sums.n)
    caps = [cell.cap for cell in cells if cell.cap is not None]
    figures: Row = {
        "value": figure.value, "ci_of": "value" if figure.low is not None else None, "ci_low": figure.low,
        "ci_high": figure.high, "cap": max(caps, default=None),
    }  # fmt: skip
    reason = "Counted; nobody is compared with anybody."
    return Claim(audience, metric, "described", wording, reason, figure.method, cells, (), "D", figures)


def by_use(case: Case) -> Iterator[Claim]:
    """Yield how those who used it within a week compare with the others who got it, adjusted and bare."""
    for audience, metric in ((BY_ACTIVITY, AT_LANDMARK), ("exposed_treated", PRIMARY)):
        cells = case.of(audience, metric)
        users, others = ([cell for cell in cells if cell.arm == arm] for arm in ("adopter", "other"))
        if not cells:
            continue
        if refusal := taken_back(case) or early(case):
            yield Claim(audience, metric, *refusal, "none", users, others)
        elif claim := (_adjusted if audience == BY_ACTIVITY else _bare)(audience, metric, users, others):
            yield claim
        else:
            lack = "Too few who used it, or too few others, to compare."
            why = f"{LEAST_PEOPLE} people on each side, ten who did and ten who did not, who are alike, are needed."
            yield Claim(audience, metric, "not_enough_data", lack, why, "none", users, others)


def _adjusted(audience: str, metric: str, users: Sequence[Cell], others: Sequence[Cell]) -> Claim | None:
    sides = [
        {(cell.step or 0, cell.prior_activity): share_of(cell.before) for cell in cells} for cells in (users, others)
    ]
    alike = [name for name in sorted(sides[0]) if name in sides[1] and min(side[name].n for side in sides)]
    pairs = [(sides[0][name], sides[1][name]) for name in alike]
    one, other = (Share(sum(p[side].events for p in pairs), sum(p[side].n for p in pairs)) for side in (0, 1))
    everybody = sum(cell.n for cell in users)
    if min(one.n, other.n) < LEAST_PEOPLE or one.n < LEAST_OVERLAP * everybody or not allows_ratio(one, other):
        return None
    found = landmark(pairs)
    if found is None:
        return None
    figure = found.ratio.estimate
    told = words.Told(metric, figure, True, one.n, other.n)
    side = side_of(figure, is_ratio=True)
    wording = words.of_landmark(told, side, found.e_value, is_turned_round=found.is_turned_round)
    reason = (
        f"Not drawn by lot; compared within {len(pairs)} strata of step and active days before, which hold"
        f" {words.percent(one.n / everybody)} of the users. What the strata do not name is not adjusted for."
    )
    # Whoever has no like on the other side is in no figure, so neither in the counts beside it.
    compared_people: Row = {
        "n": one.n, "n_comparison": other.n, "numerator": float(one.events),
        "numerator_comparison": float(other.events), "value": one.events / one.n,
        "comparison_value": other.events / other.n,
    }  # fmt: skip
    return Claim(
        audience, metric, LOOKS[side], wording, reason, figure.method, users, others, "C",
        _landmark_figures(found) | compared_people,
    )  # fmt: skip


def _landmark_figures(found: Landmark) -> Row:
    crude, needs = found.crude, found.e_value
    return compared(found.ratio.estimate, found.difference.estimate if found.difference else None) | {
        "crude_ratio": crude.value if crude else None, "crude_ci_low": crude.low if crude else None,
        "crude_ci_high": crude.high if crude else None, "e_value": needs.point if needs else None,
        "e_value_bound": needs.bound if needs else None,
    }  # fmt: skip


def _bare(audience: str, metric: str, users: Sequence[Cell], others: Sequence[Cell]) -> Claim | None:
    one, other = (share_of(added([cell.before for cell in cells])) for cells in (users, others))
    if min(one.n, other.n) < LEAST_PEOPLE or not allows_ratio(one, other):
        return None
    ratio, difference = koopman(one, other), newcombe(one, other)
    assert isinstance(ratio, Estimate)
    reason = (
        "Busy people use everything and come back: a feature that does nothing shows 1.3 to 1.5 here. Nothing is"
        " adjusted for, and use has a week in which one has to have come back."
    )
    return Claim(
        audience, metric, LOOKS[side_of(ratio, is_ratio=True)],
        words.of_naive(words.Told(metric, ratio, True, one.n, other.n)), reason, ratio.method, users, others, "D",
        compared(ratio, difference),
    )  # fmt: skip

"""What may be claimed of one epoch of a story's feature: each claim with its grade, its figures and its sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.impact import story_wording as words
from pipelines.impact.cace import compliers
from pipelines.impact.estimate import Estimate
from pipelines.impact.ratios import allows_ratio
from pipelines.impact.sample_ratio import ALARM_BELOW, SampleRatio
from pipelines.impact.story_cells import SHARES, Case, Cell, Row, added, share_of
from pipelines.impact.story_trial import (
    LEAST_FOR_MEANS,
    LEAST_PEOPLE,
    Effect,
    Step,
    effect_of,
    sample_ratios,
    standardised,
    steps_of,
)

PRIMARY = "returned_d1_d7"
# Told by arms. Uses of the feature are not among them: who is without it has none, which is no finding, and would lend
# its certainty to the others where they are corrected for being many.
BY_ARMS = (
    PRIMARY, "returned_day_7", "returned_unbounded", "returned_d7_d13", "bought_7d", "revenue_7d", "events_7d",
)  # fmt: skip
BY_COMPLIERS = (PRIMARY, "bought_7d")
ENOUGH = f"{LEAST_PEOPLE} people in each arm of a step, ten who did and ten who did not; of means {LEAST_FOR_MEANS}"
# What is answered, by the side on which the whole interval lies: of an effect, and of what may be none.
ANSWERS = {0: "no_clear_effect", 1: "increased", -1: "decreased"}
LOOKS = {0: "no_clear_difference", 1: "higher", -1: "lower"}
_GRADES = {
    "A": "drawn by lot, and nobody changed sides within the window",
    "B": "drawn by lot, but others got it within the window: the offer as it was first made, diluted",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One row before it is written out.

    Attributes:
        cells: of whom it is told, treated or users on one side, `against` on the other.
        figures: columns that only some claims have, by name.
        hedged: the sentence where the figure does not outlast being one of many.
    """

    audience: str
    metric: str
    answer: str
    wording: str
    reason: str
    method: str
    cells: Sequence[Cell] = ()
    against: Sequence[Cell] = ()
    grade: str | None = None
    figures: Row = field(default_factory=dict)
    hedged: str | None = None


def by_arms(case: Case) -> Iterator[Claim]:
    """Yield what the rollout tells as an experiment, metric by metric."""
    ratios = sample_ratios(case.of("exposed", PRIMARY))
    for metric in BY_ARMS:
        cells = case.of("exposed", metric)
        if cells or metric == PRIMARY:
            yield from _compared(case, metric, cells, ratios)


def _compared(
    case: Case, metric: str, cells: Sequence[Cell], ratios: Mapping[int | None, SampleRatio]
) -> Iterator[Claim]:  # fmt: skip
    both = [cell for cell in cells if cell.control != "none"]
    known = {step: one.p_value for step, one in ratios.items() if one.p_value is not None}
    checked: Row = {"sample_ratio_p_value": min(known.values(), default=None)}
    if refusal := _refusal(case, metric, both or cells, is_off=any(one.is_off for one in ratios.values())):
        answer, wording, reason = refusal
        yield _without("exposed", metric, answer, wording, reason, both or cells, checked)
        return
    throughout = [cell for cell in both if cell.control == "throughout"]
    for grade, chosen in (("A", throughout), ("B", both)):
        # Of a step whose arms cannot be held against its share nobody knows whether they are as they were drawn.
        steps = steps_of(cell for cell in chosen if cell.step in known)
        effect = effect_of(steps, is_share=metric in SHARES, may_adjust=case.is_first, is_watched=case.is_watched)
        if effect:
            left_out = sum(cell.n for cell in both) - sum(cell.n for cell in chosen)
            figures = checked | {"n_excluded_uncontrolled": left_out}
            yield _graded(metric, grade, chosen, steps, effect, figures)
            if grade == "A" and metric in BY_COMPLIERS and effect.ratio:
                yield from _complied(metric, chosen, steps, figures)
            return
    waiting = sum(cell.waiting for cell in both)
    answer, begin = ("too_early", "Too early to tell") if waiting else ("not_enough_data", "Not enough people to tell")
    reason = f"{ENOUGH} are needed; {waiting:,} people are still within their window."
    yield _without("exposed", metric, answer, f"{begin} {words.what(metric)} because of it.", reason, both, checked)


def _refusal(case: Case, metric: str, cells: Sequence[Cell], *, is_off: bool) -> tuple[str, str, str] | None:
    """Return answer, sentence and reason where no effect is told, whatever the figures; None where one may be."""
    if told := taken_back(case):
        return told
    if not cells:
        return "not_enough_data", "Nobody is known to have met it.", "No product event tells that somebody met it."
    if is_off:
        why = f"In a step the arms are not as large as its share says (chance below {ALARM_BELOW:g}): people were lost."
        return "sample_ratio_off", "No effect is told: the arms are not as they were drawn.", why
    if not any(cell.arm == "control" and cell.control != "none" for cell in cells):
        why = "Nobody who met it was without it, so nothing can be compared."
        return "no_comparison", f"Nothing to compare with: {words.what(metric)} without it is not known.", why
    return early(case)


def taken_back(case: Case) -> tuple[str, str, str] | None:
    """Return answer, sentence and reason of what was rolled back, None of what was not."""
    at = case.epoch["rolled_back_at"]
    if at is None:
        return None
    told = f"Rolled back on {words.day(at)}; nothing is claimed."
    return "rolled_back", told, "It was taken back before its impact was looked at, and not given again."


def early(case: Case) -> tuple[str, str, str] | None:
    """Return answer, sentence and reason before the day on which effects are looked at, None from then on."""
    if case.is_looked_at:
        return None
    planned = words.day(case.epoch["planned_at"])
    why = "Looked at once, on a day that was settled before: who looks every night finds what chance made."
    return "too_early", f"Too early to tell: it is looked at on {planned}.", why


def _graded(
    metric: str, grade: str, cells: Sequence[Cell], steps: Sequence[Step], effect: Effect, figures: Row
) -> Claim:  # fmt: skip
    told = words.Told(metric, effect.told, effect.ratio is not None, *(
        sum(side.n for side in sides) for sides in ([s.treated for s in steps], [s.control for s in steps])
    ))  # fmt: skip
    side = side_of(effect.told, is_ratio=effect.ratio is not None)
    if grade == "A":
        answer = ANSWERS[side]
        shares = sorted({cell.percentage for cell in cells if cell.percentage})
        how = f"randomised {' and '.join(f'{share:g} %' for share in shares)} rollout"
        wording, hedged = words.of_randomised(told, side, how), words.of_randomised(told, 0, how)
    else:
        answer, wording, hedged = LOOKS[side], words.of_staggered(told, side), None
    value, comparison = standardised(steps)
    caps = [cell.cap for cell in cells if cell.cap is not None]
    reason = f"{_GRADES[grade][0].upper()}{_GRADES[grade][1:]}; sample ratio in order; {len(steps)} step(s)."
    more = {
        "numerator": added([step.treated for step in steps]).y,
        "numerator_comparison": added([step.control for step in steps]).y,
        "n": told.n, "n_comparison": told.n_comparison, "value": value, "comparison_value": comparison,
        "cap": max(caps, default=None), "variance_ratio": effect.variance_ratio,
    }  # fmt: skip
    return Claim(
        "exposed", metric, answer, wording, reason, effect.method, cells, (), grade,
        figures | more | compared(effect.ratio, effect.difference), hedged,
    )  # fmt: skip


def _complied(metric: str, cells: Sequence[Cell], steps: Sequence[Step], figures: Row) -> Iterator[Claim]:
    if not allows_ratio(*(share_of(added([getattr(step, arm) for step in steps])) for arm in ("treated", "control"))):
        return
    found = compliers([(step.treated_use, step.control_use) for step in steps])
    if found is None:
        return
    n, n_comparison = (sum(getattr(step, arm).n for step in steps) for arm in ("treated", "control"))
    told = words.Told(metric, found.estimate, False, n, n_comparison)
    side = side_of(found.estimate, is_ratio=False)
    reason = f"The effect of the offer, divided by the {words.percent(found.share)} of people whom it made use it."
    yield Claim(
        "compliers", metric, ANSWERS[side], words.of_compliers(told, side, found.share),
        reason, found.estimate.method, cells, (), "A",
        figures
        | {"n": n, "n_comparison": n_comparison, "numerator": None, "value": None}
        | compared(None, found.estimate),
        words.of_compliers(told, 0, found.share),
    )  # fmt: skip


def _without(
    audience: str, metric: str, answer: str, wording: str, reason: str, cells: Sequence[Cell], figures: Row
) -> Claim:  # fmt: skip
    treated, control = ([cell for cell in cells if cell.arm == arm] for arm in ("treated", "control"))
    return Claim(audience, metric, answer, wording, reason, "none", treated, control, None, figures)


def side_of(told: Estimate, *, is_ratio: bool) -> int:
    """Return 1 where the whole interval lies above no difference, -1 where below, else 0."""
    nothing = 1.0 if is_ratio else 0.0
    if not told.excludes(nothing):
        return 0
    return 1 if told.low is not None and told.low > nothing else -1


def compared(ratio: Estimate | None, difference: Estimate | None) -> Row:
    """Return the columns of a comparison; the interval is of the ratio where there is one."""
    told, of = (ratio, "ratio") if ratio else (difference, "difference")
    return {
        "ratio": ratio.value if ratio else None, "difference": difference.value if difference else None,
        "ci_of": of, "ci_low": told.low if told else None, "ci_high": told.high if told else None,
        "difference_low": difference.low if difference else None,
        "difference_high": difference.high if difference else None,
        "p_value": told.p_value if told else None,
    }  # fmt: skip

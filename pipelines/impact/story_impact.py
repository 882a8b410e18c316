"""What each story did, as far as the evidence goes: a row for every epoch, audience and metric, with its grade.

Grade A is drawn by lot with nobody changing sides within the window, B drawn by lot and diluted, C adjusted for
activity before, D described. Where nothing may be claimed there is a row all the same, which says why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import polars as pl

from pipelines.impact.estimator import Estimator, Frames
from pipelines.impact.multiplicity import q_values
from pipelines.impact.story_cells import KEY, SHARES, Case, Row, added, cases
from pipelines.impact.story_claims import ANSWERS, PRIMARY, Claim, by_arms
from pipelines.impact.story_trial import LEAST_PEOPLE
from pipelines.impact.story_use import by_use, told_alone

EPOCHS, COUNTS = "intermediate.int_impact_epochs", "intermediate.int_impact_counts"
VERSION = 1
DEFINITION = f"impact {VERSION}"
# Of the figures that are called effects, at most one in twenty is none, in the mean.
FALSE_FINDS = 0.05


def measure(frames: Frames) -> pl.DataFrame:
    """Return a row for each story, flag, epoch, audience and metric."""
    rows: list[Row] = []
    # A story's epochs follow each other.
    for _, own in groupby(cases(frames[EPOCHS], frames[COUNTS]), key=lambda case: case.epoch["story_key"]):
        told = [(case, claim) for case in own for part in (by_arms, told_alone, by_use) for claim in part(case)]
        rows += [_row(case, claim) for case, claim in _one_of_many(told)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(*KEY, "audience", "metric")


def _one_of_many(told: Sequence[tuple[Case, Claim]]) -> Iterator[tuple[Case, Claim]]:
    """Correct a story's randomised metrics for being many; the one that was declared before stands outside.

    What use does is the effect of the offer in other units, so it stands and falls with that.
    """
    many = [
        number for number, (_, claim) in enumerate(told)
        if claim.grade == "A" and claim.audience == "exposed" and claim.metric != PRIMARY
    ]  # fmt: skip
    found = dict(zip(many, q_values([told[number][1].figures["p_value"] for number in many]), strict=True))
    hedged: set[tuple[Any, ...]] = set()
    for number, (case, claim) in enumerate(told):
        name = (case.epoch["flag_key"], case.epoch["epoch"], claim.metric)
        q = found.get(number)
        one = replace(claim, figures=claim.figures | {"q_value": q}) if number in found else claim
        is_one_of_many = number in found and (q is None or q > FALSE_FINDS)
        if is_one_of_many or (claim.audience == "compliers" and name in hedged):
            if is_one_of_many:
                hedged.add(name)
            yield case, _hedged(one, len(many))
        else:
            yield case, one


def _hedged(claim: Claim, metrics: int) -> Claim:
    """Take back the word of a claim that may be one by chance."""
    if claim.answer == ANSWERS[0]:
        return claim
    assert claim.hedged is not None
    reason = f"{claim.reason} One of {metrics} metrics of the story, of which one may look so by chance."
    return replace(claim, answer=ANSWERS[0], wording=claim.hedged, reason=reason)


def _row(case: Case, claim: Claim) -> Row:
    told, against = (added([cell.before for cell in cells]) for cells in (claim.cells, claim.against))
    cells = [*claim.cells, *claim.against]
    waiting = sum(cell.waiting for cell in cells)
    is_many = told.n >= LEAST_PEOPLE and claim.answer != "rolled_back"
    row: Row = {
        **{name: case.epoch[name] for name in (*KEY, "as_of")},
        "audience": claim.audience,
        "metric": claim.metric,
        "unit": "share" if claim.metric in SHARES else "per_person",
        "is_primary": claim.metric == PRIMARY and claim.audience == "exposed",
        "evidence_grade": claim.grade,
        "answer": claim.answer,
        "wording": claim.wording,
        "reason": claim.reason,
        "numerator": told.y,
        "n": told.n,
        "numerator_comparison": against.y if claim.against else None,
        "n_comparison": against.n if claim.against else None,
        "value": told.y / told.n if is_many else None,
        "comparison_value": against.y / against.n if is_many and against.n >= LEAST_PEOPLE else None,
        "n_excluded_immature": waiting,
        "n_excluded_uncontrolled": 0,
        "is_mature": not waiting and bool(cells),
        "window_start": min((cell.begins for cell in cells if cell.begins), default=None),
        "window_end": max((cell.ends for cell in cells if cell.ends), default=None),
        "method": claim.method,
        "definition_version": DEFINITION,
    }
    row |= claim.figures
    return {name: _rounded(value) for name, value in row.items()}


def _rounded(value: Any) -> Any:
    """Nine places are what two machines agree on."""
    return round(value, 9) if isinstance(value, float) else value


_TEXTS = ("audience", "metric", "unit", "evidence_grade", "answer", "wording", "reason", "ci_of", "method",
          "definition_version", "story_key", "flag_key")  # fmt: skip
_COUNTS = ("epoch", "n", "n_comparison", "n_excluded_immature", "n_excluded_uncontrolled")
_FIGURES = (
    "numerator", "numerator_comparison", "value", "comparison_value", "ratio", "difference", "ci_low", "ci_high",
    "difference_low", "difference_high", "p_value", "q_value", "crude_ratio", "crude_ci_low", "crude_ci_high",
    "e_value", "e_value_bound", "cap", "variance_ratio", "sample_ratio_p_value",
)  # fmt: skip
SCHEMA: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, pl.String), **dict.fromkeys(_COUNTS, pl.Int64), **dict.fromkeys(_FIGURES, pl.Float64),
    **dict.fromkeys(("is_primary", "is_mature"), pl.Boolean),
    **dict.fromkeys(("window_start", "window_end", "as_of"), pl.Datetime("us", "UTC")),
}  # fmt: skip
STORY_IMPACT = Estimator("story_impact", VERSION, (EPOCHS, COUNTS), measure)

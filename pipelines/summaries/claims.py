"""From rows of `fct_story_impact` to claims: which are told is settled by what is known, never by how it came out."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.summaries.facts import Claim, Fact
from pipelines.summaries.language import Language
from pipelines.summaries.literal import literal

Row = Mapping[str, Any]
TOPIC = "tickets_about:"
PRIMARY = ("exposed", "returned_d1_d7")
# Adoption is told of the first that is known.
ADOPTION = (("exposed_active", "tried_month"), ("all_active", "tried_month"))
# Told by arms; the second only where it has a grade.
_EFFECTS = (PRIMARY, ("exposed", "bought_7d"))
# Told instead, where nothing is known by arms; the first that has a grade.
_BY_USE = (("landmark_day_7", "returned_d7_d13"), ("exposed_treated", "returned_d1_d7"))
_SUBJECTS = {"tried_month": "adoption", "bought_7d": "conversion"}
_FORMS = {"A": "randomised", "B": "diluted"}
_REFUSALS = ("sample_ratio_off", "no_comparison", "too_early", "not_enough_data")


@dataclass(slots=True)
class _Draft:
    """A claim that is being put together; its facts get its id before theirs."""

    row: Row
    speak: Language
    subject: str
    facts: list[Fact] = field(default_factory=list)

    def add(self, name: str, kind: str, unit: str, text: str, **figures: Any) -> None:
        self.facts.append(Fact(name, kind, unit, text, grade=self.row["evidence_grade"], **figures))

    def claim(self, form: str, sentence: str, *, is_offered: bool = True) -> Claim:
        row = self.row
        return Claim(
            "", form, self.subject, row["audience"], row["metric"], row["answer"], row["evidence_grade"],
            tuple(self.facts), sentence, is_offered, row["definition_version"],
        )  # fmt: skip


def claims_of(rows: Sequence[Row], speak: Language, flag: str | None) -> list[Claim]:
    """Return what a flag's rows (one story, one epoch) say, without ids; `flag` is told where a story has several."""
    by_name = {(row["audience"], row["metric"]): row for row in rows if row["answer"] != "rolled_back"}
    found = [*_adoption(by_name, speak), *_effects(by_name, speak)]
    topics = sorted(name for name in by_name if name[1].startswith(TOPIC))
    found += [claim for name in topics for claim in _topic(by_name[name], speak)]
    return [_of_flag(claim, speak, flag) for claim in found]


def numbered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Give each claim its id, and its facts theirs."""
    return tuple(_renamed(claim, f"c{number}") for number, claim in enumerate(claims, start=1))


def _renamed(claim: Claim, name: str) -> Claim:
    facts = tuple(
        Fact(f"{name}.{one.id}", one.kind, one.unit, one.text, one.value, one.low, one.high, one.grade)
        for one in claim.facts
    )
    sentence = re.sub(r"\{\{(\w+)\}\}", rf"{{{{{name}.\1}}}}", claim.sentence)
    return Claim(
        name, claim.form, claim.subject, claim.audience, claim.metric, claim.answer, claim.grade, facts, sentence,
        claim.is_offered, claim.definition_version,
    )  # fmt: skip


def _of_flag(claim: Claim, speak: Language, flag: str | None) -> Claim:
    if flag is None:
        return claim
    name = Fact("flag", "name", "none", speak.quoted(literal(flag)))
    sentence = speak.say("claims", "by_flag") + claim.sentence
    return Claim(
        "", claim.form, claim.subject, claim.audience, claim.metric, claim.answer, claim.grade, (name, *claim.facts),
        sentence, claim.is_offered, claim.definition_version,
    )  # fmt: skip


def _adoption(rows: Mapping[tuple[str, str], Row], speak: Language) -> Iterator[Claim]:
    row = next((rows[name] for name in ADOPTION if name in rows and rows[name]["n"]), None)
    if row is None:
        return
    told = _Draft(row, speak, "adoption")
    people = speak.say("people", row["audience"]).format(n=speak.count(row["n"]))
    outcome = speak.say("outcomes", f"{row['metric']}.done")
    if row["evidence_grade"] == "D" and _known(row, "value", "ci_low", "ci_high"):
        told.add("figure", "share", "share", speak.percent(row["value"]), value=row["value"])
        told.add("people", "people", "people", people, value=row["n"])
        told.add("outcome", "outcome", "none", outcome)
        _interval(told, lambda share: speak.three(100 * (share or 0)))
        yield told.claim("adoption", speak.say("claims", "adoption"))
    elif row["evidence_grade"] is None and _known(row, "numerator"):
        told.add("figure", "count", "people", speak.whole(row["numerator"]), value=row["numerator"])
        told.add("people", "people", "people", people, value=row["n"])
        told.add("outcome", "outcome", "none", outcome)
        yield told.claim("adoption_few", speak.say("claims", "adoption_few"), is_offered=False)


def _effects(rows: Mapping[tuple[str, str], Row], speak: Language) -> Iterator[Claim]:
    by_arms = [rows[name] for name in _EFFECTS if name in rows]
    graded = [claim for row in by_arms if row["evidence_grade"] in _FORMS for claim in _by_arms(row, speak)]
    primary = rows.get(PRIMARY)
    # What was declared before comes before other effects, even where it is a refusal.
    if not any(claim.metric == PRIMARY[1] for claim in graded):
        by_use = [
            claim for name in _BY_USE if name in rows and rows[name]["evidence_grade"] in {"C", "D"}
            for claim in _by_use(rows[name], speak)
        ][:1]  # fmt: skip
        yield from by_use
        # Where there is no control nothing is lost by not saying so beside what is told of users; a broken lot is news.
        if primary and primary["answer"] in _REFUSALS and not (by_use and primary["answer"] == "no_comparison"):
            told = _Draft(primary, speak, "retention")
            if primary["answer"] != "sample_ratio_off":
                told.add("outcome", "outcome", "none", speak.say("outcomes", f"{PRIMARY[1]}.many"))
            yield told.claim(primary["answer"], speak.say("claims", primary["answer"]), is_offered=False)
    yield from graded


def _by_arms(row: Row, speak: Language) -> Iterator[Claim]:
    is_ratio = row["ci_of"] == "ratio"
    if not _known(row, "ratio" if is_ratio else "difference", "n", "n_comparison"):
        return
    form, told = _FORMS[row["evidence_grade"]], _Draft(row, speak, _SUBJECTS.get(row["metric"], "retention"))
    if not speak.has("begins", f"{form}.{row['answer']}"):
        return
    _figure(told, is_ratio=is_ratio)
    drawn = re.search(r"randomised (.+?) rollout", row["wording"]) if form == "randomised" else None
    basis = speak.say("basis", f"{form}_unknown" if form == "randomised" else form)
    if drawn:
        shares = [speak.percent(float(share) / 100) for share in re.findall(r"[\d.]+", drawn[1])]
        basis = speak.say("basis", form).format(speak.say("basis", "and").join(shares))
    told.add("basis", "basis", "none", basis)
    begin = speak.say("begins", f"{form}.{row['answer']}")
    name = f"{form}_{'ratio' if is_ratio else 'difference'}"
    yield told.claim(name, speak.say("claims", name).replace("{begin}", begin))


def _by_use(row: Row, speak: Language) -> Iterator[Claim]:
    if not _known(row, "ratio", "n", "n_comparison"):
        return
    form = "adjusted" if row["evidence_grade"] == "C" else "naive"
    told = _Draft(row, speak, "retention")
    told.add("group", "group", "none", speak.say("basis", "used"))
    _figure(told, is_ratio=True)
    basis = speak.say("basis", form)
    if form == "adjusted" and (row["e_value_bound"] or 0) > 1:
        basis += speak.say("basis", "explained").format(speak.times(row["e_value_bound"]))
    told.add("basis", "basis", "none", basis)
    sentence, is_turned = speak.say("claims", form), False
    if form == "adjusted":
        sentence = sentence.replace("{begin}", speak.say("begins", f"adjusted.{row['answer']}"))
        is_turned = row["crude_ratio"] is not None and (row["crude_ratio"] - 1) * (row["ratio"] - 1) < 0
        sentence += speak.say("claims", "turned") if is_turned else ""
    # Whoever else words it could leave out the second sentence, without which the first misleads.
    yield told.claim(form, sentence, is_offered=not is_turned)


def _figure(told: _Draft, *, is_ratio: bool) -> None:
    """Add figure, outcome, interval and people of a comparison."""
    row, speak = told.row, told.speak
    kind, outcome = ("ratio", "likely") if is_ratio else ("difference", "many")
    printed: Callable[[float | None], str] = speak.times if is_ratio else speak.points
    unit, form = ("times", "times") if is_ratio else ("share", "points")
    told.add("figure", kind, unit, speak.say("figures", form).format(printed(row[kind])), value=row[kind])
    told.add("outcome", "outcome", "none", speak.say("outcomes", f"{row['metric']}.{outcome}"))
    _interval(told, printed)
    n, other = speak.count(row["n"]), speak.count(row["n_comparison"])
    people = speak.say("people", "compared").format(n=n, n_comparison=other)
    told.add("people", "people", "people", people, value=row["n"])


def _interval(told: _Draft, printed: Callable[[float | None], str]) -> None:
    low, high = (_finite(told.row[name]) for name in ("ci_low", "ci_high"))
    text = told.speak.say("figures", "interval").format(printed(low), printed(high))
    told.add("interval", "interval", "share" if told.row["ci_of"] == "value" else told.row["ci_of"], text,
             low=low, high=high)  # fmt: skip


def _topic(row: Row, speak: Language) -> Iterator[Claim]:
    told = _Draft(row, speak, "tickets")
    told.add("topic", "name", "none", speak.quoted(literal(row["metric"].removeprefix(TOPIC))))
    if not _known(row, "numerator", "numerator_comparison"):
        if row["answer"] == "too_early":
            yield told.claim("topic_too_early", speak.say("claims", "topic_too_early"), is_offered=False)
        return
    is_compared, graded = row["evidence_grade"] == "B", row["evidence_grade"] is not None
    names = ("crude_ratio", "crude_ci_low", "crude_ci_high") if is_compared else ("ratio", "ci_low", "ci_high")
    has_figure = graded and _known(row, *names)
    if has_figure:
        ratio, low, high = (row[name] for name in names)
        told.add("figure", "change", "times", _change(ratio, speak), value=ratio)
        told.add("interval", "interval", "times", _range(low, high, speak), low=low, high=high)
    counts = {"n": speak.whole(row["numerator"]), "n_comparison": speak.whole(row["numerator_comparison"])}
    told.add("people", "people", "tickets", speak.say("people", "tickets").format(**counts), value=row["numerator"])
    if graded:
        told.add("basis", "basis", "none", _topic_basis(row, speak, is_compared=is_compared))
    form = "topic" if has_figure else "topic_none" if graded else "topic_few"
    unclear = speak.has("begins", f"topic.{row['answer']}")
    begin = speak.say("begins", f"topic.{row['answer']}") if unclear else ""
    yield told.claim(form, speak.say("claims", form).replace("{begin}", begin), is_offered=has_figure)


def _topic_basis(row: Row, speak: Language, *, is_compared: bool) -> str:
    if is_compared and _known(row, "ratio", "ci_low", "ci_high"):
        told = {"figure": _change(row["ratio"], speak), "interval": _range(row["ci_low"], row["ci_high"], speak)}
        return speak.say("basis", "topic_compared").format(**told)
    return speak.say("basis", "topic_alone")


def _change(ratio: float, speak: Language) -> str:
    name = "fewer" if ratio < 1 else "more"
    return speak.say("figures", name).format(speak.whole(100 * abs(1 - ratio)))


def _range(low: float, high: float, speak: Language) -> str:
    """Return an interval of a ratio as 51 to 78 %, or `10 % fewer to 30 % more` where it holds no change."""
    if low <= 1 <= high:
        return speak.say("figures", "range").format(_change(low, speak), _change(high, speak))
    ends = sorted((100 * abs(1 - low), 100 * abs(1 - high)))
    told = speak.say("figures", "range").format(*(speak.whole(end) for end in ends))
    return speak.say("figures", "percent").format(told)


def _known(row: Row, *names: str) -> bool:
    return all(_finite(row[name]) is not None for name in names)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None

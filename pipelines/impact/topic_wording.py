"""What became of a topic in one sentence that its grade allows, with counts and interval, and why it is no more."""

from pipelines.impact.estimate import Estimate
from pipelines.impact.ratios import Rate
from pipelines.impact.topic_change import Finding, has_rates


def about(topic: str) -> str:
    """Return how a sentence on a topic begins."""
    return f'Support tickets about "{topic}"'


def sentence(subject: str, found: Finding) -> str:
    """Return what a finding says of a subject, as `Support tickets about "export"`."""
    if not found.span:
        how = "too early to tell" if found.answer == "too_early" else "nothing can be told"
        return f"{subject}: {how}, {found.objections[0]}."
    weeks = f"{found.span} weeks each"
    if found.crude is None:
        return f"{subject}: {found.after.events} after, {found.before.events} before ({weeks}), too few for a rate."
    alone = f", before and after only: {'; '.join(found.objections)}" if found.grade == "D" else ""
    if not found.after.events or not found.before.events:
        return f"{subject}: {found.after.events} (was {found.before.events}; {weeks}){alone}."
    counts = f"{_counts(found.after, found.before)}, {weeks}"
    told = f"{change(found.crude)} per active user ({bounds(found.crude)}; {counts})"
    if found.grade == "B" and found.adjusted is not None:
        against = f"against other topics {change(found.adjusted)} ({bounds(found.adjusted)})"
        unclear = ", no clear change" if found.answer == "no_clear_difference" else ""
        return f"{subject}: {told}, {against}{unclear}."
    return f"{subject}: {told}{alone}."


def of_all(found: Finding) -> str:
    """Return what became of all tickets together, in the same weeks."""
    total = found.total
    if total is None or not total.value or not has_rates(found.all_after, found.all_before):
        return f"All support tickets: {_counts(found.all_after, found.all_before)}, {found.span} weeks each."
    counts = f"{_counts(found.all_after, found.all_before)}, {found.span} weeks each"
    told = f"{change(total)} per active user ({bounds(total)}; {counts})"
    return f"All support tickets: {told}, before and after only."


def why(found: Finding) -> str:
    """Return why a finding has its grade and its answer."""
    if found.grade != "B":
        return f"{_capital('; '.join(found.objections))}."
    said = "Whole weeks, as many before as after, against other topics; their trends before the launch do not differ"
    series = found.series.average if found.series else None
    if series is not None:
        said += f"; the series with a trend of its own says {change(series)} ({bounds(series)})"
    return f"{said}."


def change(estimate: Estimate) -> str:
    """Return a ratio as `67 % fewer`."""
    return _percent(estimate.value or 0.0)


def bounds(estimate: Estimate) -> str:
    """Return an interval as `51 to 78 %`, or `10 % fewer to 30 % more` where it holds no change."""
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        return "no bound is known"
    if high < 1:
        return f"{100 * (1 - high):.0f} to {100 * (1 - low):.0f} %"
    if low > 1:
        return f"{100 * (low - 1):.0f} to {100 * (high - 1):.0f} %"
    return f"{_percent(low)} to {_percent(high)}"


def _percent(ratio: float) -> str:
    return f"{100 * abs(1 - ratio):.0f} % {'fewer' if ratio < 1 else 'more'}"


def _counts(after: Rate, before: Rate) -> str:
    return f"{after.events:,} after, {before.events:,} before"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

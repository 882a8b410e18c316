"""Numbers in words: durations, dates, shares, and the sentence that opens each view. Pure.

A sentence marks its figures with `**`; `app.parts` escapes everything else before it reaches a page.
"""

import datetime as dt
import statistics
from collections.abc import Sequence
from datetime import datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR = 365.25 * 86400
_UNITS = ((60.0, "s"), (3600.0, "min"), (86400.0, "h"), (2 * _YEAR, "d"))
_STEPS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "y": _YEAR}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

MILESTONES = {
    "interviewed": "interview",
    "backlog": "backlog",
    "spec": "spec",
    "started": "started",
    "code_complete": "code complete",
    "reviewed": "reviewed",
    "production": "production",
    "full_rollout": "100 %",
    "done": "done",
    "finished": "finished",
    "now": "now",
}


def plain(text: str) -> str:
    """A vendor's text for use inside a sentence: its own asterisks and backticks mark nothing."""
    return text.replace("*", "∗").replace("`", "ˋ")


def duration(seconds: float | None) -> str:
    """Say a length of time in the unit a person would use: `30 min`, `5 h`, `3.2 d`; `unknown` for None."""
    if seconds is None:
        return "unknown"
    sign, size = ("−" if seconds < 0 else ""), abs(seconds)
    unit = next((name for limit, name in _UNITS if size < limit), "y")
    amount = size / _STEPS[unit]
    digits = 1 if unit in ("h", "d", "y") and amount < 10 else 0
    text = f"{amount:,.{digits}f}".removesuffix(".0") if unit == "h" else f"{amount:,.{digits}f}"
    return f"{sign}{text} {unit}"


def exact(seconds: float | None) -> str:
    """Say a length of time to the second, for a hover: `3 d 4 h 12 min 9 s`."""
    if seconds is None:
        return "unknown"
    left, parts = round(abs(seconds)), []
    for unit in ("d", "h", "min", "s"):
        amount, left = divmod(left, int(_STEPS[unit]))
        if amount:
            parts.append(f"{amount:,} {unit}")
    return ("−" if seconds < 0 else "") + (" ".join(parts) or "0 s")


def date(moment: dt.date | None) -> str:
    """Say a day the same way everywhere: `15 Dec 2025`."""
    return "unknown" if moment is None else f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def moment(at: datetime | None) -> str:
    """Say a moment in UTC: `15 Dec 2025, 14:05`."""
    return "unknown" if at is None else f"{date(at)}, {at:%H:%M}"


def percent(share: float | None) -> str:
    """Say a share of 0 to 1 without false digits: `23 %`, `0.4 %`; 100 % only when it is all of them."""
    if share is None:
        return "unknown"
    if 0 < share < 0.01:
        return "< 0.1 %" if share < 0.001 else f"{share * 100:.1f} %"
    return "> 99 %" if 0.995 <= share < 1 else f"{share * 100:.0f} %"


def count(number: int, one: str, many: str | None = None) -> str:
    """Say how many of a thing: `1 story`, `10,000 stories`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def stage(start: str, end: str) -> str:
    """Name the stretch between two milestones: `spec → code complete`."""
    return f"{MILESTONES.get(start, start)} → {MILESTONES.get(end, end)}"


def listed(names: Sequence[str]) -> str:
    """Join names as a person would: `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def loop_sentence(
    totals: Sequence[float], span: tuple[str, str], longest: tuple[str, str, float] | None, without: int
) -> str:
    """Open the loop: how long the last finished stories took, over which span, and which part was longest.

    `totals` are the seconds from `span[0]` to `span[1]`; `without` counts stories that lack one of the two.
    """
    number, names = len(totals) + without, [MILESTONES[name] for name in span]
    last = f"The last {_NUMBERS[number]} finished stories" if 1 < number <= 10 else "The only finished story"
    if not totals:
        return f"{last} cannot be timed: no two milestones are known."
    ordered, middle = sorted(totals), statistics.median(totals)
    took = "took a median" if len(ordered) > 1 else "took"
    seen = f"n = {len(ordered)}" + (f", {duration(ordered[0])} to {duration(ordered[-1])}" if ordered[1:] else "")
    text = f"{last} {took} **{duration(middle)}** from {names[0]} to {names[1]} ({seen})"
    if longest:
        text += f"; the longest part is **{stage(*longest[:2])}**, {duration(longest[2])}"
    return text + "."


def open_sentence(ages: Sequence[float]) -> str:
    """Open the loop where nothing is finished: how old the newest open stories are, in seconds."""
    middle, number = statistics.median(ages), len(ages)
    if number == 1:
        return f"No story is finished yet; **1 open story** is **{duration(middle)}** old (n = 1)."
    low, high = duration(min(ages)), duration(max(ages))
    span = f", {low} to {high}" if low != high else ""
    stories = f"**{number} newest open stories**" if number == 10 else f"**{number} open stories**"
    return f"No story is finished yet; the {stories} are a median **{duration(middle)}** old (n = {number}{span})."


def change_sentence(weeks: int, end: dt.date, now: tuple[float | None, int], before: tuple[float | None, int]) -> str:
    """Open delivery: the lead time of the median week now against the span before; each pair is (seconds, n)."""
    span = f"the {weeks} weeks to {date(end)}"
    if now[0] is None:
        return f"In {span} **no change** with a known lead time reached production."
    text = f"In the median week of {span} a change took **{duration(now[0])}** from commit to production"
    text += f" (n = {now[1]:,})"
    if before[0] is None:
        return f"{text}; there is nothing to compare with in the {weeks} weeks before."
    gap = now[0] - before[0]
    if duration(now[0]) == duration(before[0]):
        return f"{text}, as in the {weeks} weeks before (n = {before[1]:,})."
    word = "less" if gap < 0 else "more"
    return f"{text}, **{duration(abs(gap))} {word}** than in the {weeks} weeks before (n = {before[1]:,})."


def health_sentence(sources: int, stale: int, acts: int, watches: int, quarantined: int) -> str:
    """Open data health: sources that are fresh, checks that ask for something, records set aside."""
    fresh = f"**{sources - stale} of {count(sources, 'source')}** {'is' if sources == 1 else 'are'} fresh"
    if acts:
        checks = f"**{count(acts, 'check')}** {'needs' if acts == 1 else 'need'} action"
        checks += f" and {watches} {'is' if watches == 1 else 'are'} worth watching" if watches else ""
    elif watches:
        checks = f"no check needs action and **{watches}** {'is' if watches == 1 else 'are'} worth watching"
    else:
        checks = "no check asks for anything"
    aside = f"**{count(quarantined, 'record')}** could not be read" if quarantined else "every record could be read"
    return f"{fresh}; {checks}; {aside}."


def stale_sentence(names: Sequence[str], seconds: float) -> str:
    """Say at the top of a view which sources have not been seen for too long, and for how long at most."""
    verb = "has" if len(names) == 1 else "have"
    return f"Stale data: {listed(names)} {verb} not been read for {duration(seconds)}; run `storyline nightly`."

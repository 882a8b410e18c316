"""Sentences of a comment that are about no claim: when it shipped, what is wished for, what comes next, its times."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.summaries.facts import Fact, NextStep
from pipelines.summaries.language import Language
from pipelines.summaries.literal import literal
from pipelines.summaries.next_steps import ADOPTION_MISSED, TOP_REQUEST

Row = Mapping[str, Any]
# A window of seven days after the first, on the clock of whoever met it last.
_WINDOW_DAYS = 8
_MILESTONES = ("interview", "backlog", "spec", "code_complete", "reviewed", "production", "full_rollout")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say of comments.

    Attributes:
        adoption_days: since all users have it; then it is told for the first time.
        first_users_percentage: from this share on a flag's story is in production.
        least_people: behind a request, from which on a follow-up is proposed.
        adoption_target: share, 0 to 1; None: no story misses it.
    """

    locale: str = "en"
    time_zone: str = "UTC"
    adoption_days: int = 30
    first_users_percentage: float = 10
    least_people: int = 3
    adoption_target: float | None = None

    @property
    def adoption(self) -> timedelta:
        """Until it is told for the first time."""
        return timedelta(days=self.adoption_days)

    @property
    def final(self) -> timedelta:
        """Until the figures are final."""
        return timedelta(days=self.adoption_days + _WINDOW_DAYS)


class Lines:
    """Facts, and the sentences that hold them, as they come."""

    LEAST_PEOPLE = 3

    def __init__(self, terms: Terms, speak: Language) -> None:
        self.terms, self.facts, self.told = terms, list[Fact](), list[tuple[str, str]]()
        self.steps = list[NextStep]()
        self._speak = speak

    def shipped(self, at: datetime, *, has_flag: bool) -> None:
        """Tell since when all have it, and of how many days the impact is."""
        self._fact("shipped_on", "day", "none", self._day(at))
        self._fact("window", "duration", "days", str(self.terms.adoption_days), self.terms.adoption_days)
        self._line("shipped", "shipped" if has_flag else "shipped_without_flag")

    def rolled_back(self, at: datetime | None) -> None:
        """Tell that it was taken back."""
        if at is not None:
            self._fact("rolled_back_on", "day", "none", self._day(at))
        self._line("shipped", "rolled_back" if at else "rolled_back_undated")

    def waiting(self, people: int, final_at: datetime) -> None:
        """Tell that the figures are not final, and how many people are still waited for."""
        self._fact("final_on", "day", "none", self._day(final_at))
        if people:
            text = self._speak.say("people", "waiting").format(n=self._speak.count(people))
            self._fact("waiting", "count", "people", text, people)
        self._line("waiting", "waiting" if people else "early")

    def requests(self, rows: Sequence[Row]) -> None:
        """Tell what most people wish for."""
        for number, row in enumerate(rows, start=1):
            theme = literal(row["theme"])
            if theme:
                self._fact(f"r{number}.theme", "name", "none", self._speak.quoted(theme))
            text = self._speak.say("people", "requests").format(n=self._speak.count(row["people"]))
            self._fact(f"r{number}.people", "count", "people", text, row["people"])
            line = self._speak.say("comment", "request" if theme else "request_unnamed")
            self.told.append(("request", line.replace("{{", f"{{{{r{number}.")))

    def next_steps(self, keys: Sequence[str], request: Row | None, adoption: Row | None) -> None:
        """Tell which stories came of it, by their own keys, and which it calls for that are not there."""
        parts = [*self._created(keys)]
        proposed = [*self._proposed_request(request), *self._proposed_adoption(adoption)]
        if proposed:
            reasons = self._speak.say("comment", "next_and").join(proposed)
            parts.append(self._speak.say("comment", "next_proposed").replace("{reasons}", reasons))
        if parts:
            line = self._speak.say("comment", "next").replace("{steps}", "; ".join(parts))
            self.told.append(("next", line))

    def _created(self, keys: Sequence[str]) -> Iterator[str]:
        """Yield what is told of tickets that are there."""
        names = [name for name in (literal(key) for key in keys) if name]
        for number, name in enumerate(names, start=1):
            self._fact(f"f{number}", "name", "none", name)
        if names:
            line = self._speak.say("comment", "next_created" if len(names) == 1 else "next_created_many")
            called = ", ".join(f"{{{{f{number}}}}}" for number in range(1, len(names) + 1))
            yield line.replace("{keys}", called)

    def _proposed_request(self, row: Row | None) -> Iterator[str]:
        if row is None:
            return
        step = self._step(TOP_REQUEST, tuple(row["item_ids"] or ()))
        people = self._speak.say("people", "requests").format(n=self._speak.count(row["people"]))
        self._fact(f"{step}.theme", "name", "none", self._speak.quoted(literal(row["theme"])))
        self._fact(f"{step}.people", "count", "people", people, row["people"])
        yield self._speak.say("comment", "next_request").replace("{{", f"{{{{{step}.")

    def _proposed_adoption(self, row: Row | None) -> Iterator[str]:
        target = self.terms.adoption_target
        if row is None or target is None:
            return
        step, speak = self._step(ADOPTION_MISSED), self._speak
        low, high = (speak.three(100 * row[name]) for name in ("ci_low", "ci_high"))
        people = speak.say("people", row["audience"]).format(n=speak.count(row["n"]))
        self._fact(f"{step}.share", "share", "share", speak.percent(row["value"]), row["value"])
        self._fact(f"{step}.people", "people", "people", people, row["n"])
        interval = speak.say("figures", "interval").format(low, high)
        self.facts.append(
            Fact(f"{step}.interval", "interval", "share", interval, low=row["ci_low"], high=row["ci_high"])
        )
        self._fact(f"{step}.target", "share", "share", speak.percent(target), target)
        yield speak.say("comment", "next_adoption").replace("{{", f"{{{{{step}.")

    def _step(self, reason: str, item_ids: tuple[str, ...] = ()) -> str:
        step = NextStep(f"p{len(self.steps) + 1}", reason, item_ids)
        self.steps.append(step)
        return step.id

    def whole(self, story: Row, stages: Sequence[Row], *, has_flag: bool) -> None:
        """Tell how long each stage took, and the whole line."""
        ended = [
            row for row in sorted(stages, key=lambda row: row["position"])
            # Without a flag production is the whole rollout, and takes no time.
            if row["duration_seconds"] is not None and (has_flag or row["to_milestone"] != "full_rollout")
        ]  # fmt: skip
        if story["total_seconds"] is None or not ended:
            return
        for number, row in enumerate(ended, start=1):
            seconds, speak = row["duration_seconds"], self._speak
            long = speak.duration(seconds)
            if row["is_out_of_order"]:
                long = speak.say("stages", "out_of_order").format(long)
            text = f"{self._stage(row, has_flag=has_flag)} {long}"
            self._fact(f"s{number}", "duration", "seconds", text, seconds)
        self._fact("whole", "duration", "seconds", self._speak.days(story["total_seconds"]), story["total_seconds"])
        name = "whole" if story["interviewed_at"] else "whole_without_interview"
        stages_told = " › ".join(f"{{{{s{number}}}}}" for number in range(1, len(ended) + 1))
        line = self._speak.say("comment", name).replace("{stages}", stages_told)
        spans = (("lead", story["idea_lead_time_seconds"]), ("cycle", story["story_cycle_time_seconds"]))
        known = [(short, seconds) for short, seconds in spans if seconds is not None]
        for short, seconds in known:
            self._fact(short, "duration", "seconds", self._speak.duration(seconds), seconds)
        if known:
            line += self._speak.say("comment", "_and_".join(short for short, _ in known))
        self.told.append(("whole", line))

    def _stage(self, row: Row, *, has_flag: bool) -> str:
        """Name a stage by all that it leads through: where a milestone is not known it is several."""
        begin, end = (_MILESTONES.index(row[name]) for name in ("from_milestone", "to_milestone"))
        if begin < end:
            names = _MILESTONES[begin + 1 : end + 1]
            return " + ".join(self._milestone(name, has_flag=has_flag) for name in names)
        return self._milestone(_MILESTONES[end], has_flag=has_flag)

    def _milestone(self, name: str, *, has_flag: bool) -> str:
        if name == "production" and has_flag:
            share = self._speak.three(self.terms.first_users_percentage)
            return self._speak.say("stages", "production_by_flag").format(share)
        return self._speak.say("stages", name)

    def _day(self, at: datetime) -> str:
        return self._speak.day(at, self.terms.time_zone)

    def _line(self, part: str, name: str) -> None:
        self.told.append((part, self._speak.say("comment", name)))

    def _fact(self, name: str, kind: str, unit: str, text: str, value: float | int | None = None) -> None:
        self.facts.append(Fact(name, kind, unit, text, value))

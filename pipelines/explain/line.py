"""A story's own line: its milestones with the rule by which each is known, its stages, its visits."""

from collections.abc import Callable, Iterator

from pipelines.durations import in_words
from pipelines.explain.reading import Marts, Row, stamp

_MILESTONES = (
    ("interviewed_at", "interviewed"),
    ("backlog_at", "in the backlog"),
    ("spec_at", "specified"),
    ("code_complete_at", "code complete"),
    ("reviewed_at", "reviewed"),
    ("production_at", "in production"),
    ("full_rollout_at", "at 100 %"),
)
_VISITS = """
select status, status_category, entered_at, coalesce(duration_seconds, age_seconds) as seconds, is_current
from marts.fct_story_status_intervals
where story_key = $key
order by entered_at, position
"""
_POSTED = "Storyline posted a draft of its specification"
_STAGES = """
select stage, entered_at, coalesce(duration_seconds, age_seconds) as seconds, is_current, is_out_of_order
from marts.fct_story_stages
where story_key = $key
order by position
"""


def told_line(marts: Marts, story: Row, changes: list[Row], first_users: float) -> Iterator[str]:
    """Yield a story's head, its milestones, its stages and its visits."""
    yield from _head(story)
    yield from _milestones(story, _Rules(marts, story, changes, first_users))
    if marts.has("fct_story_stages"):
        yield from _stages(marts, story["story_key"])
    yield "Status visits"
    for visit in marts.rows(_VISITS, key=story["story_key"]):
        length = f"{in_words(visit['seconds'])}{' so far' if visit['is_current'] else ''}"
        yield f"  {stamp(visit['entered_at'])} {visit['status']} ({visit['status_category']}), {length}"


def _head(story: Row) -> Iterator[str]:
    yield f"{story['story_key']}  {story['title']}"
    level = "measured" if story["is_measured"] else "not measured (an epic, or a part of a measured story)"
    state = "deleted" if story["is_deleted"] else story["status"]
    yield f"  {story['story_type']} of team {story['team']}, {level}, now: {state}"
    if story["origin_story_key"]:
        yield f"  came from what {story['origin_story_key']} taught"
    if story["parent_key"]:
        yield f"  part of {story['parent_key']}"


def _milestones(story: Row, rules: "_Rules") -> Iterator[str]:
    yield "Line"
    before = None
    for column, name in _MILESTONES:
        moment, why = story[column], rules.why(column)
        if moment is None:
            yield f"  {'':<19} {name}: unknown, {why}"
            continue
        step = "" if before is None else f"  ({in_words((moment - before).total_seconds())} later)"
        yield f"  {stamp(moment)} {name}: {why}{step}"
        before = moment
    for column, name in (("idea_lead_time_seconds", "Idea lead time"), ("story_cycle_time_seconds", "Cycle time")):
        if story[column] is not None:
            yield f"  {name}: {in_words(story[column])}"
    if story["has_out_of_order_milestone"]:
        yield "  Some milestones are out of order: they are shown as they were told, never moved."


def _stages(marts: Marts, key: str) -> Iterator[str]:
    yield "Stages"
    found = marts.rows(_STAGES, key=key)
    for stage in found:
        remarks = [" so far" if stage["is_current"] else "", ", out of order" if stage["is_out_of_order"] else ""]
        yield f"  {stage['stage'].replace('_', ' ')}: {in_words(stage['seconds'])}{''.join(remarks)}"
    if not found:
        yield "  none: fewer than two milestones are known"


class _Rules:
    """By which rule each milestone of a story is known, or why it is not."""

    def __init__(self, marts: Marts, story: Row, changes: list[Row], first_users: float) -> None:
        self._marts, self._story, self._first_users = marts, story, first_users
        self._changes = [change for change in changes if change["state"] != "closed" or change["merged_at"]]
        links = marts.links("story", story["story_key"])
        self._flags = [one["from_key"] for one in links if one["from_kind"] == "flag" and one["is_linked"]]

    def why(self, column: str) -> str:
        """Return the rule in words."""
        told: dict[str, Callable[[], str]] = {
            "interviewed_at": self._interviewed,
            "backlog_at": lambda: "the ticket was created",
            "spec_at": self._specified,
            "code_complete_at": lambda: self._last("code_complete_at", {"ready_at": "was ready for review"}),
            "reviewed_at": lambda: self._last(
                "reviewed_at", {"approved_at": "was approved", "merged_at": "was merged, approved by nobody"}
            ),
            "production_at": self._in_production,
            "full_rollout_at": self._whole,
        }
        return told[column]()

    def _interviewed(self) -> str:
        at = self._story["interviewed_at"]
        talks = self._marts.events(self._story["story_key"], "interview", "feedback")
        if at is None:
            return "what users said came once it was in production" if talks else "no interview or insight names it"
        return next(
            (f"the first talk: {talk['label']}" for talk in talks if talk["occurred_at"] == at), "the first talk"
        )

    def _specified(self) -> str:
        at = self._story["spec_at"]
        if at is None:
            return "it came into no status of a specification, and got no link, label or document of one"
        visits = self._marts.rows(_VISITS, key=self._story["story_key"])
        status = next((visit["status"] for visit in visits if visit["entered_at"] == at), None)
        if status:
            return f"it came into status {status}"
        told = self._marts.events(self._story["story_key"], "ticket")
        is_posted = any(one["event_type"] == "spec.posted" and one["occurred_at"] == at for one in told)
        return _POSTED if is_posted else "a label, a link or a document of a specification"

    def _last(self, milestone: str, moments: dict[str, str]) -> str:
        """Say which pull request of the set came last; `moments` are those that count, the first that is known."""
        if not self._changes:
            return "no pull request is tied to it"
        at = self._story[milestone]
        if at is None:
            waits = [one["change_key"] for one in self._changes if all(one[name] is None for name in moments)]
            return f"{', '.join(waits) or 'a pull request'} is not that far"
        for one in self._changes:
            for name, what in moments.items():
                if one[name] == at:
                    return f"{one['change_key']}, the last of its set, {what}"
        return "the last of its pull requests"

    def _in_production(self) -> str:
        at = self._story["production_at"]
        if self._flags:
            share = f"{self._first_users:g} %"
            steps = self._marts.events(self._story["story_key"], "flag")
            step = next((one["label"] for one in steps if one["occurred_at"] == at), None)
            if at is None:
                return f"no flag of it has reached {share} of production: {', '.join(self._flags)}"
            return f"a flag first reached {share} of production" + (f" ({step})" if step else "")
        if at is not None:
            last = next((one for one in self._changes if one["deployed_at"] == at), None)
            return (
                last["deployment_link"] + f", carried {last['change_key']}, the last of its set" if last else "deployed"
            )
        waits = [f"{one['change_key']} {one['deployment_link']}" for one in self._changes if one["deployed_at"] is None]
        return waits[0] if waits else "no pull request is tied to it"

    def _whole(self) -> str:
        at = self._story["full_rollout_at"]
        if not self._flags:
            return "without a flag all users have it at once" if at else "it has no flag, and is not in production"
        names = ", ".join(self._flags)
        return f"{names} stands at 100 % without a break" if at else f"{names} does not stand at 100 % of production"

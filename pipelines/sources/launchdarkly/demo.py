"""Shows the demo company's feature flags as a LaunchDarkly account has them at a moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.company import Company
from pipelines.company.facts import Flag, FlagStep, Person, Story
from pipelines.company.flag_lives import STAGING, FlagLife, life_of, switches
from pipelines.company.flags import PRODUCTION
from pipelines.sources.launchdarkly.server import Store, serve, shapes
from pipelines.sources.launchdarkly.server.shapes import Done, Json
from pipelines.sources.launchdarkly.values import milliseconds
from pipelines.sources.played import Demo, Played

HOST, PROJECT, SEGMENT = "app.launchdarkly.com", "acme", "employees"
_TOKEN = "api-demo-token"  # noqa: S105 - of a vendor that is played
_WAYS = ("default rule", "rule for all", "guarded release")
_TOLD_IN = ("tags", "name", "custom property", "tags", "name", "settings")
# A guarded release keeps at least half of the users without the feature.
_MOST_GUARDED = 50.0


@dataclass(frozen=True, slots=True)
class Rollout:
    """A story's flag, as the vendor has it.

    Attributes:
        life: all that ever happens to it.
        way: how its shares are served.
        told_in: where its story is named.
    """

    story: Story
    flag: Flag
    life: FlagLife
    way: str
    told_in: str


def rollouts(company: Company) -> list[Rollout]:
    """Return every flag of a story, in the order in which they are made."""
    found: list[Rollout] = []
    for story in company.stories:
        if story.flag:
            number, life = len(found), life_of(story, story.flag)
            way, told_in = _WAYS[number % len(_WAYS)], _TOLD_IN[number % len(_TOLD_IN)]
            found.append(Rollout(story, story.flag, life, way, told_in))
    return sorted(found, key=lambda one: (one.life.made_at, one.flag.key))


def account(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the account with every flag that exists by then, and all that was done to each."""
    store = Store(tokens=tokens, now_ms=milliseconds(as_of))
    store.environments[PROJECT] = [
        shapes.environment(PROJECT, key, is_critical=key == PRODUCTION) for key in (PRODUCTION, STAGING)
    ]
    members = {person.key: _member(person) for team in company.teams for person in team.members}
    for rollout in rollouts(company):
        if rollout.life.made_at <= as_of:
            _Told(store, rollout, members[rollout.story.assignee], as_of).whole()
    _without_stories(store, company, members[company.stories[0].assignee], as_of)
    return store


def stories_of(company: Company) -> dict[str, str]:
    """Return the map of the settings: the flags whose story only it tells."""
    return {one.flag.key: one.story.key for one in rollouts(company) if one.told_in == "settings"}


def _member(person: Person) -> Json:
    first, _, last = person.name.partition(" ")
    member_id = shapes.new_id("member", person.key)
    links = {"self": {"href": f"/api/v2/members/{member_id}", "type": "application/json"}}
    return {"_links": links, "_id": member_id, "email": person.email, "firstName": first, "lastName": last}


@dataclass(frozen=True, slots=True)
class _Told:
    """One flag being told to the store."""

    store: Store
    rollout: Rollout
    member: Json
    as_of: datetime

    def whole(self) -> None:
        key, story = self.rollout.flag.key, self.rollout.story
        name, named = story.title, dict[str, Any]()
        match self.rollout.told_in:
            case "tags":
                named = {"tags": [story.team, story.key]}
            case "name":
                name = f"{story.key} {story.title}"
            case "custom property":
                named = {"customProperties": {"jira.issues": {"name": "Jira issues", "value": [story.key]}}}
        self.store.create(PROJECT, key, name, self._done(self.rollout.life.made_at, "createFlag"), **named)
        for at, environment, actions, changed in sorted(self._changes(), key=lambda one: one[0]):
            if at <= self.as_of:
                self.store.configure(PROJECT, key, environment, self._done(at, *actions), changed)
        self._release()
        gone_at = self.rollout.life.put_away_at
        if gone_at is not None and gone_at <= self.as_of:
            archived = {"archived": True, "archivedDate": milliseconds(gone_at)}
            self.store.update(PROJECT, key, self._done(gone_at, "updateGlobalArchived"), **archived)

    def _done(self, at: datetime, *actions: str) -> Done:
        return Done(at, self.member, actions, {"createFlag": "created the flag"}.get(actions[0], "updated the flag"))

    def _changes(self) -> Iterator[tuple[datetime, str, tuple[str, ...], Json]]:
        for step in self.rollout.life.steps:
            if step in self.rollout.flag.steps:
                yield step.at, step.environment, *self._step(step)
            else:
                yield step.at, step.environment, ("updateOn",), {"on": True}

    def _step(self, step: FlagStep) -> tuple[tuple[str, ...], Json]:
        key = self.rollout.flag.key
        ours = shapes.segment_rule(PROJECT, key, SEGMENT)
        if step.is_internal:
            changed = {"on": True, "rules": [ours], "fallthrough": shapes.rollout(0)}
            return ("updateOn", "updateRules", "updateFallthrough"), changed
        if step.percentage == 0:
            return ("updateOn",), {"on": False}
        if self.rollout.way == "rule for all":
            everyone = {"_id": shapes.new_id(key, "all"), "clauses": [], "trackEvents": False}
            return ("updateOn", "updateRules"), {
                "on": True,
                "rules": [ours, everyone | shapes.rollout(step.percentage)],
            }
        if self.rollout.way == "guarded release" and step.percentage < 100:
            # What follows a guarded release keeps its seed: the same people go on having the feature.
            measured = "WithMeasuredRollout" if step.percentage <= _MOST_GUARDED else ""
            served = shapes.rollout(step.percentage, seed=1)
            return ("updateOn", f"updateFallthrough{measured}"), {"on": True, "fallthrough": served}
        return ("updateOn", "updateFallthrough"), {"on": True, "fallthrough": shapes.rollout(step.percentage)}

    def _release(self) -> None:
        """Keep the vendor's own account of a guarded release: its steps so far, and how it ended."""
        steps = self.rollout.flag.steps
        shares = [one for one in steps if not one.is_internal and 0 < one.percentage <= _MOST_GUARDED]
        begun = [one for one in shares if one.at <= self.as_of]
        if self.rollout.way != "guarded release" or not begun or begun[0].environment != PRODUCTION:
            return
        after = next((one for one in steps if one.at > begun[-1].at and one.at <= self.as_of), None)
        status = "in_progress" if after is None else "completed" if after.percentage else "reverted"
        ends = [one.at for one in begun[1:]] + ([after.at] if after else [])
        place = f"{PROJECT}/{self.rollout.flag.key}/{PRODUCTION}"
        self.store.releases[place] = [shapes.release(place, status, [(one.percentage, one.at) for one in begun], ends)]


def _without_stories(store: Store, company: Company, member: Json, as_of: datetime) -> None:
    """Add flags that no story has: a switch for the worst day, and one that names a ticket that never was."""
    told = {
        "search-kill-switch": ("Kill switch of the search", ["operations"]),
        "spring-sale": ("Spring sale", [f"{company.teams[0].project}-99999"]),
    }
    for life in switches(company):
        if life.made_at <= as_of:
            name, tags = told[life.key]
            done = Done(life.made_at, member, ("createFlag",), "created the flag")
            store.create(PROJECT, life.key, name, done, tags=tags, temporary=not life.is_kept)
            for step in life.steps:
                if step.at <= as_of:
                    on = Done(step.at, member, ("updateOn",), "turned on the flag")
                    store.configure(PROJECT, life.key, step.environment, on, {"on": True})


class _Demo:
    """The company's flags. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the account, and what the settings say of its flags."""
        table = {"host": HOST, "projects": [PROJECT]}
        flags: dict[str, dict[str, Any]] = {
            "flags": {"production_environments": [PRODUCTION]},
            "flags.stories": stories_of(company),
        }
        return Played(serve(account(company, as_of, tokens={_TOKEN})), table, {"token": _TOKEN}, flags)


DEMO: Demo = _Demo()

"""Walks a Linear workspace: each team's changed issues, then its states and what left."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from pipelines.clock import now, parse_time
from pipelines.sources.base import BadRecord, RawRecord, mapping_of
from pipelines.sources.linear.client import LinearClient
from pipelines.sources.linear.connection import LinearConnection
from pipelines.sources.linear.documents import CHANGED_ISSUES, ISSUE_IDS, TEAMS, WHO, WORKFLOW_STATES
from pipelines.sources.linear.recording import cut_short, deletion, version_of
from pipelines.sources.linear.walk import Place, TeamWalk
from pipelines.sources.live import Finding, Memory, MissingError, Network, RefusedError, Step, Target, VendorError

WORKSPACE = "the workspace"
_WEEKLY = timedelta(days=7)
# As many as Linear gives at most, of what costs little.
_MOST = 250
# Issues whose end is looked into, with all that belongs to them.
_AT_ONCE = 10


class LinearCollector:
    """Reads one workspace. Implements `Collector`."""

    def __init__(self, connection: LinearConnection, network: Network) -> None:
        self._connection = connection
        self._client = LinearClient(connection, network)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._client.requests

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def targets(self) -> Iterator[Target]:
        """Yield the teams that the settings name, in that order, then the workspace."""
        if not self._connection.teams:
            raise RefusedError("no team is named; put their keys into sources.linear.teams")
        instance = self._connection.instance
        yield from (Target(instance, team) for team in self._connection.teams)
        yield Target(instance, WORKSPACE)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Walk one team's changed issues; or the workspace's states and what was deleted."""
        if target.name != WORKSPACE:
            yield from self._team(target, memory)
            return
        yield from self._states(target, memory, as_of)
        yield from self._census(target, memory, as_of)

    def _team(self, target: Target, memory: Memory) -> Iterator[Step]:
        name, place = f"{target.name} issues", Place.kept(memory.cursor(f"{target.name} issues"))
        overlap = timedelta(minutes=self._connection.overlap_minutes)
        while True:
            # One that goes on where it was cut off ends at what was newest then; what came since is walked after it.
            goes_on, read = place.reached is not None, 0
            walk = TeamWalk(self._client, target.name, place, overlap)
            for page in walk.pages():
                read += len(page)
                yield Step(self._records(page), {name: walk.place.as_json()}, (read, 0))
            place = walk.place.whole()
            if place.high is None:
                # Linear finds nothing in a team that is not there, and says no more.
                self._counts((target.name,))
            yield Step((), {name: place.as_json()})
            if not goes_on:
                return

    def _records(self, page: Collection[Any]) -> list[RawRecord | BadRecord]:
        found: list[RawRecord | BadRecord] = []
        for issue in page:
            try:
                whole = self._client.whole(issue)
            except MissingError:
                # It went while it was read; what is known of it the census tells.
                continue
            bad = cut_short(self._connection.instance, whole)
            record = RawRecord(self._connection.instance, "issues", str(issue["id"]), whole, version_of(whole))
            found.append(bad or record)
        return found

    def _states(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        if _is_fresh(memory.cursor("workflow states"), as_of):
            return
        of_teams = {"filter": {"team": {"key": {"in": list(self._connection.teams)}}}}
        records = [
            RawRecord(target.instance, "workflow_states", str(state["id"]), state, version_of(state))
            for page in self._client.pages(WORKFLOW_STATES, of_teams, "workflowStates", 100)
            for state in page
        ]
        yield Step(records, {"workflow states": {"read_at": as_of.isoformat()}})

    def _census(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Find what left: known issues that the teams no longer hold; each is asked for, and is gone or has moved away.

        A count of each team comes first, and where it is right nothing has left; once a week all ids are listed anyway.
        """
        kept = mapping_of(memory.cursor("census"))
        gone, away = mapping_of(kept.get("gone")), set(kept.get("away") or ())
        known = set(memory.keys("issues", ""))
        counted = self._counts(self._connection.teams)
        if counted == len(known - gone.keys() - away) and _is_fresh(kept, as_of):
            return
        live = self._ids()
        missing = sorted(known - live)
        bodies = memory.bodies("issues", missing)
        new = [key for key in missing if key not in away and gone.get(key) != bodies[key].get("updatedAt")]
        if len(new) > max(1, len(known) // 2):
            raise RefusedError(
                f"linear no longer shows {len(new):,} of {len(known):,} known issues; "
                "that is a lost right rather than a deletion: look at the teams that the token may see"
            )
        moved = self._found(new)
        deleted = [key for key in new if key not in moved]
        records = [
            *(deletion(target.instance, str(bodies[key]["identifier"]), bodies[key]) for key in deleted),
            *self._records(moved.values()),
        ]
        gone = {key: gone[key] for key in gone if key not in live} | {key: bodies[key]["updatedAt"] for key in deleted}
        cursor = {"read_at": as_of.isoformat(), "gone": gone, "away": sorted((away | moved.keys()) - live)}
        yield Step(records, {"census": cursor})

    def _ids(self) -> set[str]:
        of_teams = {"filter": {"team": {"key": {"in": list(self._connection.teams)}}}}
        return {str(one["id"]) for page in self._client.pages(ISSUE_IDS, of_teams, "issues", _MOST) for one in page}

    def _found(self, keys: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for start in range(0, len(keys), _AT_ONCE):
            wanted = {"filter": {"id": {"in": keys[start : start + _AT_ONCE]}}}
            for page in self._client.pages(CHANGED_ISSUES, wanted, "issues", _AT_ONCE):
                found |= {str(one["id"]): one for one in page}
        return found

    def _counts(self, teams: Collection[str]) -> int:
        """Return how many issues these teams hold in all.

        Raises:
            MissingError: one of them is not shown to this token.
        """
        named = {"filter": {"key": {"in": list(teams)}}}
        shown = {
            str(team["key"]): int(team["issueCount"])
            for page in self._client.pages(TEAMS, named, "teams", 100)
            for team in page
        }
        for team in teams:
            if team not in shown:
                raise MissingError(_not_shown(team, {target.name for target in self.offered()}))
        return sum(shown.values())

    def examine(self) -> Iterator[Finding]:
        """Try address, clock, token, workspace, what may be asked in an hour, and each team."""
        try:
            told = self._client.query(WHO, {})
            shown = {target.name for target in self.offered()}
        except VendorError as error:
            yield Finding("act", f"{error} (sources.linear.url, STORYLINE_LINEAR_TOKEN)")
            return
        yield Finding("ok", f"linear answers at {self._connection.url} and knows the token.")
        own = mapping_of(told.get("organization")).get("urlKey")
        if own != self._connection.workspace:
            yield Finding("act", f'the token is of workspace {own}; set sources.linear.workspace to "{own}".')
        if self._client.last is not None and self._client.last.is_by_another_clock:
            at = self._client.last.date
            yield Finding(
                "warn", f"this machine's clock and linear's differ: ours {now():%H:%M}, linear's {at:%H:%M} UTC."
            )
        yield from _limits(told.get("rateLimitStatus"))
        for team in self._connection.teams:
            if team in shown:
                yield Finding("ok", f"linear shows team {team}.")
            else:
                yield Finding("act", f"{_not_shown(team, shown)}.")

    def offered(self) -> list[Target]:
        """List the teams that the token may see."""
        pages = self._client.pages(TEAMS, {"filter": None}, "teams", 100)
        return [Target(self._connection.instance, str(team["key"])) for page in pages for team in page]


def _is_fresh(cursor: Any, as_of: datetime) -> bool:
    read_at = mapping_of(cursor).get("read_at")
    return read_at is not None and as_of - parse_time(read_at) < _WEEKLY


def _limits(status: Any) -> Iterator[Finding]:
    """Say what is left where little is: how much is allowed depends on the plan and on who asks."""
    for limit in mapping_of(status).get("limits") or ():
        allowed, left = float(limit["allowedAmount"]), float(limit["remainingAmount"])
        if left < allowed / 10:
            kind = str(limit["type"]).lower()
            yield Finding("warn", f"linear has {left:,.0f} of {allowed:,.0f} left of its limit on {kind}; it refills.")


def _not_shown(team: str, shown: set[str]) -> str:
    return f"linear shows no team {team} to this token; it shows {', '.join(sorted(shown)) or 'none'}"

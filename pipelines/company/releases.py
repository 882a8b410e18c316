"""How merged work reaches production: deployments of each service, through staging, some of which do harm.

A service's deployments queue. What is merged meanwhile goes along with the next one. While production is hurt, its line
stands still until what heals it is there, so that nothing else can seem to have healed it.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipelines.company.branches import merge_sha, root_sha
from pipelines.company.dice import Dice
from pipelines.company.facts import Deployment, PullRequest, Team
from pipelines.company.harm import Harm, harmed
from pipelines.company.later_work import follow_up, hotfix, revert
from pipelines.company.operations import Incident

__all__ = ["PRODUCTION", "STAGING", "Released", "carried_at", "merge_sha", "release", "root_sha", "services_of"]

PRODUCTION, STAGING = "production", "staging"
_FAILS = {PRODUCTION: 0.07, STAGING: 0.04}
_WAITS = 0.1
_FOLLOWS_UP = 0.05
# Teams whose repository holds a second service, which is deployed on its own.
_SECOND_SERVICES = {"acme/shop": "shop-web", "acme/reports": "reports-export"}


@dataclass(slots=True)
class Released:
    """What came of a repository's merges.

    Attributes:
        later: pull requests that deployments gave rise to: repairs and follow-ups.
        stories: keys of the stories that a pull request names, by its merge.
        touches: names of the services whose files a pull request touches, by its merge.
    """

    stories: dict[str, tuple[str, ...]]
    deployments: list[Deployment] = field(default_factory=list)
    later: list[PullRequest] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    touches: dict[str, tuple[str, ...]] = field(default_factory=dict)


def services_of(repository: str) -> tuple[str, ...]:
    """Return the services that are deployed from a repository, the one that is called as it first."""
    second = _SECOND_SERVICES.get(repository)
    return (repository.partition("/")[2], *([second] if second else []))


def carried_at(deployments: Iterable[Deployment]) -> dict[str, datetime]:
    """Return when each merge was first in production, of whatever service."""
    found: dict[str, datetime] = {}
    for one in deployments:
        for sha in one.pulls:
            found[sha] = min(found.get(sha, one.finished_at), one.finished_at)
    return found


def release(
    dice: Dice, team: Team, merged: Iterable[PullRequest], stories: Mapping[str, tuple[str, ...]], begins_at: datetime
) -> Released:
    """Deploy what was merged into a team's repository, and what that gives rise to, until all of it is out."""
    line = _Line(dice, team, dict(stories), begins_at)
    for pull in merged:
        line.merge(pull)
    return line.run()


@dataclass(slots=True)
class _Service:
    """Where a service stands: what is out, since when it is free, and when its line must stand still."""

    name: str
    free: datetime
    shas: list[str]
    carried: int = 0
    count: int = 1
    still: list[tuple[datetime, datetime]] = field(default_factory=list)

    def clear(self, begin: datetime, length: timedelta) -> datetime:
        """Return the first moment from one on at which so long a time meets no harm."""
        for since, until in self.still:
            if begin < until and begin + length > since:
                begin = until
        return begin


class _Line:
    """The default branch of one repository and its services."""

    def __init__(self, dice: Dice, team: Team, stories: dict[str, tuple[str, ...]], begins_at: datetime) -> None:
        self._dice, self._team, self._done = dice, team, Released(stories)
        self._root, first = root_sha(team.repository), begins_at + timedelta(minutes=5)
        self._services = [_Service(name, first, [self._root]) for name in services_of(team.repository)]
        self._waiting: list[tuple[datetime, str, PullRequest]] = []
        self._merged: list[PullRequest] = []
        self._open: deque[int] = deque()
        # What heals a deployment: the service, and the merge that must be out there.
        self._mends: dict[str, tuple[str, str]] = {}
        for one in self._services:
            self._add(one, PRODUCTION, self._root, (begins_at, first), is_success=True)

    def merge(self, pull: PullRequest) -> None:
        """Note that a pull request is merged at its time."""
        heapq.heappush(self._waiting, (pull.merged_at, merge_sha(pull), pull))

    def run(self) -> Released:
        """Deploy until nothing is left."""
        while self._open or self._waiting:
            if not self._open:
                self._take()
            place = self._open.popleft()
            for service in self._touched(self._merged[place]):
                if service.carried <= place:
                    self._ship(service, self._merged[place])
        self._done.incidents = [self._resolved(one) for one in self._done.incidents]
        return self._done

    def _resolved(self, incident: Incident) -> Incident:
        """Return an incident that is closed some time after what healed it was out; a few never are."""
        part = self._dice.of("resolved", incident.key)
        if incident.resolved_at is not None or part.chance(0.1):
            return incident
        healed = next(one.finished_at for one in self._done.deployments if one.heals == incident.deployment)
        return replace(incident, resolved_at=healed + timedelta(minutes=part.whole(2, 40)))

    def _take(self) -> None:
        self._open.append(len(self._merged))
        self._merged.append(heapq.heappop(self._waiting)[2])

    def _touched(self, pull: PullRequest) -> list[_Service]:
        names = [service.name for service in self._services]
        if len(names) > 1:
            # What heals a service goes out there.
            healed = [name for name, mend in self._mends.values() if mend == merge_sha(pull)]
            touched = {"first": names[:1], "second": names[1:], "both": names}
            part = self._dice.of("touches", merge_sha(pull))
            names = healed or touched[part.weighed({"first": 0.5, "second": 0.3, "both": 0.2})]
        self._done.touches[merge_sha(pull)] = tuple(names)
        return [service for service in self._services if service.name in names]

    def _ship(self, service: _Service, pull: PullRequest) -> None:
        """Deploy what is merged by the time the line is free, through staging, until it succeeds."""
        part = self._dice.of("ship", service.name, merge_sha(pull))
        waits = part.whole(240, 2_400) if not pull.repair and part.chance(_WAITS) else part.whole(6, 20)
        begin = max(pull.merged_at + timedelta(minutes=waits), service.free + timedelta(minutes=1))
        begin = service.clear(begin, timedelta(minutes=1))
        while self._waiting and self._waiting[0][0] < begin:
            self._take()
        place = max(at for at, one in enumerate(self._merged) if one.merged_at < begin) + 1
        carried, service.carried = self._merged[service.carried : place], place
        sha = merge_sha(carried[-1])
        if not carried[-1].repair:
            begin = self._tried(part, service, (STAGING, sha, begin), ()).finished_at + timedelta(minutes=3)
        own = [pull for pull in carried if service in self._touched(pull)]
        out = self._tried(part, service, (PRODUCTION, sha, begin), tuple(map(merge_sha, own)))
        service.shas.append(sha)
        service.free = out.finished_at
        self._afterwards(part, service, out, carried)

    def _tried(
        self, part: Dice, service: _Service, what: tuple[str, str, datetime], pulls: tuple[str, ...]
    ) -> Deployment:
        """Return the deployment that succeeds at last; the same commit is tried until one does."""
        environment, sha, begin = what
        first = ""
        while True:
            length = timedelta(seconds=part.whole(90, 900))
            begin = service.clear(begin, length) if environment == PRODUCTION else begin
            is_success, end = not part.chance(_FAILS[environment]), begin + length
            carried = pulls if is_success else ()
            mended = [bad for bad, (name, mend) in self._mends.items() if name == service.name and mend in carried]
            one = self._add(
                service, environment, sha, (begin, end), is_success, carried, first, next(iter(mended), None)
            )
            if is_success:
                return one
            first = one.attempt_of
            begin = end + timedelta(minutes=part.whole(5, 60))

    def _add(
        self, service: _Service, environment: str, sha: str, times: tuple[datetime, datetime], is_success: bool,
        pulls: tuple[str, ...] = (), attempt_of: str = "", heals: str | None = None, is_rollback: bool = False,
    ) -> Deployment:  # fmt: skip
        key = f"{service.name}-{service.count}"
        service.count += 1
        one = Deployment(
            key, service.name, environment, sha, *times, is_success, pulls, attempt_of or key, heals, is_rollback
        )  # fmt: skip
        self._done.deployments.append(one)
        return one

    def _afterwards(self, part: Dice, service: _Service, out: Deployment, carried: list[PullRequest]) -> None:
        """Let a deployment do harm, and let its stories be followed up."""
        for pull in carried:
            if not pull.repair and self._stories(pull) and part.chance(_FOLLOWS_UP):
                drawn = follow_up(part.of(merge_sha(pull)), self._team, pull, self._stories(pull)[0], out.finished_at)
                self._later(drawn)
        touching = (pull for pull in reversed(carried) if service in self._touched(pull))
        broken = next((pull for pull in touching if not pull.repair), None)
        is_quiet = broken is None or carried[-1].repair or any(until > out.finished_at for _, until in service.still)
        if is_quiet or broken is None:
            return
        harm = harmed(part.of("harm"), out, is_alone=len(self._services) == 1)
        if harm.incident:
            self._done.incidents.append(harm.incident)
        well_at = harm.well_at
        if harm.kind in ("hotfix", "revert"):
            repair = revert if harm.kind == "revert" else hotfix
            mend = self._later(repair(part.of("mend"), self._team, broken, self._stories(broken), harm))
            self._mends[out.key] = (service.name, merge_sha(mend))
            well_at = mend.merged_at + timedelta(minutes=1)
        elif harm.kind == "rollback":
            well_at = self._rolled_back(part.of("rollback"), service, out, harm)
        if well_at:
            service.still.append((harm.still_from, well_at))

    def _rolled_back(self, part: Dice, service: _Service, bad: Deployment, harm: Harm) -> datetime:
        """Put the commit before back; sometimes it was not the code, and the same goes out again."""
        begin = harm.found_at + timedelta(minutes=part.whole(2, 15))
        times = (begin, begin + timedelta(seconds=part.whole(90, 300)))
        back = self._add(service, PRODUCTION, service.shas[-2], times, is_success=True, heals=bad.key, is_rollback=True)
        service.free = back.finished_at
        if part.chance(0.4):
            begin = back.finished_at + timedelta(minutes=part.whole(40, 300))
            times = (begin, begin + timedelta(seconds=part.whole(90, 900)))
            service.free = self._add(service, PRODUCTION, bad.sha, times, is_success=True).finished_at
        else:
            service.shas.pop()
        return service.free

    def _stories(self, pull: PullRequest) -> tuple[str, ...]:
        return self._done.stories.get(merge_sha(pull), ())

    def _later(self, drawn: tuple[PullRequest, tuple[str, ...]]) -> PullRequest:
        """Take in a pull request that was opened since; merges stand in the order of their times."""
        pull, stories = drawn
        last = self._merged[-1].merged_at
        pull = replace(pull, merged_at=max(pull.merged_at, last + timedelta(minutes=1)))
        self._done.stories[merge_sha(pull)] = stories
        self._done.later.append(pull)
        self.merge(pull)
        return pull

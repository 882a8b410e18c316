"""Incidents that no deployment is to blame for: a flag's doing, a provider's, and what security found."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pipelines.company.dice import Dice
from pipelines.company.facts import Deployment, FlagStep, Story, Team
from pipelines.company.operations import Incident
from pipelines.company.releases import PRODUCTION, services_of

# Whoever goes by time blames what went out within a day; these keep away from that, or name what they blame.
_BLAMED_WITHIN = timedelta(hours=25)
_WEEKS_BETWEEN = 9


def flag_incidents(
    dice: Dice, teams: Sequence[Team], stories: Iterable[Story], deployments: Sequence[Deployment]
) -> Iterator[Incident]:
    """Yield an incident for each rollout that was taken back: it is well again since the flag is off."""
    by_key = {team.key: team for team in teams}
    for story in stories:
        fallen = _fallen(story.flag.steps) if story.flag else None
        if fallen is None or story.flag is None:
            continue
        raised, down = fallen
        part, service = dice.of(story.key), services_of(by_key[story.team].repository)[0]
        opened = down - min(timedelta(minutes=part.whole(5, 15)), (down - raised) / 2)
        opened = opened.replace(microsecond=0)
        is_explicit = not _is_quiet(deployments, service, opened) or part.chance(0.5)
        yield Incident(
            f"inc-flag-{story.flag.key}", service, f"{service}: errors in {story.title.lower()}", opened,
            down + timedelta(minutes=part.whole(3, 30)), part.pick(("sev2", "sev3")), flag=story.flag.key,
            is_explicit=is_explicit, told_in="pager" if is_explicit else "tracker",
        )  # fmt: skip


def _fallen(steps: Sequence[FlagStep]) -> tuple[datetime, datetime] | None:
    """Return when the share that hurt was reached, and when it was taken back."""
    for before, after in pairwise(steps):
        if after.environment == PRODUCTION and after.percentage < before.percentage and not after.is_internal:
            return before.at, after.at
    return None


def other_incidents(
    dice: Dice, team: Team, deployments: Sequence[Deployment], life: tuple[datetime, datetime]
) -> Iterator[Incident]:
    """Yield what came from elsewhere, long after anything went out; some of it is never resolved."""
    at, number = life[0], 0
    while (at := at + timedelta(weeks=dice.spread(_WEEKS_BETWEEN, 0.4))) < life[1]:
        part, service = dice.of(number), dice.pick(services_of(team.repository))
        opened = at.replace(microsecond=0)
        while not _is_quiet(deployments, service, opened):
            opened += timedelta(hours=6)
        number += 1
        is_security = part.chance(0.3)
        title = "credentials in a log" if is_security else part.pick(("the provider is down", "a certificate ran out"))
        resolved = None if part.chance(0.2) else opened + timedelta(minutes=part.whole(20, 2_000))
        alone = len(services_of(team.repository)) == 1
        yield Incident(
            f"inc-other-{team.key}-{number}", service, f"{service}: {title}", opened, resolved,
            part.pick(("sev1", "sev2", "sev3")), is_critical=part.chance(0.3),
            kind="security" if is_security else part.weighed({"availability": 0.8, "other": 0.2}),
            told_in=part.pick(("forge", "tracker", "pager") if alone else ("tracker", "pager")),
        )  # fmt: skip


def _is_quiet(deployments: Sequence[Deployment], service: str, at: datetime) -> bool:
    """Tell whether nothing of a service went out within a day before a moment."""
    out = sorted(
        one.finished_at
        for one in deployments
        if one.service == service and one.environment == PRODUCTION and one.is_success
    )
    place = bisect_right(out, at)
    return place == 0 or at - out[place - 1] > _BLAMED_WITHIN

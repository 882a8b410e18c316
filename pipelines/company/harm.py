"""What a deployment does to production: mostly nothing; else how it is found, who is told, and what heals it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.company.dice import Dice
from pipelines.company.facts import Deployment
from pipelines.company.operations import Incident

_KINDS = {"none": 0.83, "hotfix": 0.055, "revert": 0.025, "rollback": 0.04, "passing": 0.03, "late": 0.02}
# How often somebody opens an incident about it.
_TOLD = {"hotfix": 0.75, "revert": 0.3, "rollback": 0.5, "passing": 1.0, "late": 1.0}
_EXPLICIT = 0.4
_SAYS = ("answers slowly", "shows a blank page", "times out", "loses what was typed", "answers with errors")


@dataclass(frozen=True, slots=True)
class Harm:
    """What a deployment did.

    Attributes:
        kind: `none`; what heals it: a `hotfix`, a `revert`, a `rollback`; `passing` where it heals without any, or
            `late` where it does and was found days after.
        still_from: since when nothing else goes out.
        well_at: when it had healed by itself.
    """

    kind: str
    found_at: datetime
    still_from: datetime
    well_at: datetime | None = None
    incident: Incident | None = None


def harmed(dice: Dice, out: Deployment, *, is_alone: bool) -> Harm:
    """Draw what a deployment did.

    An incident that names nothing is found within hours and before anything else goes out, so that time alone tells.

    Args:
        is_alone: whether the repository deploys this service alone.
    """
    kind = dice.weighed(_KINDS)
    found = out.finished_at + timedelta(minutes=min(max(round(dice.spread(40, 0.9)), 4), 600))
    still = out.finished_at
    if kind == "late":
        found = still = out.finished_at + timedelta(minutes=dice.whole(1_800, 8_000))
    if kind == "none":
        return Harm(kind, found, still)
    well = found + timedelta(minutes=dice.whole(15, 240)) if kind in ("passing", "late") else None
    incident = _incident(dice.of("incident"), out, (kind, found, well), is_alone) if dice.chance(_TOLD[kind]) else None
    return Harm(kind, found, still, well, incident)


def _incident(dice: Dice, out: Deployment, what: tuple[str, datetime, datetime | None], is_alone: bool) -> Incident:
    kind, found, well = what
    is_explicit = kind == "late" or dice.chance(_EXPLICIT)
    # An issue of a repository names no service, and a ticket no commit.
    places = {"forge": 1.0 if is_alone else 0.0, "tracker": 0.0 if is_explicit else 1.0, "pager": 1.0}
    return Incident(
        key=f"inc-{out.key}",
        service=out.service,
        title=f"{out.service} {dice.pick(_SAYS)}",
        opened_at=found,
        resolved_at=well,
        severity=dice.pick(("sev1", "sev2", "sev3")),
        is_critical=dice.chance(0.15),
        deployment=out.key,
        is_explicit=is_explicit,
        told_in=dice.weighed(places),
    )

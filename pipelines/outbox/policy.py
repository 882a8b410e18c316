"""Whether a message may be written now, and whether a new text is worth another word: pure."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pipelines.writeback_settings import ANALYTICS, RELEASE_NOTE, SPEC, Mode, Writeback
from warehouse import outbox
from warehouse.outbox import Draft, Message

WRITING: tuple[Mode, ...] = ("approve", "auto")
# An answer that was lost may belong to a request that a vendor is still carrying out.
SETTLED_AFTER = timedelta(minutes=10)
# How many people a figure is of grows each night; that corrects nothing.
_FIGURE_KINDS = ("share", "ratio", "difference", "change")
_MOST_TOLD = 3
BY_A_PERSON = "a person approved it"


@dataclass(frozen=True, slots=True)
class Terms:
    """What rules at one moment.

    Attributes:
        since: nothing is written for a story that shipped before.
        at: now.
        since_of: the same of kinds that were switched on at another time.
    """

    settings: Writeback
    since: datetime
    at: datetime
    since_of: Mapping[str, datetime] = field(default_factory=dict)


def terms_of(settings: Writeback, at: datetime, switched: Callable[[str], datetime]) -> Terms:
    """Return what rules at a moment.

    Args:
        switched: returns since when a way of write-back is in use, as `outbox.switched` names it.
    """
    way = "on" if settings.mode in WRITING else "dry_run"
    analytics, notes, since_of = settings.analytics, settings.release_notes, dict[str, datetime]()
    if analytics.enabled:
        since_of |= dict.fromkeys(ANALYTICS, analytics.enabled_at or switched(f"{way} analytics"))
    if notes.enabled:
        since_of[RELEASE_NOTE] = notes.enabled_at or switched(f"{way} release_notes")
    return Terms(settings, settings.enabled_at or switched(way), at, since_of)


class Place(Protocol):
    """What rules whether a story is written of at all."""

    @property
    def kind(self) -> str:
        """What the message is."""

    @property
    def project_key(self) -> str:
        """The project of its ticket."""

    @property
    def shipped_at(self) -> datetime:
        """Since when all users have it."""

    @property
    def is_backfill(self) -> bool:
        """Whether somebody asked for it all the same."""


class Waiting(Place, Protocol):
    """What rules whether a message goes now."""

    @property
    def message_id(self) -> str:
        """Its id."""

    @property
    def state(self) -> str:
        """How far it has come."""

    @property
    def remote_id(self) -> str | None:
        """The id of what stands already, None where nothing does."""


def never(draft: Place, terms: Terms, *, is_standing: bool) -> str | None:
    """Say why a story is not written of at all, None where it may be.

    Args:
        is_standing: a comment stands already: what is wrong in it may be corrected, whenever the story shipped.
    """
    settings, since = terms.settings, terms.since_of.get(draft.kind, terms.since)
    lacking = settings.lacks(draft.kind)
    if lacking is not None:
        return lacking
    if settings.projects and draft.project_key not in settings.projects:
        return f"{draft.project_key} is none of writeback.projects"
    if draft.project_key in settings.excluded_projects:
        return f"{draft.project_key} is one of writeback.excluded_projects"
    if draft.shipped_at < since and not (draft.is_backfill or is_standing):
        what = "comments" if draft.kind == "impact" else f"messages of the kind {draft.kind}"
        return (
            f"it shipped on {draft.shipped_at:%Y-%m-%d}, before {what} were switched on ({since:%Y-%m-%d}); "
            "`storyline writeback --backfill` asks for it"
        )
    return None


def not_now(message: Waiting, terms: Terms, sent_in_the_hour: int) -> str | None:
    """Say why a message has to wait, None where it may go."""
    settings = terms.settings
    if settings.mode == "approve" and message.state == outbox.PENDING:
        return f"it waits for `storyline writeback --approve {message.message_id[:12]}`"
    if message.kind in ANALYTICS:
        return None
    if is_quiet(settings, terms.at):
        return f"it is quiet until {settings.quiet_until:%H:%M} ({settings.time_zone})"
    if sent_in_the_hour >= settings.comments_per_hour:
        return f"{message.project_key} had {sent_in_the_hour} comments within the hour"
    return None


def is_unsettled(message: Message, at: datetime) -> bool:
    """Tell whether a request that nobody answered may still be under way."""
    return message.state == outbox.SENDING and message.attempted_at is not None and (
        at - message.attempted_at < SETTLED_AFTER
    )  # fmt: skip


def is_quiet(settings: Writeback, at: datetime) -> bool:
    """Tell whether it is quiet now, by the clock of the settings' time zone."""
    start, end, clock = settings.quiet_from, settings.quiet_until, at.astimezone(ZoneInfo(settings.time_zone)).time()
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def worth(message: Message, new: Draft, threshold: float) -> str | None:
    """Say why a text that stands, or was approved, is to be replaced by a new one; None where it is not.

    A comment is written anew when its figures become final, and later only to correct what it says.
    """
    if new.content_hash == message.content_hash:
        return None
    if new.kind == SPEC:
        return "it was drafted anew"
    before, was_final = message.facts, message.is_final
    if message.state == outbox.SENT and message.sent_facts is not None:
        before, was_final = message.sent_facts, message.is_sent_final
    if new.is_final and not was_final:
        return "the figures are final"
    told = corrections(json.loads(before), json.loads(new.facts), threshold)
    return "; ".join(told[:_MOST_TOLD]) if told else None


def corrections(before: Mapping[str, Any], after: Mapping[str, Any], threshold: float) -> list[str]:
    """Say what a text says otherwise than another, by the facts of both: what is claimed, and figures that moved."""
    if before["state"] != after["state"]:
        return ["it was rolled back" if after["state"] == "rolled_back" else "it is out again"]
    old, new = _claims(before), _claims(after)
    told = list[str]()
    for what in sorted(old.keys() | new.keys()):
        if what not in old or what not in new:
            told.append(f"{what[0]} is {'no longer ' if what in old else ''}told")
        elif (old[what]["answer"], old[what]["grade"]) != (new[what]["answer"], new[what]["grade"]):
            told.append(f"{what[0]}: {old[what]['answer']} became {new[what]['answer']}")
        else:
            told += _moved(what[0], old[what], new[what], threshold)
    return told


def _claims(pack: Mapping[str, Any]) -> dict[tuple[str, str, str, int], Mapping[str, Any]]:
    """Return claims by what they are about, numbered among their like: several flags may tell of one metric."""
    found: dict[tuple[str, str, str, int], Mapping[str, Any]] = {}
    for claim in pack["claims"]:
        about = (claim["subject"], claim["audience"], claim["metric"])
        found[*about, sum(known[:3] == about for known in found)] = claim
    return found


def _moved(subject: str, before: Mapping[str, Any], after: Mapping[str, Any], threshold: float) -> list[str]:
    old, new = _figures(before), _figures(after)
    return [
        f"{subject} was {old[name]:.4g} and is {new[name]:.4g}"
        for name in sorted(old.keys() & new.keys())
        if not math.isclose(old[name], new[name], rel_tol=threshold, abs_tol=1e-12)
    ]


def _figures(claim: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a claim by their names within it; of how many they are is no figure."""
    return {
        fact["id"].partition(".")[2]: fact["value"]
        for fact in claim["facts"]
        if fact["kind"] in _FIGURE_KINDS and fact["value"] is not None
    }

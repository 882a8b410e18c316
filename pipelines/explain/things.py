"""What is no story: why a pull request, a deployment, an incident or a flag counts where it does, or does not."""

from collections.abc import Callable, Iterator

from pipelines.explain.parts import told_change, told_refusal
from pipelines.explain.reading import Marts, Row, stamp, sure

_FLAG = "select from_key from marts.fct_links where from_kind = 'flag' and upper(from_key) = upper($key) limit 1"


def told_thing(marts: Marts, key: str, *, is_exact: bool) -> Iterator[str] | None:
    """Return the lines that explain the thing of a key, None where there is none.

    Args:
        is_exact: whether the key must be written as it is: a flag may be called like a story, in small letters.
    """
    kinds: tuple[tuple[str, str, str, Callable[[Marts, Row], Iterator[str]]], ...] = (
        ("change", "fct_changes", "change_key", _change),
        ("deployment", "fct_deployments", "deployment_id", _deployment),
        ("incident", "fct_incidents", "incident_id", _incident),
    )
    for kind, mart, column, tell in kinds:
        if (row := marts.one(mart, column, key)) and (row[column] == key or not is_exact):
            return _whole(marts, kind, row[column], tell(marts, row))
    found = marts.rows(_FLAG, key=key)
    if found and (found[0]["from_key"] == key or not is_exact):
        return _whole(marts, "flag", found[0]["from_key"], iter((f"Flag {found[0]['from_key']}",)))
    return None


def _whole(marts: Marts, kind: str, key: str, head: Iterator[str]) -> Iterator[str]:
    """Yield the head, then every link and refusal that concerns the thing."""
    yield from head
    links = marts.links(kind, key)
    # Commits and builds are many, and counted above.
    told = [link for link in links if link["from_kind"] not in ("commit", "build") or link["from_kind"] == kind]
    yield "Tied to"
    tied = [link for link in told if link["is_linked"]]
    for link in tied:
        mine = link["from_kind"] == kind and link["from_key"] == key
        end = (link["to_kind"], link["to_key"]) if mine else (link["from_kind"], link["from_key"])
        yield f"  {end[0]} {end[1]}: {link['reason']} ({sure(link)})"
    if not tied:
        yield "  nothing"
    refused = [link for link in told if not link["is_linked"]]
    yield "Refusals"
    yield from map(told_refusal, refused)
    if not refused:
        yield "  none"


def _change(marts: Marts, change: Row) -> Iterator[str]:
    yield f"Pull request {change['change_key']}  {change['title']}"
    yield from told_change(marts, change)
    yield "Where it counts"
    stories = ", ".join(change["story_keys"]) or "of no story, so in no story's times"
    yield f"  stories: {stories}"
    yield f"  change lead time: {_lead_time(change)}"
    if change["is_bot_author"]:
        yield "  a bot opened it: coverage of stories does not ask for its ticket"


def _lead_time(change: Row) -> str:
    """Return why a pull request is, or is not, in the medians of DORA's change lead time."""
    if change["change_lead_time_seconds"] is not None:
        return f"counted in the week of {stamp(change['deployed_at'])}, when deployment {change['deployment_id']} ended"
    if change["merged_at"] is None:
        return "not counted: it was not merged"
    if change["deployed_at"] is None:
        return f"not counted: {change['deployment_link']}"
    return "not counted: no commit of its own is known before the deployment's end, so there is nothing to count from"


def _deployment(_marts: Marts, one: Row) -> Iterator[str]:
    yield f"Deployment {one['deployment_id']} of {one['service']} to {one['environment']}: {one['status']}"
    yield f"  began {stamp(one['started_at'])}, ended {stamp(one['finished_at']) or 'not yet'}"
    if not one["is_production"]:
        yield f"  not counted in DORA's figures: {one['environment']} is not production, by its vendor or the settings"
    if one["is_retry"]:
        yield f"  tries the same commit again: it counts as one with {one['first_attempt_id']}"
    if one["is_first_of_service"]:
        yield "  the first of its service: what it carried cannot be known, so it is in no change's lead time"
    yield f"  carried {one['change_count']} pull requests for the first time"
    if one["is_failed"]:
        healed = f"good again {stamp(one['recovered_at'])}" if one["recovered_at"] else "not good again so far"
        yield f"  failed: {one['failure_reason']}; {healed}"
    if one["is_rework"]:
        yield "  rework: it was only made because of an incident"


def _incident(_marts: Marts, one: Row) -> Iterator[str]:
    ended = stamp(one["resolved_at"]) or "not resolved"
    yield f"Incident {one['incident_id']}  {one['title']}"
    yield f"  of {one['service'] or 'an unknown service'}, opened {stamp(one['opened_at'])}, ended: {ended}"

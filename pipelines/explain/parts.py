"""What is tied to a story: pull requests, deployments, flags, incidents, talks, topics, product events, stories."""

from collections.abc import Iterator

from pipelines.durations import in_words
from pipelines.explain.reading import Marts, Row, stamp, sure

_KINDS = (
    ("interview", "Interviews and insights"),
    ("topic", "Support topics"),
    ("feature_event", "Product events"),
)


def told_parts(marts: Marts, story: Row, changes: list[Row]) -> Iterator[str]:
    """Yield all that is tied to a story, then all refusals that concern it."""
    key = story["story_key"]
    yield from _changes(marts, key, changes)
    keys = [change["change_key"] for change in changes]
    deployments = marts.deployments(keys)
    yield from _deployments(deployments)
    links = marts.links("story", key)
    flags = [one["from_key"] for one in links if one["from_kind"] == "flag" and one["is_linked"]]
    yield from _flags(marts, key, [one for one in links if one["from_kind"] == "flag" and one["is_linked"]])
    carried = sorted({one["deployment_id"] for one in deployments})
    yield from _incidents(marts.incidents(key, carried))
    for kind, title in _KINDS:
        yield from _linked(title, [one for one in links if one["from_kind"] == kind and one["is_linked"]])
    asked = [one for one in links if one["from_kind"] == "support_ticket" and one["is_linked"]]
    if asked:
        yield f"  {len(asked)} support tickets name it in a field of theirs"
    others = [one for one in links if one["from_kind"] == one["to_kind"] == "story" and one["is_linked"]]
    yield "Other stories"
    yield from (f"  {one['reason']}" for one in others)
    if not others:
        yield "  none"
    yield from _refusals(marts.refusals(key, {"changes": keys, "flags": flags, "deployments": carried}))


def _changes(marts: Marts, key: str, changes: list[Row]) -> Iterator[str]:
    yield "Pull requests"
    if not changes:
        yield f"  none names {key} in its title, branch, text or commits"
    for change in changes:
        yield f"  {change['change_key']}  {change['title']}"
        yield f"    {change['reason']} ({sure(change)}); {change['state']}"
        yield from told_change(marts, change)


def told_change(marts: Marts, change: Row) -> Iterator[str]:
    """Yield how a pull request went: its spans, its reviews, commits and builds, and its way to production."""
    spans = [f"{span} {in_words(change[f'{span}_seconds'])}" for span in ("coding", "pickup", "review", "deploy")]
    yield f"    {', '.join(spans)}"
    if change["negative_spans"]:
        yield f"    unknown for its end lies before its begin: {', '.join(change['negative_spans'])}"
    links = marts.links("change", change["change_key"])
    builds = sorted(one["from_key"] for one in links if one["from_kind"] == "build" and one["is_linked"])
    counts = (("commit", change["commit_count"]), ("review by people", change["review_count"]), ("build", len(builds)))
    yield f"    {', '.join(f'{what}: {count}' for what, count in counts)}"
    reviewed = f"approved {stamp(change['approved_at'])}" if change["approved_at"] else "approved by nobody"
    merged = f"merged {stamp(change['merged_at'])}" if change["merged_at"] else "not merged"
    yield f"    opened {stamp(change['opened_at'])}, {reviewed}, {merged}"
    yield f"    to production: {change['deployment_link']}"
    for link in links:
        if link["is_linked"] and {link["from_kind"], link["to_kind"]} <= {"change", "flag"}:
            mine = link["from_key"] == change["change_key"]
            yield f"    {link['reason'] if mine else link['from_key'] + ': ' + link['reason']} ({sure(link)})"


def _deployments(deployments: list[Row]) -> Iterator[str]:
    yield "Deployments"
    if not deployments:
        yield "  none is known to have carried it"
    for one in deployments:
        what = f"{one['deployment_id']}, {one['service']} to {one['environment']}, carried {one['change_key']}"
        yield f"  {stamp(one['finished_at'])} {what} ({sure(one)})"
        if one["is_failed"]:
            healed = f", good again {stamp(one['recovered_at'])}" if one["recovered_at"] else ", not good again so far"
            yield f"    failed: {one['failure_reason']}{healed}"


def _flags(marts: Marts, key: str, links: list[Row]) -> Iterator[str]:
    yield "Flags"
    yield from (f"  {link['from_key']}: {link['reason']} ({sure(link)})" for link in links)
    for step in marts.events(key, "flag"):
        yield f"  {stamp(step['occurred_at'])} {step['label']}"
    if not links:
        yield "  none names it"


def _incidents(incidents: list[Row]) -> Iterator[str]:
    yield "Incidents"
    for one in incidents:
        ended = f"to {stamp(one['resolved_at'])}" if one["resolved_at"] else "not resolved"
        yield f"  {stamp(one['opened_at'])} {one['incident_id']}  {one['title']} ({ended})"
        yield f"    {one['why']} ({sure(one)})"
    if not incidents:
        yield "  none"


def _linked(title: str, links: list[Row]) -> Iterator[str]:
    yield title
    yield from (f"  {link['from_key']}: {link['reason']} ({sure(link)})" for link in links)
    if not links:
        yield "  none"


def _refusals(refusals: list[Row]) -> Iterator[str]:
    yield "Refusals"
    yield from (told_refusal(link) for link in refusals)
    if not refusals:
        yield "  none"


def told_refusal(link: Row) -> str:
    """Return a refusal as a line."""
    other = f"{link['to_kind']} {link['to_key']}" if link["to_key"] else f"any {link['to_kind']}"
    return f"  {link['from_kind']} {link['from_key']} not linked to {other}: {link['reason']}"

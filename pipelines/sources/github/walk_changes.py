"""Walks what changed of issues and pull requests: one list says which, and GraphQL tells all of 25 at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.sources.answers import Answer
from pipelines.sources.base import RawRecord
from pipelines.sources.github import nodes
from pipelines.sources.github.client import AT_ONCE
from pipelines.sources.github.documents import CHANGES, OF_ISSUE, OF_PULL_REQUEST, OF_REVIEW
from pipelines.sources.github.rows import is_pull_request, moment
from pipelines.sources.github.walks import Walk, answered_at, stamp, told_at
from pipelines.sources.live import Step

NAME = "changes"
_PAGE = 100
_BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
# Times are told to the second, so what was changed just before it was read may change again within that second.
_SETTLES_WITHIN = timedelta(minutes=1)


def changes(walk: Walk) -> Iterator[Step]:
    """Yield the pull requests and issues that changed since the last whole walk, the least recently changed first.

    The cursor's `high` moves only at the end; `place` lets a walk that was cut off go on.
    """
    kept = walk.cursor(NAME)
    high, place = moment(kept.get("high")), moment(kept.get("place"))
    overlap = timedelta(minutes=walk.connection.overlap_minutes)
    # A walk that was cut off overlaps too: what the list lagged behind with lies before its place.
    known = place or high
    since = known - overlap if known else _BEGINNING
    settled = moment(kept.get("settled"))
    is_settled = high is not None and settled is not None and high < settled
    asked = _asked(since)
    tag = kept.get("etag") if is_settled and not place and kept.get("since") == asked["since"] else None
    first = walk.client.get(walk.address("issues"), asked, etag=tag)
    if first.is_unchanged:
        return
    newest, read, name = max(high or since, since), 0, walk.named(NAME)
    for rows in _pages(walk, first, since):
        new = list(_changed(walk, rows, settled))
        for start in range(0, len(new), AT_ONCE):
            batch = new[start : start + AT_ONCE]
            records = list(_records(walk, batch))
            read += len(batch)
            yield Step(records, {name: {**kept, "place": batch[-1]["updated_at"]}}, (read, 0))
        newest = max([newest, *(told_at(row, "updated_at") for row in rows)])
    begun = answered_at(first) - _SETTLES_WITHIN
    end = {"high": stamp(newest), "place": None, "settled": stamp(begun), "etag": None, "since": None}
    if _asked(newest - overlap)["since"] == asked["since"]:
        # Nothing was new, so the next walk asks the very same.
        end |= {"etag": first.etag, "since": asked["since"]}
    yield Step((), {name: end}, (read, read))


def _asked(since: datetime) -> dict[str, Any]:
    return {"state": "all", "sort": "updated", "direction": "asc", "since": stamp(since), "per_page": _PAGE}


def _pages(walk: Walk, answer: Answer, since: datetime) -> Iterator[list[Any]]:
    """Yield the list's pages, each row's version once.

    Each page is a new list from the last change seen, since rows move while they are read. Only among changes of one
    second the next page is asked for.
    """
    seen: set[tuple[Any, Any]] = set()
    page, path = 1, walk.address("issues")
    while True:
        rows = answer.json()
        new = [row for row in rows if (row.get("number"), row.get("updated_at")) not in seen]
        seen |= {(row.get("number"), row.get("updated_at")) for row in new}
        if new:
            yield new
        # A proxy may take the Link header away; a full page is then the only sign that there are more.
        if not rows or (answer.next_url is None and len(rows) < _PAGE):
            return
        # One second back: whether `since` takes in its own second is not said.
        last = told_at(rows[-1], "updated_at") - timedelta(seconds=1)
        page, since = (1, last) if last > since else (page + 1, since)
        answer = walk.client.get(path, {**_asked(since), "page": page})


def _changed(walk: Walk, rows: list[Any], settled: datetime | None) -> Iterator[Any]:
    """Yield the rows that the log does not hold as they are."""
    keys = {f"{walk.target.name}#{row['number']}": row for row in rows}
    known = {
        **walk.memory.bodies("pull_requests", keys.keys()),
        **walk.memory.bodies("issues", keys.keys()),
    }
    for key, row in keys.items():
        is_same = key in known and known[key].get("updated_at") == row["updated_at"]
        if not is_same or settled is None or told_at(row, "updated_at") >= settled:
            yield row


def _records(walk: Walk, rows: list[Any]) -> Iterator[RawRecord]:
    by_node = {str(row["node_id"]): row for row in rows}
    for found in walk.client.nodes(CHANGES, list(by_node)):
        for node in found:
            # What was taken away or moved elsewhere since the list was read is no longer told.
            if node is None:
                continue
            if node["__typename"] == "PullRequest":
                yield from _pull_request(walk, node)
            elif not is_pull_request(by_node[node["id"]]):
                yield from _issue(walk, by_node[node["id"]], node)


def _pull_request(walk: Walk, node: dict[str, Any]) -> Iterator[RawRecord]:
    whole = walk.client.whole(node, OF_PULL_REQUEST)
    whole["reviews"]["nodes"] = [
        walk.client.whole({**review, "__typename": "PullRequestReview"}, OF_REVIEW)
        for review in whole["reviews"]["nodes"]
    ]
    key, version = f"#{node['number']}", told_at(node, "updatedAt")
    yield walk.record("pull_requests", key, nodes.pull_request(whole), version)
    yield walk.record("pull_commits", key, nodes.commits(whole), version)
    yield walk.record("pull_reviews", key, nodes.reviews(whole), version)
    yield walk.record("issue_comments", key, nodes.comments(whole), version)
    yield walk.record("issue_events", key, nodes.events(whole), version)
    yield walk.record("review_comments", key, nodes.line_comments(whole), version)


def _issue(walk: Walk, row: dict[str, Any], node: dict[str, Any]) -> Iterator[RawRecord]:
    key, version = f"#{row['number']}", told_at(row, "updated_at")
    yield walk.record("issues", key, row, version)
    yield walk.record("issue_events", key, nodes.events(walk.client.whole(node, OF_ISSUE)), version)

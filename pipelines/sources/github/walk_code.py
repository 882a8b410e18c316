"""Walks the repository itself, the commits of its default branch, its releases and its deployments.

One query tells what of them is new; the lists are read only where something is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.sources.base import RawRecord, mapping_of
from pipelines.sources.github.documents import OVERVIEW
from pipelines.sources.github.rows import first_moment, version_of_row
from pipelines.sources.github.walk_deployments import Deployments
from pipelines.sources.github.walks import Walk
from pipelines.sources.live import MissingError, Step

_PAGE = 100


def code(walk: Walk) -> Iterator[Step]:
    """Yield what is new of all that hangs on the repository itself.

    Raises:
        MissingError: the token sees no such repository.
    """
    deployments = Deployments(walk)
    owner, _, name = walk.target.name.partition("/")
    told = walk.client.query(OVERVIEW, {"owner": owner, "name": name, "ids": deployments.looked_at_again()})
    repository = told["repository"]
    if repository is None:
        raise MissingError(
            f"github shows no repository {walk.target.name} to this token; check its name in the settings, "
            "and what the token may read"
        )
    yield Step([_described(walk, repository)])
    yield from _commits(walk, mapping_of(mapping_of(repository["defaultBranchRef"]).get("target")).get("oid"))
    yield from _releases(walk, repository["releases"])
    newest = next((one["databaseId"] for one in repository["deployments"]["nodes"]), None)
    yield from deployments.steps(told["nodes"], newest)


def _described(walk: Walk, repository: Mapping[str, Any]) -> RawRecord:
    row = {
        "id": repository["databaseId"],
        "full_name": repository["nameWithOwner"],
        "html_url": repository["url"],
        "default_branch": mapping_of(repository["defaultBranchRef"]).get("name"),
        "created_at": repository["createdAt"],
        "updated_at": repository["updatedAt"],
        "pushed_at": repository["pushedAt"],
    }
    return walk.record("repository", "", row, first_moment(row, ("updated_at", "pushed_at")))


def _commits(walk: Walk, head: str | None) -> Iterator[Step]:
    """Yield the commits that the default branch has gained: by comparison, since an old commit may be merged today."""
    kept = walk.cursor("commits")
    if head is None or head == kept.get("head"):
        return
    known, place = kept.get("head"), kept.get("place")
    # The list hangs on one commit, so its pages stand still while others are pushed.
    target = mapping_of(place).get("head", head)
    page, had_head = mapping_of(place).get("page", 1), known is not None
    while True:
        rows = _compared(walk, known, target, page) if known else None
        if rows is None:
            known = None
            rows = walk.client.get(walk.address("commits"), {"sha": target, "per_page": _PAGE, "page": page}).json()
        records = [walk.record("commits", f"@{row['sha']}", row, version_of_row(row)) for row in rows]
        if len(rows) < _PAGE:
            yield Step(records, {walk.named("commits"): {"head": target, "place": None}})
            break
        page += 1
        place = {"head": target, "page": page}
        yield Step(records, {walk.named("commits"): {"head": known, "place": place}}, (page * _PAGE, 0))
    if target != head and not had_head:
        yield from _commits(walk, head)


def _compared(walk: Walk, base: str, head: str, page: int) -> Sequence[Any] | None:
    """Return a page of what `head` has and `base` has not, None where the base is no more."""
    try:
        answer = walk.client.get(walk.address(f"compare/{base}...{head}"), {"per_page": _PAGE, "page": page})
    except MissingError:
        return None
    return list(answer.json()["commits"])


def _releases(walk: Walk, told: Mapping[str, Any]) -> Iterator[Step]:
    """Yield the releases, where the newest of them are not as they were."""
    seen = [[one["databaseId"], one["updatedAt"], one["isDraft"]] for one in told["nodes"]]
    state = {"total": told["totalCount"], "newest": seen}
    if not seen or walk.cursor("releases") == state:
        return
    records = []
    for answer in walk.client.pages(walk.address("releases"), {"per_page": _PAGE}):
        for row in answer.json():
            version = first_moment(row, ("updated_at", "published_at", "created_at"))
            records.append(walk.record("releases", f"/{row['id']}", row, version))
    yield Step(records, {walk.named("releases"): state})

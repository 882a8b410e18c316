"""Shows the demo company's tickets that nobody will do: by a status of their own, or done with a resolution."""

from collections.abc import Iterator
from typing import Any, cast

from pipelines.company.abandoned import ENDS, Abandoned
from pipelines.company.facts import Status
from pipelines.sources.jira.demo_board import API, NO_RESOLUTION, Board, Happening, item, kind
from pipelines.sources.jira.server.store import Store, stamp

_FIRST, _FIRST_LINK = 95_001, 70_001
_RESOLUTIONS = {
    "wont_do": ("10001", "Won't Do"),
    "duplicate": ("10002", "Duplicate"),
    "cannot_reproduce": ("10003", "Cannot Reproduce"),
}
_DOUBLES = {"id": "10002", "name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"}


def show_abandoned(board: Board, store: Store) -> None:
    """Put every one that is a ticket by now."""
    for number, one in enumerate(board.company.abandoned, _FIRST):
        if board.known(one.created_at):
            happened = list(_happened(board, one))
            issue = board.ticket(number, one.key, one.team, _fields(board, one, number, happened))
            store.put(issue, board.histories(number, happened))


def _fields(board: Board, one: Abandoned, number: int, happened: list[Happening]) -> dict[str, Any]:
    moves = [move for move in one.moves if board.known(move.at)]
    status = moves[-1].status if moves else Status.BACKLOG
    known = [at.at for at in happened if board.known(at.at)]
    # Whoever takes one up again forgets what it once ended by, and the date of that is gone.
    has_ended = any(move.status in ENDS for move in moves)
    resolution_id, resolution = _RESOLUTIONS[one.reason]
    return {
        "summary": one.title,
        "issuetype": kind(one.type),
        "status": board.status(one.team, status),
        "created": stamp(one.created_at),
        "updated": stamp(max([one.created_at, *known, *board.migrated_at(one.team, status)])),
        "creator": board.user(one.reporter),
        "reporter": board.user(one.reporter),
        "assignee": board.user(one.assignee) if len(moves) > 1 else None,
        "labels": [],
        "resolution": {"id": resolution_id, "name": resolution} if has_ended else None,
        "resolutiondate": stamp(moves[-1].at) if status in ENDS else None,
        "customfield_10016": float(one.size),
        "issuelinks": list(_links(board, one, number)),
    }


def _links(board: Board, one: Abandoned, number: int) -> Iterator[dict[str, Any]]:
    story = next((story for story in board.company.stories if story.key == one.double_of), None)
    if story is not None and any(move.status in ENDS and board.known(move.at) for move in one.moves):
        link, key = str(_FIRST_LINK + number), story.key_at(board.as_of)
        other = {"key": key, "self": f"{API}/issue/{key}"}
        yield {"id": link, "self": f"{API}/issueLink/{link}", "type": _DOUBLES, "outwardIssue": other}


def _happened(board: Board, one: Abandoned) -> Iterator[Happening]:
    status, resolution = Status.BACKLOG, cast("tuple[str | None, str]", NO_RESOLUTION)
    for move in one.moves:
        items = [item("status", board.pair(one.team, status, move.at), board.pair(one.team, move.status, move.at))]
        if move.status in ENDS and resolution != _RESOLUTIONS[one.reason]:
            items.append(item("resolution", resolution, _RESOLUTIONS[one.reason]))
            resolution = _RESOLUTIONS[one.reason]
        yield Happening(move.at, move.by, tuple(items))
        status = move.status

"""Shows the demo company's other tickets: epics, sub-tasks, incidents, and those that were made by mistake."""

from datetime import datetime
from typing import Any

from pipelines.company.facts import Status, Team
from pipelines.company.releases import services_of
from pipelines.sources.jira.demo_board import API, DONE_RESOLUTION, NO_RESOLUTION, Board, Happening, item, kind
from pipelines.sources.jira.server.store import Store, stamp

_FIRST_INCIDENT, _FIRST_EPIC, _FIRST_SUBTASK, _FIRST_MISTAKE = 60_001, 70_001, 80_001, 90_001
_FIRST_INCIDENT_NUMBER = 9_001


def show_tickets(board: Board, store: Store) -> None:
    """Put every ticket that is no story and is there by now."""
    _epics(board, store)
    _subtasks(board, store)
    _incidents(board, store)
    for number, wrong in enumerate(board.company.mistakes, _FIRST_MISTAKE):
        if wrong.created_at <= board.as_of < wrong.deleted_at:
            fields = _fields(board, wrong.title, "Task", wrong.created_at, wrong.reporter)
            fields["status"] = board.status(wrong.team, Status.BACKLOG)
            store.put(board.ticket(number, wrong.key, wrong.team, fields), [])


def _fields(board: Board, title: str, type_name: str, at: datetime, by: str) -> dict[str, Any]:
    user = board.user(by)
    return {
        "summary": title,
        "issuetype": kind(type_name),
        "created": stamp(at),
        "updated": stamp(at),
        "creator": user,
        "reporter": user,
    }


def _epics(board: Board, store: Store) -> None:
    for number, epic in enumerate(board.company.epics, _FIRST_EPIC):
        if board.known(epic.created_at):
            fields = _fields(board, epic.title, "Epic", epic.created_at, epic.reporter)
            # Nobody ever closes one.
            fields["status"] = board.status(epic.team, Status.IN_PROGRESS)
            store.put(board.ticket(number, epic.key, epic.team, fields), [])


def _subtasks(board: Board, store: Store) -> None:
    stories = {story.key: story for story in board.company.stories}
    for number, part in enumerate(board.company.subtasks, _FIRST_SUBTASK):
        if not board.known(part.created_at):
            continue
        fields = _fields(board, part.title, "Sub-task", part.created_at, part.assignee)
        story = stories[part.story]
        key = story.key_at(board.as_of)
        fields["parent"] = {"id": key, "key": key, "self": f"{API}/issue/{key}", "fields": {"summary": story.title}}
        _put(board, store, (number, part.key, part.team), fields, (part.done_at, part.assignee))


def _incidents(board: Board, store: Store) -> None:
    teams: dict[str, Team] = {service: team for team in board.company.teams for service in services_of(team.repository)}
    count = dict.fromkeys(board.teams, _FIRST_INCIDENT_NUMBER)
    told = (one for one in board.company.incidents if one.told_in == "tracker")
    for number, incident in enumerate(told, _FIRST_INCIDENT):
        team = teams[incident.service]
        key = f"{team.project}-{count[team.key]}"
        count[team.key] += 1
        if not board.known(incident.opened_at):
            continue
        by = team.members[0].key
        fields = _fields(board, incident.title, "Incident", incident.opened_at, by)
        fields["priority"] = {"id": incident.severity[-1], "name": incident.severity}
        fields["components"] = [{"self": f"{API}/component/1", "id": "1", "name": incident.service}]
        _put(board, store, (number, key, team.key), fields, (incident.resolved_at, by))


def _put(
    board: Board, store: Store, what: tuple[int, str, str], fields: dict[str, Any], done: tuple[datetime | None, str]
) -> None:
    """Put a ticket that stands in the backlog until it is done."""
    (number, key, team), (done_at, by) = what, done
    is_done = done_at is not None and board.known(done_at)
    fields["status"] = board.status(team, Status.DONE if is_done else Status.BACKLOG)
    happened: list[Happening] = []
    if is_done and done_at is not None:
        fields["resolutiondate"] = stamp(done_at)
        fields["resolution"] = {"id": DONE_RESOLUTION[0], "name": DONE_RESOLUTION[1]}
        ends = (board.pair(team, Status.BACKLOG, done_at), board.pair(team, Status.DONE, done_at))
        items = (item("status", *ends), item("resolution", NO_RESOLUTION, DONE_RESOLUTION))
        happened.append(Happening(done_at, by, items))
    touched = [done_at, *board.migrated_at(team, Status.DONE)] if is_done and done_at is not None else []
    if touched:
        fields["updated"] = stamp(max(touched))
    store.put(board.ticket(number, key, team, fields), board.histories(number, happened))

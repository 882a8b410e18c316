"""Shows the demo company's stories: their moves, links, specifications, sprints, and the keys that they had."""

from collections.abc import Iterator
from typing import Any

from pipelines.company.facts import Status, Story
from pipelines.company.ticket_facts import AiSign
from pipelines.sources.jira.demo_board import (
    API,
    DONE_RESOLUTION,
    NO_RESOLUTION,
    SITE,
    Board,
    Happening,
    item,
    kind,
    project,
)
from pipelines.sources.jira.server.store import Store, stamp

_FIRST_ID, _FIRST_LINK, _FIRST_PAGE = 10_001, 50_001, 30_001
_LEARNING = {"id": "10100", "name": "Learning", "inward": "is learned from", "outward": "taught"}


def show_stories(board: Board, store: Store) -> None:
    """Put every story that is a ticket by now."""
    shown = Stories(board)
    for story in board.company.stories:
        if board.known(story.created_at):
            issue, happened = shown.issue(story), shown.happened(story)
            store.put(issue, board.histories(shown.ids[story.key], happened))
            if story.spec and board.known(story.spec.at):
                shown.specified(store, issue, story)


class Stories:
    """How stories are shown: each knows the others that it hangs together with."""

    def __init__(self, board: Board) -> None:
        self._board = board
        stories = board.company.stories
        self.ids = {story.key: number for number, story in enumerate(stories, _FIRST_ID)}
        self._by_key = {story.key: story for story in stories}
        self._epics = {key: epic for epic in board.company.epics for key in epic.stories}
        self._taught: dict[str, list[Story]] = {}
        for story in stories:
            if story.learned_from:
                self._taught.setdefault(story.learned_from, []).append(story)

    def team_at(self, story: Story, at: Any) -> str:
        """Return the team in whose project a story is at a moment."""
        return story.transfer.team if story.transfer and story.transfer.at <= at else story.team

    def issue(self, story: Story) -> dict[str, Any]:
        """Return a story as it stands now."""
        board = self._board
        team, moves = self.team_at(story, board.as_of), [move for move in story.moves if board.known(move.at)]
        status = moves[-1].status if moves else Status.BACKLOG
        done_at = stamp(moves[-1].at) if status is Status.DONE else None
        happened = [one.at for one in self.happened(story) if board.known(one.at)]
        silent = [story.spec.at] if story.spec and board.known(story.spec.at) else []
        silent += board.migrated_at(team, status)
        is_begun = any(move.status is Status.IN_PROGRESS for move in moves)
        is_labelled = story.ai_sign is AiSign.LABEL and is_begun
        fields = {
            "summary": story.title,
            "issuetype": kind(story.type),
            "status": board.status(team, status),
            "created": stamp(story.created_at),
            "updated": stamp(max([story.created_at, *happened, *silent])),
            "creator": board.user(story.reporter),
            "reporter": board.user(story.reporter),
            "assignee": board.user(story.assignee) if len(moves) > 1 else None,
            # The label comes with the code: before, nobody knows.
            "labels": ["ai-assisted"] if is_labelled else [],
            "resolution": {"id": DONE_RESOLUTION[0], "name": DONE_RESOLUTION[1]} if done_at else None,
            "resolutiondate": done_at,
            "customfield_10016": float(story.size),
            "customfield_10020": [_sprint(story.sprint)] if story.sprint and is_begun else None,
            "parent": self._parent(story),
            "issuelinks": list(self._links(story)),
        }
        return board.ticket(self.ids[story.key], story.key_at(board.as_of), team, fields)

    def _parent(self, story: Story) -> dict[str, Any] | None:
        epic = self._epics.get(story.key)
        if epic is None:
            return None
        return {"id": epic.key, "key": epic.key, "self": f"{API}/issue/{epic.key}", "fields": {"summary": epic.title}}

    def _links(self, story: Story) -> Iterator[dict[str, Any]]:
        for learner, key in self._learnings(story):
            if self._board.known(learner.created_at):
                side = "inwardIssue" if learner is story else "outwardIssue"
                link, other = str(_FIRST_LINK + self.ids[learner.key]), self._by_key[key]
                told = {"id": str(self.ids[key]), "key": other.key_at(self._board.as_of)}
                told["self"] = f"{API}/issue/{self.ids[key]}"
                yield {"id": link, "self": f"{API}/issueLink/{link}", "type": _LEARNING, side: told}

    def _learnings(self, story: Story) -> Iterator[tuple[Story, str]]:
        """Yield who learned, and the key at the other end: what a story learned from, then what it taught."""
        if story.learned_from:
            yield story, story.learned_from
        for learner in self._taught.get(story.key, ()):
            yield learner, learner.key

    def happened(self, story: Story) -> list[Happening]:
        """Return all that ever happens to a story's ticket."""
        found = list(self._moves(story))
        for learner, key in self._learnings(story):
            other, says = (
                self._by_key[key].key_at(learner.created_at),
                "is learned from" if learner is story else "taught",
            )
            text = (other, f"This work item {says} {other}")
            found.append(Happening(learner.created_at, learner.reporter, (item("Link", (None, None), text),)))
        if story.spec and story.spec.told_in == "link":
            page = str(_FIRST_PAGE + self.ids[story.key])
            text = (page, f'This work item links to "{story.spec.title}"')
            items = (item("RemoteWorkItemLink", (None, None), text),)
            found.append(Happening(story.spec.at, story.spec.by, items))
        if story.transfer:
            old, new = (project(self._board.teams[key]) for key in (story.team, story.transfer.team))
            moved = (
                item("project", (old["id"], old["name"]), (new["id"], new["name"])),
                item("Key", (None, story.key), (None, story.transfer.key)),
            )
            found.append(Happening(story.transfer.at, story.transfer.by, moved))
        return found

    def _moves(self, story: Story) -> Iterator[Happening]:
        board, status = self._board, Status.BACKLOG
        for move in story.moves:
            team = self.team_at(story, move.at)
            items = [item("status", board.pair(team, status, move.at), board.pair(team, move.status, move.at))]
            if move.status is Status.DONE:
                items.append(item("resolution", NO_RESOLUTION, DONE_RESOLUTION))
            elif status is Status.DONE:
                items.append(item("resolution", DONE_RESOLUTION, NO_RESOLUTION))
            yield Happening(move.at, move.by, tuple(items))
            status = move.status

    def specified(self, store: Store, issue: dict[str, Any], story: Story) -> None:
        """Show a specification as the link to a page, or only as what somebody wrote below the ticket."""
        assert story.spec is not None, "only of what has one"
        number, at = _FIRST_PAGE + self.ids[story.key], stamp(story.spec.at)
        page = {"url": f"https://wiki.acme.example/spec/{number}", "title": story.spec.title}
        if story.spec.told_in == "link":
            address = f"{issue['self']}/remotelink/{number}"
            store.remotelinks[issue["key"]] = [{"id": number, "self": address, "application": {}, "object": page}]
            return
        text = {"type": "text", "text": f"{page['title']}: {page['url']}"}
        body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}
        comment = {"self": f"{issue['self']}/comment/{number}", "id": str(number), "body": body}
        author = {"author": self._board.user(story.spec.by), "created": at, "updated": at}
        store.comments[issue["key"]] = [comment | author]


def _sprint(name: str) -> dict[str, Any]:
    return {"id": sum(map(ord, name)), "name": name, "state": "closed", "boardId": 1, "self": f"https://{SITE}/sprint"}

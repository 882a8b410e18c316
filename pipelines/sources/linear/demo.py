"""Shows what the demo company's user researchers learned, as a Linear workspace has it at a moment.

The company's tickets live in its tracker, and a ticket must be told once; so this workspace holds insights alone. Each
links to the story that came of it. Where nobody will do what was asked for, its insight was dropped.
"""

from datetime import datetime
from pathlib import Path

from pipelines.company import Company
from pipelines.company.abandoned import ENDS
from pipelines.company.facts import Person, Story
from pipelines.sources.linear.server import Store, nodes, serve
from pipelines.sources.linear.server.nodes import Node
from pipelines.sources.played import Demo, Played

WORKSPACE, TEAM = "acme-demo", "RES"
# Where the stories have their pages.
_PAGES = "https://acme-demo.atlassian.net/browse/"
# Of so many interviews one was worth an insight of its own.
_EVERY = 3
_FIRST_DROPPED = 5_001
_TOKEN = "lin_api_demo"  # noqa: S105 - of a vendor that is played


def workspace(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the workspace with every insight that was noted by then, as it stands then."""
    store = Store(WORKSPACE, tokens=tokens)
    team = nodes.team(TEAM, "User research")
    noted = nodes.state(team, "Noted", "unstarted", 0, company.begins_at)
    shared = nodes.state(team, "Shared", "completed", 1, company.begins_at)
    dropped = nodes.state(team, "Dropped", "canceled", 2, company.begins_at)
    store.define([noted, shared, dropped])
    people = {person.key: person for one in company.teams for person in one.members}
    interviewed = [story for story in company.stories if story.interview is not None][::_EVERY]
    for number, story in enumerate(interviewed, 1):
        assert story.interview is not None, "only those were taken"
        by = _user(people[story.reporter])
        at = story.interview.held_at + (story.created_at - story.interview.held_at) / 2
        if at <= as_of:
            title = f"Users ask for it: {story.title.lower()}"
            issue = nodes.issue(
                team,
                number,
                title,
                noted,
                at.replace(microsecond=0),
                workspace=WORKSPACE,
                creator=by,
                labels=[nodes.label("Insight")],
                description=story.interview.title,
            )
            store.put(issue)
            _shared(store, story, issue["identifier"], shared, by, as_of)
    _given_up(store, company, as_of, team, (noted, dropped))
    return store


def _given_up(store: Store, company: Company, as_of: datetime, team: Node, states: tuple[Node, Node]) -> None:
    """Put down what somebody once asked for and nobody will do; `states` are those of before and after."""
    people = {person.key: person for one in company.teams for person in one.members}
    noted, dropped = states
    for number, one in enumerate(company.abandoned, _FIRST_DROPPED):
        ended_at = next(move.at for move in one.moves if move.status in ENDS)
        if one.reason == "wont_do" and one.created_at <= as_of:
            by, at = _user(people[one.reporter]), one.created_at
            issue = nodes.issue(
                team, number, "Somebody asked once", noted, at, workspace=WORKSPACE, creator=by,
                labels=[nodes.label("Insight")],
            )  # fmt: skip
            store.put(issue)
            if ended_at <= as_of:
                store.move(issue["identifier"], dropped, ended_at, by)


def _shared(store: Store, story: Story, key: str, state: Node, by: Node, as_of: datetime) -> None:
    """Link an insight to the story that came of it, once there is one."""
    if story.created_at > as_of:
        return
    issue = store.find(key)
    assert issue is not None, "it was put there just now"
    page = nodes.attachment(issue["id"], f"{_PAGES}{story.key}", story.title, story.created_at, creator=by)
    issue["attachments"]["nodes"].append(page)
    store.move(key, state, story.created_at, by)


def _user(person: Person) -> Node:
    return nodes.user(person.name, person.email)


class _Demo:
    """The company's research. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the workspace."""
        table = {"workspace": WORKSPACE, "teams": [TEAM]}
        return Played(serve(workspace(company, as_of, tokens={_TOKEN})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()

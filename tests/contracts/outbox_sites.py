"""A played tracker to which comments are delivered: one story's message, sent as often as a test asks for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pipelines.outbox.deliver import Delivery
from pipelines.outbox.delivered import Delivered
from pipelines.outbox.making import make_messages
from pipelines.outbox.policy import Terms
from pipelines.settings import Settings
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.jira.writeback import JiraWriter
from pipelines.sources.linear.server import Store as Workspace
from pipelines.sources.linear.server import serve as serve_linear
from pipelines.sources.linear.writeback import LinearWriter, comment_id_of
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from pipelines.sources.writing import Writer
from tests.contracts import played_linear
from tests.contracts.played_jira import BEARER, FIXTURES, SIGNED, connected
from tests.unit.outbox.saying import AT, said, terms
from warehouse import outbox
from warehouse.outbox import Draft, Message
from warehouse.store import open_log

NETWORK = Network(attempts=2, timeout_seconds=2, max_wait_seconds=1, backoff_seconds=0.01)
LATER = timedelta(minutes=11)


@dataclass
class Site:
    """A played tracker.

    Attributes:
        ticket: key of the story's ticket.
        texts: what the comments of ours on that ticket hold now.
        posts: method and place of the request that posts a comment; `updates` of the one that writes it anew.
    """

    source: str
    site: Loopback
    store: Any
    ticket: str
    posts: str
    updates: str
    writer: Callable[[], Writer]
    texts: Callable[[], list[str]]
    edit: Callable[[str], None]
    delete: Callable[[], None]
    move: Callable[[str], None]
    remove: Callable[[], None]

    def draft(self, name: str = "grade_a", **changed: Any) -> Draft:
        return said(name, self.ticket, source=self.source, **changed)

    def make(self, home: Settings, *drafts: Draft, rules: Terms | None = None) -> None:
        with open_log(home, command="test", since=AT) as log:
            make_messages(log, drafts or [self.draft()], rules or terms())

    def deliver(self, home: Settings, after: timedelta = timedelta(), rules: Terms | None = None) -> Delivered:
        rules = rules or terms()
        at = rules.at + after
        writer = self.writer()
        try:
            with open_log(home, command="test", since=AT) as log:
                return Delivery(log, replace(rules, at=at), lambda *_: writer, lambda: at).run()
        finally:
            writer.close()


def messages(home: Settings) -> list[Message]:
    with open_log(home, command="test", since=AT) as log:
        return outbox.messages(log)


def states(home: Settings) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in messages(home)]


@contextmanager
def jira_site(deployment: str = "cloud") -> Iterator[Site]:
    is_cloud = deployment == "cloud"
    folder = FIXTURES if is_cloud else FIXTURES / "data-center"
    store = Store.from_recording(
        folder, tokens=[SIGNED if is_cloud else BEARER], deployment="cloud" if is_cloud else "data_center"
    )
    ticket = str(next(iter(store.issues.values()))["key"])

    def ours() -> list[Any]:
        marked = {name.removeprefix("comment ") for name, told in store.properties.items() if "storyline" in told}
        return [row for rows in store.comments.values() for row in rows if str(row["id"]) in marked]

    def edit(text: str) -> None:
        body: Any = text
        if is_cloud:
            body = {
                "type": "doc",
                "version": 1,
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
            }
        ours()[0].update(body=body, updateAuthor={"accountId": "ann", "name": "ann"})

    def delete() -> None:
        (row,) = ours()
        for rows in store.comments.values():
            rows[:] = [one for one in rows if one is not row]

    with serve(store) as site:
        yield Site(
            "jira", site, store, ticket, "POST /rest/api/", "PUT /rest/api/",
            lambda: JiraWriter(connected(site, store), NETWORK),
            lambda: [str(row["body"]) for row in ours()], edit, delete,
            lambda key: store.rename(ticket, key), lambda: store.delete(ticket),
        )  # fmt: skip


@contextmanager
def linear_site() -> Iterator[Site]:
    store = Workspace.from_recording(played_linear.FIXTURES, tokens=[played_linear.TOKEN])
    ticket = "ENG-1"
    issue = store.find(ticket)
    assert issue is not None
    known = {comment_id_of(issue["id"], f"impact/{epoch}") for epoch in (1, 2)}

    def ours() -> list[Any]:
        return [one for each in store.issues.values() for one in each["comments"]["nodes"] if one["id"] in known]

    def delete() -> None:
        issue["comments"]["nodes"][:] = [one for one in issue["comments"]["nodes"] if one["id"] not in known]

    def move(key: str) -> None:
        current = store.find(ticket)
        assert current is not None
        current.update(identifier=key, previousIdentifiers=[ticket])

    with serve_linear(store) as site:
        issue = store.issues[issue["id"]]
        yield Site(
            "linear", site, store, ticket, "#PostComment", "#ReplaceComment",
            lambda: LinearWriter(played_linear.connected(site, store), NETWORK),
            lambda: [str(one["body"]) for one in ours()], lambda text: ours()[0].update(body=text), delete, move,
            lambda: store.delete(ticket),
        )  # fmt: skip

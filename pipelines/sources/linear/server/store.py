"""What a played Linear holds: a workspace's issues, which may then change as issues do, and what was asked of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.clock import now, parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.linear.recording import Files
from pipelines.sources.linear.server.nodes import LISTS, Node, row, span, stamp

# What one person changes within so long is folded into one row.
_GROUPS_WITHIN = timedelta(minutes=3)


@dataclass(slots=True)
class Quirks:
    """How this Linear misbehaves.

    Attributes:
        most_complexity: of one query.
        most_per_page: however many are asked for.
        per_list: so many of a list inside an issue come at most, however many are asked for.
        repeats_page: every page but the last of a list names the place that it was asked for.
        empty_page: a list is answered with an empty page that promises more.
        refuses_with: status of the refusal for a spent limit: 400, and now and then 200.
        names_no_reset: that refusal tells no time.
    """

    most_complexity: float = 10_000
    most_per_page: int = 250
    per_list: int = 250
    repeats_page: bool = False
    empty_page: bool = False
    refuses_with: int = 400
    names_no_reset: bool = False


@dataclass(slots=True)
class Bucket:
    """What may be asked until the bucket is whole again."""

    limit: float
    left: float
    refill_seconds: float = 1
    whole_at: datetime | None = None

    def take(self, cost: float) -> bool:
        """Take from what is left, and tell whether there was enough."""
        if self.whole_at is not None and now() >= self.whole_at:
            self.left, self.whole_at = self.limit, None
        if cost > self.left:
            self.whole_at = self.whole_at or now() + timedelta(seconds=self.refill_seconds)
            return False
        self.left -= cost
        return True

    @property
    def reset_ms(self) -> int:
        """When it is whole again, in milliseconds."""
        return round((self.whole_at or now() + timedelta(seconds=self.refill_seconds)).timestamp() * 1_000)


@dataclass(slots=True)
class Store:
    """A workspace.

    Attributes:
        issues: by id, with every list whole.
        states, teams: by id and by key; `labels` by id, those of no team for all.
        arrivals: how often each write arrived, by mutation and what it is about: the id that the client gave it, else
            the id of what it changes, else its text.
        viewer: what is told of the account of the token.
        refused: how many requests met a spent limit.
    """

    workspace: str = "acme"
    issues: dict[str, Node] = field(default_factory=dict)
    states: dict[str, Node] = field(default_factory=dict)
    teams: dict[str, Node] = field(default_factory=dict)
    labels: dict[str, Node] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    quirks: Quirks = field(default_factory=Quirks)
    requests: Bucket = field(default_factory=lambda: Bucket(5_000, 5_000))
    complexity: Bucket = field(default_factory=lambda: Bucket(3_000_000, 3_000_000))
    arrivals: Counter[tuple[str, str]] = field(default_factory=Counter)
    viewer: Node = field(default_factory=lambda: {"active": True, "guest": False})
    refused: int = 0

    @classmethod
    def from_recording(cls, folder: Path, *, tokens: Iterable[str] = ()) -> "Store":
        """Fill a workspace from one folder of the layout that `storyline replay linear` reads.

        Raises:
            RecordingError: a file is not what the layout calls for.
        """
        files = Files.opened(folder)
        store = cls((files.workspace or "linear.app/acme").partition("/")[2], tokens=set(tokens))
        store.define(files.states)
        for issue in files.issues:
            if mapping_of(issue).get("id") and issue.get("identifier") not in files.deleted:
                store.put(issue)
        return store

    def define(self, states: Iterable[Node]) -> None:
        """Add workflow states, and the teams that they are of."""
        for state in states:
            self.states[state["id"]] = state
            self.teams.setdefault(state["team"]["key"], state["team"])

    def put(self, issue: Node) -> None:
        """Add an issue or replace it."""
        lists = {name: {"nodes": list(mapping_of(issue.get(name)).get("nodes") or ())} for name in LISTS}
        self.issues[issue["id"]] = {**issue, **lists}
        self.teams.setdefault(issue["team"]["key"], issue["team"])
        for label in lists["labels"]["nodes"]:
            if label.get("id"):
                self.labels.setdefault(label["id"], {"team": None, **label})

    def delete(self, key: str) -> None:
        """Take an issue away for good."""
        issue = self.find(key)
        if issue is not None:
            del self.issues[issue["id"]]

    def find(self, name: str) -> Node | None:
        """Return an issue by id, identifier or former identifier, None where there is none."""
        found = (one for one in self.issues.values() if name in (one["identifier"], *one["previousIdentifiers"]))
        return self.issues.get(name) or next(found, None)

    def comment(self, comment_id: str) -> tuple[Node, Node] | None:
        """Return a comment and the issue that it is of, None where there is none."""
        for issue in self.issues.values():
            for comment in issue["comments"]["nodes"]:
                if comment["id"] == comment_id:
                    return comment, issue
        return None

    def touch(self, issue: Node, at: datetime) -> None:
        """Note that an issue was updated."""
        issue["updatedAt"] = stamp(at)

    def move(self, key: str, state: Node, at: datetime, actor: Node | None = None) -> None:
        """Move an issue to a state at a moment, as a person on the board does.

        The last row of its history grows where the same person changed something just before.
        """
        issue = self.find(key)
        assert issue is not None, f"there is no {key}"
        before, after = issue["state"], {name: state[name] for name in ("id", "name", "type")}
        told = {"toState": after, "toStateId": after["id"]}
        rows, spans = issue["history"]["nodes"], issue["stateHistory"]["nodes"]
        last = rows[-1] if rows else None
        if last is not None and last["actor"] == actor and at - parse_time(last["updatedAt"]) <= _GROUPS_WITHIN:
            first = {} if last.get("fromStateId") else {"fromState": before, "fromStateId": before["id"]}
            rows[-1] = last | first | told | {"updatedAt": stamp(at)}
        else:
            rows.append(row(issue["id"], at, actor, fromState=before, fromStateId=before["id"], **told))
        if spans:
            spans[-1] = {**spans[-1], "endedAt": stamp(at)}
        spans.append(span(issue["id"], state, at))
        done: dict[str, Any] = {"state": after, "updatedAt": stamp(at)}
        if state["type"] in ("started", "completed", "canceled"):
            done |= {f"{state['type']}At": stamp(at)}
        issue |= done

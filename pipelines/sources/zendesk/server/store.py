"""What a played Zendesk holds: the rows of a recording, which may then change as tickets do."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.zendesk.recording import rows_of, sideloaded, users_by_id
from pipelines.sources.zendesk.values import version_of

Row = dict[str, Any]


@dataclass(slots=True)
class Quirks:
    """How this Zendesk misbehaves.

    Attributes:
        requests_in_window: so many exports are answered in a window, and no more; 0: any number.
        window_seconds: how long a window lasts; Zendesk's own is a minute.
        overlaps: each page begins with the last row of the one before.
        repeats_cursor: a page names the place that it was asked for.
        forgets_cursors: a cursor that was given out before is refused.
        most_per_page: however many are asked for.
        excludes_seconds: what changed so lately is not told yet.
    """

    requests_in_window: int = 0
    window_seconds: float = 60
    overlaps: bool = False
    repeats_cursor: bool = False
    forgets_cursors: bool = False
    most_per_page: int = 1_000
    excludes_seconds: int = 60


@dataclass(slots=True)
class Store:
    """An account's tickets in their newest state, by id, and what belongs to them.

    Attributes:
        comments: of each ticket, oldest first, by its id.
        me: the user that a token is of; an end-user's may read no exports.
        asked_at: when exports were asked for, in seconds since 1970.
    """

    site: str
    tickets: dict[str, Row] = field(default_factory=dict)
    users: dict[str, Row] = field(default_factory=dict)
    comments: dict[str, list[Row]] = field(default_factory=dict)
    brands: list[Row] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    me: Row = field(default_factory=lambda: {"id": 1, "role": "admin", "name": "Admin", "active": True})
    quirks: Quirks = field(default_factory=Quirks)
    asked_at: list[float] = field(default_factory=list)

    @classmethod
    def from_recording(cls, folder: Path, *, tokens: Iterable[str] = (), site: str = "acme.zendesk.com") -> "Store":
        """Fill an account from one folder of the layout that `storyline replay zendesk` reads.

        Raises:
            RecordingError: a file is not what the layout calls for.
        """
        store = cls(site, tokens=set(tokens))
        for row in rows_of(folder / "tickets.json", "tickets"):
            if mapping_of(row).get("id") is not None:
                known = store.tickets.get(str(row["id"]))
                if known is None or seconds_of(row) >= seconds_of(known):
                    store.put(row)
        found = [*rows_of(folder / "users.json", "users"), *sideloaded(folder / "tickets.json")]
        store.users = users_by_id(found)
        comments = folder / "comments.json"
        store.comments = json.loads(comments.read_text(encoding="utf-8")) if comments.exists() else {}
        return store

    def put(self, ticket: Row) -> None:
        """Add a ticket or replace it."""
        self.tickets[str(ticket["id"])] = ticket

    def change(self, ticket_id: str, at: datetime, **fields: Any) -> None:
        """Change a ticket at a moment, as an agent does."""
        told = {"updated_at": stamp(at), "generated_timestamp": int(at.timestamp())}
        self.put({**self.tickets[ticket_id], **fields, **told})

    def delete(self, ticket_id: str, at: datetime) -> None:
        """Delete a ticket at a moment: it stays in the export, with another status."""
        self.change(ticket_id, at, status="deleted")

    def merge(self, ticket_id: str, into: str, at: datetime) -> None:
        """Close a ticket since another one stands for it."""
        body = f'This request was closed and merged into request #{into} "{self.tickets[into].get("subject")}".'
        via = {"channel": "web", "source": {"from": {}, "to": {}, "rel": "merge"}}
        made = {"id": int(ticket_id) * 100, "author_id": self.me["id"], "body": body, "public": False, "via": via}
        self.comments.setdefault(ticket_id, []).append({**made, "type": "Comment", "created_at": stamp(at)})
        tags = [*self.tickets[ticket_id].get("tags", []), "closed_by_merge"]
        self.change(ticket_id, at, status="closed", tags=tags)

    def feed(self) -> list[Row]:
        """Return every ticket in the order of change, as the export tells them."""
        return sorted(self.tickets.values(), key=place_of)


def seconds_of(ticket: Row) -> int:
    """Return when a ticket changed last, in seconds since 1970."""
    version = version_of(ticket)
    return int(version.timestamp()) if version else 0


def place_of(ticket: Row) -> tuple[int, int]:
    """Return a ticket's place in the feed."""
    return seconds_of(ticket), int(ticket["id"])


def stamp(at: datetime) -> str:
    """Write a moment as Zendesk does."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")

"""Plants events of code, changes, builds, deployments and incidents into a real log, and builds the marts over it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.envelope import Event, Origin
from pipelines.events.records import RawRecord
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.base import Stream
from pipelines.transform import TransformOutcome
from tests.conftest import build
from warehouse.connection import reader
from warehouse.event_log import Run, append
from warehouse.store import open_log

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)  # a Monday
REPOSITORY = "acme/shop"
ADA, BEN, EVE = "p_" + "a" * 16, "p_" + "b" * 16, "p_" + "e" * 16
PLAIN_BOT = "p_" + "f" * 16
Row = dict[str, Any]


def at(hours: float) -> datetime:
    """The moment that many hours after the start."""
    return START + timedelta(hours=hours)


def sha(name: str) -> str:
    """A sha that a reader can tell."""
    return name.encode().hex().ljust(40, "0")[:40]


class PlantedSource:
    """A source whose records are events already."""

    name = "planted"
    mapper_version = 1
    streams = (Stream("facts", "observation"),)
    emits = frozenset(EVENT_TYPES)

    def to_events(self, instance: str, stream: str, record_key: str, body: Mapping[str, Any]) -> Iterable[Event]:
        yield Origin(self.name, instance).event(
            body["type"],
            subject=body["subject"],
            occurrence=record_key,
            occurred_at=datetime.fromisoformat(body["occurred_at"]),
            payload=body["payload"],
            actor=body["actor"],
        )


class Plan:
    """What happened in a company, told as events in whatever order."""

    def __init__(self) -> None:
        self.records: list[RawRecord] = []

    def tell(self, kind: str, subject: str, hours: float, actor: str | None = None, /, **payload: Any) -> None:
        body = {
            "type": kind,
            "subject": subject,
            "occurred_at": at(hours).isoformat(),
            "actor": actor,
            "payload": {
                name: value.isoformat() if isinstance(value, datetime) else value for name, value in payload.items()
            },
        }
        self.records.append(RawRecord("planted.example", "facts", f"{len(self.records):06d}", body))

    def repository(self, name: str = REPOSITORY, branch: str = "main") -> None:
        self.tell("repository.described", f"repository:{name}", 0, repository=name, default_branch=branch)

    def commit(
        self, name: str, hours: float, parents: Iterable[str] = (), message: str = "", repository: str = REPOSITORY
    ) -> None:
        """A commit of the default branch."""
        self.tell(
            "commit.recorded", f"commit:{repository}@{sha(name)}", hours, repository=repository, sha=sha(name),
            parents=[sha(parent) for parent in parents], message=message, authored_at=at(hours),
            committed_at=at(hours),
        )  # fmt: skip

    def change(
        self, number: int, opened: float, merged: float | None = None, merge: str | None = None,
        author: str | None = ADA, repository: str = REPOSITORY, commits: Mapping[str, float] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        """A pull request by `author`; `commits` tells when each of its own commits was authored."""
        subject, state = f"change:{repository}#{number}", "open" if merged is None else "merged"
        named = {"repository": repository, "number": number}
        title = more.pop("title", f"Change {number}")
        messages = more.pop("messages", {})
        self.tell("change.opened", subject, opened, author, title=title, **named)
        newest = {
            "title": title, "author": author, "state": state, "head_branch": f"topic-{number}", "base_branch": "main",
            "created_at": at(opened), "merged_at": None if merged is None else at(merged),
            "closed_at": None if merged is None else at(merged), "merge_sha": sha(merge) if merge else None,
        }  # fmt: skip
        self.tell("change.updated", subject, more.pop("updated", merged or opened), author, **newest | named | more)
        for name, hours in (commits or {}).items():
            self.tell(
                "change.committed", subject, hours, author, sha=sha(name), authored_at=at(hours),
                message=messages.get(name, ""), **named,
            )  # fmt: skip

    def step(self, number: int, kind: str, hours: float, actor: str | None = None, /, **payload: Any) -> None:
        """Something that happens to a pull request, as `reviewed`."""
        ids = {
            "reviewed": {"review_id": str(len(self.records))},
            "commented": {"comment_id": str(len(self.records)), "kind": "comment"},
        }
        named = {"repository": REPOSITORY, "number": number} | ids.get(kind, {})
        self.tell(f"change.{kind}", f"change:{REPOSITORY}#{number}", hours, actor, **named | payload)

    def deploy(
        self, name: str, of: str, created: float, *states: tuple[str, float], repository: str = REPOSITORY, **more: Any
    ) -> None:
        """A deployment of commit `of`, with its statuses; by default a success at `created`."""
        subject, named = f"deployment:{repository}/{name}", {"repository": repository, "deployment_id": name}
        self.tell(
            "deployment.created", subject, created, sha=sha(of), created_at=at(created),
            **{"environment": "production", "is_production": True} | named | more,
        )  # fmt: skip
        for number, (state, hours) in enumerate(states or (("success", created),)):
            self.tell("deployment.status_changed", subject, hours, status_id=str(number), state=state, **named)

    def ticket(self, key: str, **more: Any) -> None:
        self.tell("ticket.updated", f"ticket:planted/{key}", 0, **{"key": key, "project_key": key.split("-")[0]} | more)

    def issue(self, number: int, opened: float, closed: float | None = None, **more: Any) -> None:
        self.tell(
            "issue.updated", f"issue:{REPOSITORY}#{number}", closed or opened, repository=REPOSITORY, number=number,
            state="open" if closed is None else "closed", created_at=at(opened),
            closed_at=None if closed is None else at(closed), **more,
        )  # fmt: skip

    def build(self, settings: Settings, *models: str, reverse: bool = False) -> TransformOutcome:
        """Append all of it, in this order or the reverse, and build these models and what they stand on."""
        self.take_in(settings, reverse=reverse)
        return build(settings, *models)

    def take_in(self, settings: Settings, *, reverse: bool = False) -> None:
        """Append all of it, in this order or the reverse."""
        records = list(reversed(self.records)) if reverse else self.records
        with open_log(settings, command="plant", since=START) as connection:
            done = append(
                connection,
                CatalogProjection(PlantedSource()),  # type: ignore[arg-type]
                records,
                observed_at=at(5000),
                run=Run(command="plant", source="planted", as_of=at(5000)),
            )
        assert done.reasons == []


class Marts:
    """The built marts, row by row."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def rows(self, query: str) -> list[Row]:
        with reader(self.settings.database) as connection:
            found = connection.execute(query)
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def change(self, number: int, repository: str = REPOSITORY) -> Row:
        (row,) = self.rows(f"select * from marts.fct_changes where change_key = '{repository}#{number}'")
        return row

    def deployment(self, name: str) -> Row:
        (row,) = self.rows(f"select * from marts.fct_deployments where deployment_id = '{name}'")
        return row

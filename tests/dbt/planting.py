"""Plants events into a real log, as a made-up vendor tells them, so that what the marts must say is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.envelope import Event, Origin
from pipelines.events.records import RawRecord
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.base import Stream
from warehouse import event_log
from warehouse.store import open_log

SITE = "planted.example"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)

Row = dict[str, Any]


def day(number: float) -> datetime:
    """The moment `number` days after everything began."""
    return START + timedelta(days=number)


@dataclass(frozen=True)
class Planted:
    """A vendor whose records are lists of ready events."""

    name: str = "planted"
    mapper_version: int = 1
    streams: tuple[Stream, ...] = (Stream("things", "entity"), Stream("facts", "observation"))
    emits: frozenset[str] = field(default_factory=lambda: frozenset(EVENT_TYPES))

    def read_recording(self, folder: Any) -> Any:
        return iter(())

    def pseudonymise(self, record: RawRecord, people: Any) -> RawRecord:
        return record

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        origin = Origin(self.name, instance)
        for row in body["events"]:
            yield origin.event(**(row | {"occurred_at": datetime.fromisoformat(row["occurred_at"])}))


def fact(event_type: str, subject: str, at: datetime, payload: Row, *, by: str | None = None, what: str = "") -> Row:
    """One event as it stands in a planted record; `what` tells it from others of its type, subject and time."""
    return {
        "event_type": event_type,
        "subject": subject,
        "occurrence": f"{at.isoformat()} {what}",
        "occurred_at": at.isoformat(),
        "actor": by,
        "payload": {name: _plain(value) for name, value in payload.items()},
    }


def record(key: str, *events: Row, site: str = SITE, stream: str = "things", version: datetime = START) -> RawRecord:
    """A record that tells these events."""
    return RawRecord(site, stream, key, {"events": list(events)}, version)


def plant(settings: Settings, records: Iterable[RawRecord], *, as_of: datetime, source: str = "planted") -> None:
    """Append the records to the log of these settings."""
    projection = CatalogProjection(Planted(source))
    run = event_log.Run(command="replay", as_of=as_of, source=source)
    with open_log(settings, command="planting", since=as_of) as connection:
        done = event_log.append(connection, projection, records, observed_at=as_of, run=run)
    assert done.reasons == []


Move = tuple[datetime, str]


@dataclass(frozen=True)
class Tracker:
    """A ticket tracker with its statuses: id -> (present name, category). `gone` are those it no longer lists."""

    statuses: Mapping[str, tuple[str, str]]
    gone: Mapping[str, str] = field(default_factory=dict)
    site: str = SITE

    def definitions(self) -> list[RawRecord]:
        """What the tracker lists."""
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return [
            record(
                f"status {status_id}",
                fact(
                    "status.defined",
                    f"status:{self.site}/{status_id}",
                    epoch,
                    {"status_id": status_id, "name": name, "category": category},
                ),
                site=self.site,
            )
            for status_id, (name, category) in self.statuses.items()
        ]

    def ticket(
        self,
        key: str,
        created: datetime,
        moves: Sequence[Move] = (),
        *,
        first: str = "1",
        stands_in: str | None = None,
        names: Mapping[str, str] | None = None,
        more: Sequence[Row] = (),
        **state: Any,
    ) -> RawRecord:
        """A ticket with its history; `stands_in` where it is another status than the history says.

        Args:
            names: what statuses were called when the history was written, where that differs.
            more: further events of the ticket.
            state: fields of `ticket.updated`.
        """
        subject = f"ticket:{self.site}/{key}"
        called = {status: name for status, (name, _) in self.statuses.items()} | dict(self.gone) | dict(names or {})
        last = moves[-1][1] if moves else first
        updated = state.pop("updated_at", moves[-1][0] if moves else created)
        told = {"key": key, "status_id": first, "status_name": called[first]}
        return record(
            f"ticket {key}",
            fact("ticket.created", subject, created, told),
            *_moved(subject, key, moves, first, called),
            *more,
            fact("ticket.updated", subject, updated, self._state(key, created, updated, stands_in or last) | state),
            site=self.site,
            version=updated,
        )

    def _state(self, key: str, created: datetime, updated: datetime, status: str) -> Row:
        name, category = self.statuses.get(status, (self.gone.get(status), "unknown"))
        return {
            "key": key, "id": key, "project_key": key.split("-")[0], "title": f"The title of {key}",
            "type": "Story", "type_level": 0, "status_id": status, "status_name": name,
            "status_category": category, "created_at": created, "updated_at": updated,
        }  # fmt: skip


def _moved(subject: str, key: str, moves: Sequence[Move], first: str, called: Mapping[str, str]) -> list[Row]:
    before = [first, *(to for _, to in moves)]
    return [
        fact(
            "ticket.status_changed",
            subject,
            at,
            {
                "key": key,
                "history_id": str(number),
                "from_status_id": came_from,
                "from_status_name": called[came_from],
                "to_status_id": to,
                "to_status_name": called[to],
            },
            what=str(number),
        )
        for number, came_from, (at, to) in zip(count(100), before, moves, strict=False)
    ]


def change(
    number: int,
    title: str,
    opened: datetime,
    *,
    merged: datetime | None = None,
    closed: datetime | None = None,
    approved: datetime | None = None,
    repository: str = "acme/shop",
    paths: Sequence[str] = (),
) -> RawRecord:
    """A pull request, ready for review when it is opened; its merge commit is `m<number>` drawn out to 40 places."""
    subject, named = f"change:{repository}#{number}", {"repository": repository, "number": number}
    state = "merged" if merged else "closed" if closed else "open"
    newest = merged or closed or opened
    events = [fact("change.opened", subject, opened, named | {"title": title}, by="p_00000000000000aa")]
    if approved:
        review = named | {"review_id": f"r{number}", "state": "approved"}
        events.append(fact("change.reviewed", subject, approved, review, by="p_00000000000000bb"))
    if merged:
        events.append(fact("change.merged", subject, merged, named | {"merge_sha": sha(number)}))
    payload = named | {
        "title": title, "state": state, "is_draft": False, "base_branch": "main", "is_default_base": True,
        "merge_sha": sha(number) if merged else None, "created_at": opened, "updated_at": newest,
        "merged_at": merged, "closed_at": merged or closed, "author": "p_00000000000000aa", "paths": list(paths),
    }  # fmt: skip
    events.append(fact("change.updated", subject, newest, payload, by="p_00000000000000aa"))
    return record(subject, *events, version=newest)


def deployment(number: int, commit: str, finished: datetime, *, repository: str = "acme/shop") -> RawRecord:
    """A production deployment of a commit, which succeeded at `finished`."""
    subject = f"deployment:{repository}/{number}"
    named = {"repository": repository, "deployment_id": str(number), "environment": "production"}
    began = finished - timedelta(minutes=5)
    created = named | {"is_production": True, "sha": commit, "created_at": began}
    return record(
        subject,
        fact("deployment.created", subject, began, created),
        fact("deployment.status_changed", subject, finished, named | {"status_id": f"s{number}", "state": "success"}),
    )


def interview(key: str, at: datetime, *story_keys: str) -> RawRecord:
    """A talk with a user that names stories."""
    payload = {"interview_id": key, "title": "A talk", "story_keys": list(story_keys)}
    return record(f"interview {key}", fact("interview.held", f"interview:{key}", at, payload), stream="facts")


def sha(number: int) -> str:
    """The merge commit of a planted pull request."""
    return f"{number:040x}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

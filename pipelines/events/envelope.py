"""The event: one past-tense fact, with CloudEvents attribute meanings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.events.ids import event_id


class MappingError(ValueError):
    """A record cannot be mapped. The message says what is wrong with it; the record goes to quarantine."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact, as a mapping projects it out of a raw record.

    `observed_at`, the raw position and the mapper's version belong to the raw record and the source; the log
    adds them on append.

    Attributes:
        event_id: 32 hex characters, from `pipelines.events.ids.event_id`.
        event_type: a type that the catalog declares, as `change.merged`.
        source: vendor name.
        instance: the vendor's site or host.
        source_record_id: the vendor's id of the row that tells the fact.
        subject: `kind:identity` of what the fact is about, as `change:acme/shop#12`.
        actor: `p_…` for a pseudonymised person, `bot:login` for a bot, None when unknown.
        occurred_at: aware UTC time at which the fact became true, by the vendor's clock; None where the vendor tells
            none, and the log then takes the moment at which it was first observed.
        payload: canonical fields; the catalog's model for the type validates them.
    """

    event_id: str
    event_type: str
    source: str
    instance: str
    source_record_id: str
    subject: str
    actor: str | None
    occurred_at: datetime | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from. One per record being mapped; makes events with computed ids."""

    source: str
    instance: str

    def event(
        self,
        event_type: str,
        *,
        subject: str,
        occurrence: str,
        occurred_at: datetime | None,
        payload: Mapping[str, Any],
        actor: str | None = None,
        record_id: str | None = None,
    ) -> Event:
        """Make an event about `subject`; `occurrence` is what makes it unique among its type and subject.

        Raises:
            MappingError: `occurred_at` has no time zone.
        """
        if occurred_at is not None and occurred_at.tzinfo is None:
            raise MappingError(f"{event_type} of {subject}: its time {occurred_at} has no zone")
        return Event(
            event_id=event_id(self.source, self.instance, subject, event_type, occurrence),
            event_type=event_type,
            source=self.source,
            instance=self.instance,
            source_record_id=record_id or occurrence,
            subject=subject,
            actor=actor,
            occurred_at=occurred_at,
            payload=payload,
        )

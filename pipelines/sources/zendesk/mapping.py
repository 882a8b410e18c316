"""Maps Zendesk's records to events. Pure: no I/O, no clock. Vendor words stop here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.values import moment, required, rows, text
from pipelines.sources.zendesk.tickets import merged_into
from pipelines.sources.zendesk.values import optional_moment, site_of, texts, version_of

_STATUSES = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "solved",
    "closed": "solved",
}
# By name, and by the number that some answers have in its place.
_CHANNELS = {
    "email": ("email", "mail", "4"),
    "web": (
        "web", "web_form", "web_widget", "mobile", "mobile_sdk", "help_center", "helpcenter",
        "answer_bot_for_web_widget", "dropbox", "0", "17",
    ),
    "chat": (
        "chat", "native_messaging", "messaging", "whatsapp", "line", "wechat", "viber", "telegram", "sms", "facebook",
        "instagram_dm", "twitter", "twitter_dm", "x_corp_dm", "slack_connect", "apple_business_chat", "29",
    ),
    "phone": ("phone", "voice", "phone_call_inbound", "phone_call_outbound", "voicemail"),
    "api": ("api", "web_service", "any_channel", "sharing", "5"),
    "survey": ("satisfaction_prediction", "csat", "survey"),
}  # fmt: skip
_CHANNEL_OF = {word: channel for channel, words in _CHANNELS.items() for word in words}
_OURS = {"agent": True, "admin": True, "end-user": False}
_SCORES = {"good": 1.0, "bad": 0.0}
_TICKET_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d+")


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need, or the stream is unknown.
    """
    if stream not in ("tickets", "deletions"):
        raise MappingError(f"zendesk has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    origin = Origin("zendesk", instance)
    return list(_Ticket(origin, body).events() if stream == "tickets" else _deletion(origin, body))


class _Ticket:
    """One ticket being mapped."""

    def __init__(self, origin: Origin, ticket: Mapping[str, Any]) -> None:
        self.origin, self.ticket = origin, ticket
        self.id = required(ticket.get("id"), "the id of a ticket")
        self.subject = f"support:{origin.instance}/{self.id}"
        self.created_at = moment(ticket.get("created_at"), f"created_at of ticket {self.id}")
        self.updated_at = optional_moment(ticket.get("updated_at"), f"updated_at of ticket {self.id}")
        solved_at = mapping_of(ticket.get("metric_set")).get("solved_at")
        self.solved_at = optional_moment(solved_at, f"solved_at of ticket {self.id}")
        self.requester = text(ticket.get("requester_id"))

    def events(self) -> Iterator[Event]:
        """Return its facts: opened, as it stands now, solved, rated."""
        named = {"ticket_id": self.id, "url": self._url, "created_at": self.created_at.isoformat()}
        yield self._event("support.ticket_opened", "opened", self.created_at, named, actor=self.requester)
        version = version_of(self.ticket) or self.created_at
        updated_at = self.updated_at or self.created_at
        yield self._event("support.ticket_updated", version.isoformat(), updated_at, named | self._state())
        if self.solved_at is not None:
            solved = named | {"solved_at": self.solved_at.isoformat(), "status": "solved"}
            yield self._event("support.ticket_solved", self.solved_at.isoformat(), self.solved_at, solved)
        yield from self._rating(updated_at)

    def _state(self) -> dict[str, Any]:
        ticket = self.ticket
        status = _STATUSES.get(str(ticket.get("status")).casefold(), "unknown")
        return {
            "subject": text(ticket.get("subject")) or text(ticket.get("raw_subject")),
            "text": text(ticket.get("description")),
            "tags": texts(ticket.get("tags")),
            "status": status,
            "priority": text(ticket.get("priority")),
            "channel": self._channel,
            "requester": self.requester,
            "organization": text(ticket.get("organization_id")),
            "is_internal": _OURS.get(str(mapping_of(ticket.get("requester")).get("role")).casefold()),
            "merged_into": merged_into(ticket),
            "story_keys": self._story_keys,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            # One that was solved and opened again is not solved.
            "solved_at": self.solved_at.isoformat() if self.solved_at and status == "solved" else None,
        }

    def _rating(self, updated_at: Any) -> Iterator[Event]:
        rating = mapping_of(self.ticket.get("satisfaction_rating"))
        score = _SCORES.get(str(rating.get("score")).casefold())
        if score is None:
            return
        rating_id = text(rating.get("id")) or self.id
        yield self.origin.event(
            "support.feedback_given",
            subject=f"feedback:{self.origin.instance}/{rating_id}",
            occurrence=rating_id,
            # A rating tells no time of its own: it was there when the ticket changed last.
            occurred_at=updated_at,
            actor=self.requester,
            payload={
                "feedback_id": rating_id,
                "text": text(rating.get("comment")),
                "channel": "survey",
                "person": self.requester,
                "organization": text(self.ticket.get("organization_id")),
                "score": score,
                "story_keys": self._story_keys,
                "url": self._url,
            },
        )

    def _event(
        self, event_type: str, occurrence: str, at: Any, payload: Mapping[str, Any], *, actor: str | None = None
    ) -> Event:
        return self.origin.event(
            event_type,
            subject=self.subject,
            occurrence=occurrence,
            occurred_at=at,
            actor=actor,
            record_id=self.id,
            payload=payload,
        )

    @property
    def _channel(self) -> str:
        via = self.ticket.get("via")
        told = mapping_of(via).get("channel") if isinstance(via, dict) else via
        return _CHANNEL_OF.get(str(text(told)).casefold().replace(" ", "_"), "unknown")

    @property
    def _story_keys(self) -> list[str]:
        """Keys of the team's own tickets that it names in a field: in prose, anything may look like one."""
        fields = (row.get("value") for row in rows(self.ticket.get("custom_fields")))
        told = (text(value) for value in (self.ticket.get("external_id"), *fields))
        return list(dict.fromkeys(key for key in told if key is not None and _TICKET_KEY.fullmatch(key)))

    @property
    def _url(self) -> str | None:
        site = site_of(self.ticket.get("url"))
        return f"https://{site}/agent/tickets/{self.id}" if site else None


def _deletion(origin: Origin, gone: Mapping[str, Any]) -> Iterator[Event]:
    ticket_id = required(gone.get("id"), "the id of a deleted ticket")
    at = optional_moment(gone.get("updated_at"), f"updated_at of ticket {ticket_id}") or version_of(gone)
    yield origin.event(
        "support.ticket_deleted",
        subject=f"support:{origin.instance}/{ticket_id}",
        # One that was restored may be deleted again.
        occurrence=at.isoformat() if at else "deleted",
        occurred_at=at,
        record_id=ticket_id,
        payload={"ticket_id": ticket_id},
    )

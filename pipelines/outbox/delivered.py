"""What a delivery did, and how that is said."""

from collections import Counter
from dataclasses import dataclass, field

from pipelines.writeback_settings import FOLLOW_UP, SPEC
from warehouse.outbox import Message

_POSTED, _MADE, _UPDATED, _FOUND, _SENT = "posted", "made", "updated", "found to have arrived before", "sent"
# What a message of a kind is called, one and several.
_EVENT, _OTHER = ("event", "events"), ("message", "messages")
_NOUNS = {
    "impact": ("comment", "comments"), "story_shipped": _EVENT, "rollout_step": _EVENT, "impact_measured": _EVENT,
    "annotation": ("note on charts", "notes on charts"), "release": ("release", "releases"),
    "release_note": ("release note", "release notes"), FOLLOW_UP: ("follow-up story", "follow-up stories"),
    SPEC: ("specification", "specifications"),
}  # fmt: skip


def noun_of(message: Message) -> str:
    """Return what a message is called."""
    return _NOUNS.get(message.kind, _OTHER)[0]


@dataclass(slots=True)
class Delivered:
    """What a delivery did.

    Attributes:
        waiting: a sentence for each message that waits, with its reason.
        troubles: a sentence for each that failed, or could not be sent now.
    """

    waiting: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _counts: Counter[tuple[str, tuple[str, str]]] = field(default_factory=Counter)

    def count_posted(self, message: Message) -> None:
        """Count what was newly written, or made."""
        self._count(_MADE if message.kind == FOLLOW_UP else _POSTED, message)

    def count_updated(self, message: Message) -> None:
        """Count what was written anew in its place."""
        self._count(_UPDATED, message)

    def count_found(self, message: Message) -> None:
        """Count what had arrived before."""
        self._count(_FOUND, message)

    def count_sent(self, message: Message) -> None:
        """Count an event that was acknowledged."""
        self._count(_SENT, message)

    @property
    def posted(self) -> int:
        """Of what was newly written."""
        return self._sum(_POSTED)

    @property
    def made(self) -> int:
        """Of tickets that were newly made."""
        return self._sum(_MADE)

    @property
    def updated(self) -> int:
        """Of what was written anew."""
        return self._sum(_UPDATED)

    @property
    def found(self) -> int:
        """Of what had arrived before."""
        return self._sum(_FOUND)

    @property
    def sent(self) -> int:
        """Of events that were acknowledged."""
        return self._sum(_SENT)

    @property
    def sentences(self) -> list[str]:
        """Say it, for a person; nothing where nothing was done."""
        told = [
            f"{count} {one if count == 1 else several} {'was' if count == 1 else 'were'} {what}."
            for (what, (one, several)), count in self._counts.items()
        ]
        return [*told, *self.troubles]

    def _count(self, what: str, message: Message) -> None:
        self._counts[what, _NOUNS.get(message.kind, _OTHER)] += 1

    def _sum(self, what: str) -> int:
        return sum(count for (told, _), count in self._counts.items() if told == what)

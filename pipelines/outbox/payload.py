"""What is told to a machine, in place of a text: a name, a moment and plain values. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Payload:
    """An event, or a mark on charts.

    Attributes:
        name: as people find it there.
        occurred_at: ISO 8601, UTC.
        device: in whose place it is told; empty of a mark.
        properties: keys, figures and fixed words alone: no text of a ticket, and nobody's name.
    """

    name: str
    occurred_at: str
    device: str
    properties: Mapping[str, Value]

    @property
    def told(self) -> dict[str, Any]:
        """The payload as JSON."""
        return asdict(self)

    @property
    def plain(self) -> str:
        """The payload as a person reads it, one `name: value` a line."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"{'event' if self.device else 'mark'}: {self.name}"
        yield f"at: {self.occurred_at}"
        if self.device:
            yield f"device: {self.device}"
        for name, value in self.properties.items():
            yield f"{name}: {'' if value is None else value}"

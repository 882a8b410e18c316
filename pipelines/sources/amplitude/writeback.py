"""Tells an Amplitude project of stories: events through its own client, many in one request.

An event bears an insert id, and Amplitude drops a second one of the same device and id for seven days. One device may
send some thirty events a second; so stories are dealt among devices, and what is too much for one waits a second.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from amplitude import BaseEvent

from pipelines.sources.amplitude.connection import INSERT_PREFIX, AmplitudeConnection
from pipelines.sources.amplitude.limits import AmplitudeLimits
from pipelines.sources.amplitude.sending import NOT_BY_ITSELF, Client
from pipelines.sources.live import Network, VendorError
from pipelines.sources.once import Once
from pipelines.sources.writing import LostError, Mark, NotTakenError, UnsentError

# Of one device in a second; thirty are allowed.
_PER_DEVICE = 25
_PAUSE_SECONDS = 1.0

_Event = tuple[Mark, Mapping[str, Any]]
_Outcomes = dict[str, VendorError | None]


class AmplitudeEvents:
    """Sends events to one project. Implements `BatchWriter`."""

    vendor = "amplitude"
    remembers = timedelta(days=7)

    def __init__(
        self, connection: AmplitudeConnection, network: Network, sleep: Callable[[float], None] = time.sleep
    ) -> None:  # fmt: skip
        self.instance = connection.project
        self._once = Once(connection.ingest_url, headers={}, limits=AmplitudeLimits(), network=network)
        self._key, self._sleep = connection.key, sleep
        self._made: Client | None = None

    def id_of(self, mark: Mark) -> str:
        """Return the insert id: of a message and its version, so that a correction is an event of its own."""
        return f"{INSERT_PREFIX}{mark.message_id}.{mark.version}"

    def send(self, events: Sequence[tuple[Mark, Any]]) -> list[VendorError | None]:
        """Send events in as few requests as one device's rate allows."""
        outcomes: _Outcomes = {}
        for number, wave in enumerate(_waves(events)):
            if any(isinstance(error, UnsentError | LostError) for error in outcomes.values()):
                unsent = UnsentError("amplitude is left alone, since it did not take what came before")
                outcomes |= {self.id_of(mark): unsent for mark, _ in wave}
                continue
            if number:
                self._sleep(_PAUSE_SECONDS)
            self._send(wave, outcomes)
        return [outcomes[self.id_of(mark)] for mark, _ in events]

    def close(self) -> None:
        """Close every connection."""
        if self._made is not None:
            self._made.shutdown()
        self._once.close()

    @property
    def _client(self) -> Client:
        if self._made is None:
            self._made = Client(self._key.get_secret_value(), self._once)
        return self._made

    def _send(self, events: Sequence[_Event], outcomes: _Outcomes) -> None:
        """Send events in one request. Where it is refused for some, none was taken, and the rest is sent without."""
        try:
            answers = self._client.sent([self._event(*one) for one in events])
        except VendorError as error:
            outcomes |= {self.id_of(mark): error for mark, _ in events}
            return
        again = list[_Event]()
        for mark, body in events:
            code, said = answers.get(self.id_of(mark), (0, ""))
            if said == NOT_BY_ITSELF:
                again.append((mark, body))
            else:
                outcomes[self.id_of(mark)] = _judged(code, said)
        # Of a request that is too large, or that names no culprit, each half is tried.
        middle = len(again) // 2 if len(again) == len(events) else len(again)
        if len(events) == 1 and again:
            outcomes[self.id_of(again[0][0])] = NotTakenError("amplitude refuses the event and does not say why")
            return
        for part in (again[:middle], again[middle:]):
            if part:
                self._send(part, outcomes)

    def _event(self, mark: Mark, body: Mapping[str, Any]) -> BaseEvent:
        properties = {name: value for name, value in body["properties"].items() if value is not None}
        occurred_at = datetime.fromisoformat(body["occurred_at"])
        return BaseEvent(
            body["name"],
            device_id=body["device"],
            time=round(occurred_at.timestamp() * 1_000),
            insert_id=self.id_of(mark),
            event_properties={**properties, "version": mark.version},
        )


def _judged(code: int, said: str) -> VendorError | None:
    if code == 200:
        return None
    why = " ".join(said.split())[:160] or "it does not say why"
    if code == 0:
        return LostError("amplitude did not acknowledge the event")
    return NotTakenError(f"amplitude refuses the event with {code} ({why})")


def _waves(events: Sequence[_Event]) -> list[list[_Event]]:
    """Deal events into requests so that none has more of one device than it may send in a second."""
    found, seen = list[list[_Event]](), Counter[str]()
    for mark, body in events:
        place = seen[body["device"]] // _PER_DEVICE
        seen[body["device"]] += 1
        if place == len(found):
            found.append([])
        found[place].append((mark, body))
    return found

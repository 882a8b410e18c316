"""Amplitude's own client, made to send each request once and to lose nothing without a word.

As it comes it sends again what failed, from a thread of its own, and forgets an event whose answer was lost. Here it
keeps its events until they are flushed and takes none back, and its requests go the one way that all that write go.
"""

import io
import json
import logging
from typing import Any

from amplitude import Amplitude, BaseEvent, Config
from amplitude.constants import EventLogLevel
from amplitude.exception import InvalidAPIKeyError
from amplitude.http_client import Response
from amplitude.plugin import AmplitudeDestinationPlugin
from amplitude.storage import InMemoryStorage, StorageProvider
from amplitude.worker import Workers

from pipelines.sources.answers import Answer
from pipelines.sources.base import mapping_of
from pipelines.sources.live import BadAnswerError
from pipelines.sources.once import Once
from pipelines.sources.writing import LostError, NotTakenError, UnsentError

HTTP_V2 = "/2/httpapi"
# What an event is told whose request was refused for another's sake: it may be sent again.
NOT_BY_ITSELF = "the request was refused"
# A request of more is refused.
MOST_EVENTS = 2_000
_SILENT = logging.getLogger("storyline.analytics")
_SILENT.propagate = False
_SILENT.addHandler(logging.NullHandler())


class Client(Amplitude):
    """The client of one project: `track` events, `flush`, and see what each was answered.

    Attributes:
        answers: by insert id, the status and what was said with it. An event that is missing was not acknowledged.
    """

    def __init__(self, key: str, once: Once) -> None:
        self.answers: dict[str, tuple[int, str]] = {}
        self._once = once
        super().__init__(key, Config(
            callback=self._answered, storage_provider=_Provider(), flush_queue_size=MOST_EVENTS, flush_max_retries=1,
            logger=_SILENT, event_log_level=EventLogLevel.NONE,
        ))  # fmt: skip

    def add(self, plugin: Any) -> Any:
        """Add a plugin; that which sends sends our way."""
        if isinstance(plugin, AmplitudeDestinationPlugin):
            plugin.workers = _Sender(self._once)
        return super().add(plugin)

    def sent(self, events: list[BaseEvent]) -> dict[str, tuple[int, str]]:
        """Send events in one request and return what each was answered.

        Raises:
            UnsentError, LostError, NotTakenError: of all of them.
        """
        self.answers.clear()
        for event in events:
            self.track(event)
        for future in self.flush():
            if future is not None:
                future.result()
        return dict(self.answers)

    def _answered(self, event: BaseEvent, code: int, message: str | None) -> None:
        self.answers[event.insert_id] = (code, message or "")


class _Held(InMemoryStorage):
    """Holds events until they are flushed: no thread sends them meanwhile, and what was sent does not come back."""

    def push(self, event: BaseEvent, delay: int = 0) -> tuple[bool, str | None]:  # noqa: ARG002 - the base class's
        if event.retry:
            return False, NOT_BY_ITSELF
        with self.lock:
            self.ready_queue.append(event)
            self.total_events += 1
        return True, None


class _Provider(StorageProvider):
    def get_storage(self) -> _Held:
        return _Held()


class _Sender(Workers):
    """Sends a batch once, by our proxy, our authorities and our time-out, and follows no redirect."""

    def __init__(self, once: Once) -> None:
        super().__init__()
        self._once = once

    def send(self, events: list[BaseEvent]) -> None:
        try:
            answer = self._once.send("POST", HTTP_V2, json.loads(self.get_payload(events)), readable=(400, 413))
        except NotTakenError as error:
            # It names no event, so it is none's fault.
            raise UnsentError(str(error)) from None
        told = json.dumps(_told(answer)).encode()
        try:
            self.response_processor.process_response(Response().parse(io.BytesIO(told)), events)
        except InvalidAPIKeyError:
            raise UnsentError("amplitude does not know the key; set STORYLINE_AMPLITUDE_KEY") from None


def _told(answer: Answer) -> dict[str, Any]:
    """Return what an answer says, with its code.

    Raises:
        UnsentError, LostError: it is a page in place of an answer.
    """
    try:
        told = dict(mapping_of(answer.json()))
    except BadAnswerError as error:
        if answer.status == 413:
            return {"code": 413, "error": "the request is too large"}
        raise (LostError(str(error)) if answer.status == 200 else UnsentError(str(error))) from None
    if not isinstance(told.get("code"), int):
        raise LostError("amplitude answers with no code, so nobody knows whether the events were taken")
    return told

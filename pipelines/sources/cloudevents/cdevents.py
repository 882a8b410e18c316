"""CDEvents: which fields each type requires, by version 0.5 of the specification. Unknown fields are left to others.

A minor version more or less of the same type is read alike. A predicate that is not listed needs only the outer shape.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pipelines.events.envelope import MappingError
from pipelines.sources.base import mapping_of
from pipelines.sources.cloudevents.envelope import CloudEvent, Lenient, Text, moment, validated

PREFIXES = ("dev.cdevents.", "dev.cdeventsx.")
_TYPE = re.compile(r"dev\.cdevents\.(?P<name>[a-z]+\.[a-z]+)\.(?P<major>\d+)\.\d+\.\d+(?:-[\w.]+)?")
_CUSTOM_TYPE = re.compile(r"dev\.cdeventsx\.(?P<name>[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+)\.(?P<major>\d+)\.\d+\.\d+")


class Reference(Lenient):
    """Something that lives elsewhere."""

    id: Text


class Content(Lenient):
    """What no type requires, and what must be a reference where it is there."""

    environment: Reference | None = None
    service: Reference | None = None
    repository: Reference | None = None
    change: Reference | None = None
    pipelineRun: Reference | None = None  # noqa: N815 - the standard's own name
    testCaseRun: Reference | None = None  # noqa: N815
    testSuiteRun: Reference | None = None  # noqa: N815
    testCase: Reference | None = None  # noqa: N815
    testSuite: Reference | None = None  # noqa: N815


class InEnvironment(Content):
    """Happens somewhere."""

    environment: Reference


class Deployed(InEnvironment):
    """A service got an artifact; `artifactId` is a package URL."""

    artifactId: Text  # noqa: N815


class Reported(InEnvironment):
    """An incident became a ticket."""

    ticketURI: Text  # noqa: N815


class Tested(InEnvironment):
    """A test ended."""

    outcome: Text


class Packaged(Content):
    """An artifact was made of a change."""

    change: Reference


class Signed(Content):
    """An artifact was signed."""

    signature: Text


class PipelineStarted(Content):
    """A pipeline run began."""

    pipelineName: str  # noqa: N815
    uri: str


class RepositoryCreated(Content):
    """A repository came into being."""

    name: Text
    uri: str


class OutputPublished(Content):
    """A test left something behind."""

    outputType: Text  # noqa: N815
    format: str


class TicketTold(Content):
    """A ticket was changed."""

    uri: Text


class TicketOpened(TicketTold):
    """A ticket was made."""

    summary: str
    creator: Text


class TicketClosed(TicketTold):
    """A ticket was closed."""

    resolution: Text


_REQUIRED: Mapping[str, type[Content]] = {
    "artifact.packaged": Packaged,
    "artifact.signed": Signed,
    "incident.detected": InEnvironment,
    "incident.reported": Reported,
    "incident.resolved": InEnvironment,
    "pipelinerun.started": PipelineStarted,
    "repository.created": RepositoryCreated,
    "service.deployed": Deployed,
    "service.rolledback": Deployed,
    "service.upgraded": Deployed,
    "testcaserun.finished": Tested,
    "testcaserun.queued": InEnvironment,
    "testcaserun.started": InEnvironment,
    "testoutput.published": OutputPublished,
    "testsuiterun.finished": Tested,
    "testsuiterun.queued": InEnvironment,
    "testsuiterun.started": InEnvironment,
    "ticket.closed": TicketClosed,
    "ticket.created": TicketOpened,
    "ticket.updated": TicketTold,
}


class Context(Lenient):
    """Who tells what, when. Before 0.5 `specversion` was called `version`."""

    specversion: Text
    id: Text
    source: Text
    type: Text
    timestamp: Text


class Subject(Lenient):
    """What it is about."""

    id: Text
    content: dict[str, Any]


class CDEvent(Lenient):
    """The outer shape of every CDEvent."""

    context: Context
    subject: Subject
    customData: Any = None  # noqa: N815


@dataclass(frozen=True)
class Told:
    """A CDEvent that holds what its type requires.

    Attributes:
        name: subject and predicate, as `service.deployed`.
        at: when it happened, in UTC.
    """

    line: CloudEvent
    name: str
    event: CDEvent
    at: datetime

    @property
    def subject_id(self) -> str:
        """Id of what it is about."""
        return self.event.subject.id

    @property
    def content(self) -> Mapping[str, Any]:
        """What the standard's fields say."""
        return self.event.subject.content

    @cached_property
    def custom(self) -> Mapping[str, Any]:
        """What the sender added, with names in snake case."""
        sent = mapping_of(self.event.customData)
        return {re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower(): value for name, value in sent.items()}

    def text(self, name: str) -> str | None:
        """Return a text of the content, None where it is absent or something else."""
        value = self.content.get(name)
        return value if isinstance(value, str) and value else None

    def custom_text(self, *names: str) -> str | None:
        """Return the first of the sender's own fields that is there, as text."""
        for name in names:
            value = self.custom.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
                return str(value)
        return None

    def reference(self, name: str) -> str | None:
        """Return the id of what the content refers to."""
        value = mapping_of(self.content.get(name)).get("id")
        return value if isinstance(value, str) else None


def told(line: CloudEvent) -> Told:
    """Return a CloudEvent as the CDEvent that it carries.

    Raises:
        MappingError: its type or version is unknown, or it lacks what its type requires.
    """
    found = _TYPE.fullmatch(line.type) or _CUSTOM_TYPE.fullmatch(line.type)
    if found is None:
        raise MappingError(f"type {line.type[:80]!r} is no CDEvents type, dev.cdevents.<subject>.<predicate>.<version>")
    if line.type.startswith(PREFIXES[0]) and found["major"] != "0":
        raise MappingError(f"type {line.type!r} has a version that is not known; 0.x is")
    event = validated(CDEvent, _with_specversion(line.data), "data")
    if event.context.type != line.type:
        raise MappingError(f"data.context.type {event.context.type[:80]!r} is not the type of the line")
    validated(_REQUIRED.get(found["name"], Content), event.subject.content, "data.subject.content")
    timestamp = moment(event.context.timestamp, "data.context.timestamp")
    return Told(line, found["name"], event, timestamp if line.time is None else line.occurred_at)


def _with_specversion(data: Any) -> Any:
    context = mapping_of(mapping_of(data).get("context"))
    if "version" in context and "specversion" not in context:
        return {**data, "context": {**context, "specversion": context["version"]}}
    return data

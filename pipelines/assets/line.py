"""What every step of one run shares: the lock, the moment that the run stands for, and who watches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from pipelines.clock import now, parse_time
from pipelines.progress import Notice, Stages
from pipelines.settings import Settings
from warehouse.lock import exclusive

COMMAND = "nightly"


@dataclass(frozen=True, slots=True)
class Line:
    """One run of the line.

    Attributes:
        as_of: the moment that everything it takes in and tells stands for.
    """

    settings: Settings
    as_of: datetime
    progress: Stages
    notice: Notice


def line(settings: Settings, progress: Stages, notice: Notice) -> dg.ResourceDefinition:
    """Return the resource that holds the writers' lock for as long as a run lasts.

    The executor runs all steps in one process, so the lock is taken once and no other writer comes between two steps.
    """

    @dg.resource(
        config_schema={
            "as_of": dg.Field(str, default_value="", description="ISO 8601; empty: the moment at which the run starts.")
        },
        description="The writers' lock and the moment that this run stands for.",
    )
    def held(context: dg.InitResourceContext) -> Iterator[Line]:
        began = now()
        told = context.resource_config["as_of"]
        with exclusive(settings.lock, command=f"storyline {COMMAND}", since=began):
            yield Line(settings, parse_time(told) if told else began, progress, notice)

    return held

"""Every event type that exists, one file a family. A type that is not here cannot enter the log."""

import importlib
import pkgutil

from pipelines.events.catalog.base import EventType

__all__ = ["EVENT_TYPES", "EventType"]


def _walk() -> dict[str, EventType]:
    found: dict[str, EventType] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.name != "base":
            for event_type in importlib.import_module(f"{__name__}.{module.name}").EVENTS:
                if event_type.name in found:
                    raise ValueError(f"event type {event_type.name} is declared twice")
                found[event_type.name] = event_type
    return found


EVENT_TYPES: dict[str, EventType] = _walk()

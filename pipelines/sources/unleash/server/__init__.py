"""Unleash, played on the loopback address: real HTTP, and the events that a real server writes."""

from pipelines.sources.unleash.server.routes import serve
from pipelines.sources.unleash.server.store import Quirks, Store

__all__ = ["Quirks", "Store", "serve"]

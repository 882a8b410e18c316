"""Zendesk, played on the loopback address: real HTTP, real state, no ticket of anybody's."""

from pipelines.sources.zendesk.server.routes import serve
from pipelines.sources.zendesk.server.store import Quirks, Store

__all__ = ["Quirks", "Store", "serve"]

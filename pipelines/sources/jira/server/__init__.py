"""Jira, Cloud or Data Center, played on the loopback address: real HTTP, real state, no ticket of anybody's."""

from pipelines.sources.jira.server.routes import serve
from pipelines.sources.jira.server.store import Quirks, Store

__all__ = ["Quirks", "Store", "serve"]

"""A GitHub that is played on the loopback address, for tests and for the demo: real HTTP, real state."""

from pipelines.sources.github.server.routes import serve
from pipelines.sources.github.server.store import Quirks, Repository, Store

__all__ = ["Quirks", "Repository", "Store", "serve"]

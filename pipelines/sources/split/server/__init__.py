"""Split, played on the loopback address: real HTTP, real state, no flag of anybody's."""

from pipelines.sources.split.server.routes import serve
from pipelines.sources.split.server.store import Quirks, Store

__all__ = ["Quirks", "Store", "serve"]

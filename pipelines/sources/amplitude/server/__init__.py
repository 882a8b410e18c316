"""Amplitude, played on the loopback address: real HTTP, real archives, no event of anybody's."""

from pipelines.sources.amplitude.server.routes import serve
from pipelines.sources.amplitude.server.store import Quirks, Store

__all__ = ["Quirks", "Store", "serve"]

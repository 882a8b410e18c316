"""LaunchDarkly, played on the loopback address: real HTTP, real state, nobody's flags."""

from pipelines.sources.launchdarkly.server.routes import serve
from pipelines.sources.launchdarkly.server.store import Quirks, Store

__all__ = ["Quirks", "Store", "serve"]

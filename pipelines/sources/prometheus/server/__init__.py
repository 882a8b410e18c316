"""A played Prometheus: the HTTP API over planted series, with its limits and refusals, on the loopback address."""

from pipelines.sources.prometheus.server.routes import serve
from pipelines.sources.prometheus.server.store import Store

__all__ = ["Store", "serve"]

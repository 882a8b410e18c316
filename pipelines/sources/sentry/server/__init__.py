"""A played Sentry: projects, sessions and issues of an organization, with its paging and limits, on loopback."""

from pipelines.sources.sentry.server.routes import serve
from pipelines.sources.sentry.server.store import Store

__all__ = ["Store", "serve"]

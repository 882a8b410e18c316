"""A played PagerDuty: services and incidents, with its paging, windows and limits, on the loopback address."""

from pipelines.sources.pagerduty.server.routes import serve
from pipelines.sources.pagerduty.server.store import Store

__all__ = ["Store", "serve"]

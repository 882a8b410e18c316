"""A played Linear: a workspace that answers GraphQL as Linear does, takes comments and issues, and fails on demand."""

from pipelines.sources.linear.server.routes import serve
from pipelines.sources.linear.server.store import Store

__all__ = ["Store", "serve"]

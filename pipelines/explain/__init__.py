"""`storyline explain`: one story's line in words and times, and why each thing is, or is not, tied to it."""

from pipelines.explain.telling import UnknownKeyError, explain

__all__ = ["UnknownKeyError", "explain"]

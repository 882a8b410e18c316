"""Finds the sources by walking this package, so that adding one is adding a folder."""

import importlib
import pkgutil
from functools import cache
from typing import cast

import pipelines.sources as package
from pipelines.sources.base import Source


class UnknownSourceError(LookupError):
    """There is no such source. The message lists those that exist."""


@cache
def sources() -> dict[str, Source]:
    """Return every registered source by name, in alphabetical order."""
    found: dict[str, Source] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if module.ispkg:
            source = cast(Source, importlib.import_module(f"{package.__name__}.{module.name}").SOURCE)
            found[source.name] = source
    return found


def source_named(name: str) -> Source:
    """Return one source.

    Raises:
        UnknownSourceError: there is no such source.
    """
    known = sources()
    if name not in known:
        raise UnknownSourceError(f"no source is called {name!r}; there are: {', '.join(known)}")
    return known[name]
